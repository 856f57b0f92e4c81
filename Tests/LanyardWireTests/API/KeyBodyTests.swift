import LanyardCore
import LanyardWire
import Testing

@Suite("Bodies about keys")
struct KeyBodyTests {
    private func errors<Body>(
        _ text: String, _ decode: (JSONValue) throws(InvalidRequest) -> Body
    ) throws -> [String] {
        let value = try JSONValue.text(text)
        let error = #expect(throws: InvalidRequest.self) { try decode(value) }
        return try #require(error).errors.map(\.description)
    }

    @Test("a whole creation is read, field by field")
    func whole() throws {
        let body = try KeyCreateBody.decode(
            JSONValue.text(
                """
                {"name":"billing cron","project":"payments","account":"cus_1","environment":"live",
                 "scopes":["invoices:read","lanyard:keys:write@payments"],"roles":["accountant"],"plan":"free",
                 "limits":[{"name":"burst","amount":10,"window":"1s"},
                           {"name":"tpm","unit":"tokens","amount":100000,"window":"60s"},
                           {"name":"spend","unit":"usd","amount":"5.00","window":"1d"}],
                 "quotas":[],"in_flight":8,"ip_allowlist":["203.0.113.0/24","2001:db8::/32","192.0.2.7"],
                 "methods":["GET"],"paths":["/v1/invoices/**"],"proof":"signature","not_before":null,
                 "expires_in":"90d","allow_self_rotate":true,"metadata":{"team":"billing","n":[1.50,null]}}
                """))
        #expect(body.name == "billing cron")
        #expect(body.project == "payments")
        #expect(body.account == "cus_1")
        #expect(body.environment == .live)
        #expect(body.scopes.map(\.description) == ["invoices:read", "lanyard:keys:write@payments"])
        #expect(body.roles == ["accountant"])
        #expect(body.plan == "free")
        #expect(
            body.limits == [
                LimitDefinition(name: "burst", unit: .requests, amount: 10, windowMilliseconds: 1_000),
                LimitDefinition(name: "tpm", unit: .tokens, amount: 100_000, windowMilliseconds: 60_000),
                LimitDefinition(name: "spend", unit: .usd, amount: 5_000_000_000, windowMilliseconds: 86_400_000),
            ])
        #expect(body.maximumInFlight == 8)
        #expect(body.ipAllowlist.map(\.description) == ["203.0.113.0/24", "2001:db8::/32", "192.0.2.7/32"])
        #expect(body.methods.map(\.description) == ["GET"])
        #expect(body.paths.map(\.description) == ["/v1/invoices/**"])
        #expect(body.proof == .signature)
        #expect(body.notBefore == nil)
        #expect(body.expiry == .after(milliseconds: 7_776_000_000))
        #expect(body.allowsSelfRotation)
        #expect(body.metadata.json == #"{"team":"billing","n":[1.50,null]}"#)
    }

    @Test("only the name is needed")
    func bare() throws {
        #expect(try KeyCreateBody.decode(JSONValue.text(#"{"name":"n"}"#)) == KeyCreateBody(name: "n"))
    }

    @Test(
        "each field that is out of bounds is named",
        arguments: [
            (#""name":"""#, "/name"), (#""project":"""#, "/project"), (#""environment":"Live""#, "/environment"),
            (#""scopes":["a b"]"#, "/scopes/0"), (#""scopes":"a""#, "/scopes"), (#""roles":["a","B"]"#, "/roles/1"),
            (#""limits":[{"name":"a b","amount":1,"window":"1s"}]"#, "/limits/0/name"),
            (#""limits":[{"name":"a","amount":0,"window":"1s"}]"#, "/limits/0/amount"),
            (#""limits":[{"name":"a","amount":"1","window":"1s"}]"#, "/limits/0/amount"),
            (#""limits":[{"name":"a","unit":"usd","amount":1,"window":"1s"}]"#, "/limits/0/amount"),
            (#""limits":[{"name":"a","unit":"usd","amount":"0.00","window":"1s"}]"#, "/limits/0/amount"),
            (#""limits":[{"name":"a","amount":1,"window":"999ms"}]"#, "/limits/0/window"),
            (#""limits":[{"name":"a","amount":1,"window":"32d"}]"#, "/limits/0/window"),
            (#""limits":[{"name":"a","amount":1,"window":60}]"#, "/limits/0/window"),
            (#""limits":[{"name":"a","unit":"bytes","amount":1,"window":"1s"}]"#, "/limits/0/unit"),
            (#""limits":[{"name":"a","amount":1,"window":"1s"},{"name":"a","amount":2,"window":"2s"}]"#, "/limits"),
            (#""limits":[{"name":"a","amount":1,"window":"1s"},{"name":"b","amount":2,"window":"1s"}]"#, "/limits"),
            (#""in_flight":0"#, "/in_flight"), (#""in_flight":1000001"#, "/in_flight"),
            (#""ip_allowlist":["10.0.0.5/8"]"#, "/ip_allowlist/0"),
            (#""ip_allowlist":["localhost"]"#, "/ip_allowlist/0"),
            (#""methods":["get"]"#, "/methods/0"), (#""paths":["v1"]"#, "/paths/0"), (#""proof":"bearer""#, "/proof"),
            (#""not_before":"tomorrow""#, "/not_before"), (#""expires_at":"2026-02-30T00:00:00Z""#, "/expires_at"),
            (#""expires_in":"0s""#, "/expires_in"), (#""expires_in":"90""#, "/expires_in"),
            (#""expires_at":"2030-01-01T00:00:00Z","expires_in":"1d""#, "/expires_in"),
            (#""expires_at":null,"expires_in":"1d""#, "/expires_in"),
            (#""allow_self_rotate":"yes""#, "/allow_self_rotate"), (#""metadata":[]"#, "/metadata"),
        ])
    func bounds(member: String, pointer: String) throws {
        let found = try errors(
            member.hasPrefix(#""name""#) ? "{\(member)}" : "{\"name\":\"n\",\(member)}", KeyCreateBody.decode)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(pointer + ":") == true, "\(found)")
    }

    @Test("metadata is bounded by its size as JSON")
    func metadata() throws {
        let most = Metadata.maximumBytes - #"{"a":""}"#.utf8.count
        func body(_ count: Int) -> String {
            #"{"name":"n","metadata":{"a":"\#(String(repeating: "x", count: count))"}}"#
        }
        #expect(try KeyCreateBody.decode(JSONValue.text(body(most))).metadata.json.utf8.count == Metadata.maximumBytes)
        #expect(try errors(body(most + 1), KeyCreateBody.decode).first?.hasPrefix("/metadata:") == true)
    }

    @Test("a patch tells what stays, what is cleared and what is replaced")
    func patch() throws {
        #expect(try KeyPatchBody.decode(JSONValue.text("{}")) == KeyPatchBody())
        let body = try KeyPatchBody.decode(
            JSONValue.text(
                """
                {"account":null,"plan":"pro","in_flight":null,"not_before":"2027-01-01T00:00:00Z","expires_at":null,
                 "scopes":[],"proof":"any"}
                """))
        #expect(body.account == .null)
        #expect(body.plan == .value("pro"))
        #expect(body.maximumInFlight == .null)
        #expect(body.notBefore == .value(Timestamp(milliseconds: 1_798_761_600_000)))
        #expect(body.expiry == .null)
        #expect(body.scopes == [])
        #expect(body.proof == .any)
        #expect(body.name == nil)
        let expiring = try KeyPatchBody.decode(JSONValue.text(#"{"expires_in":"1h"}"#))
        #expect(expiring.expiry == .value(.after(milliseconds: 3_600_000)))
    }

    @Test("what stands in a secret cannot be patched", arguments: ["project", "environment"])
    func fixed(name: String) throws {
        #expect(
            try errors("{\"\(name)\":\"x\"}", KeyPatchBody.decode).first?.hasPrefix("/\(name): unknown field") == true)
    }

    @Test("an import's line is a digest and a key's fields, and its proof is a bearer's")
    func importLine() throws {
        let hexadecimal = String(repeating: "0a", count: 32)
        let line = try KeyImportBody.decode(
            JSONValue.text(#"{"digest":"sha256:\#(hexadecimal)","name":"legacy","scopes":["a"]}"#))
        #expect(line.digest.sha256Text == "sha256:\(hexadecimal)")
        #expect(line.key.name == "legacy")
        #expect(
            try errors(#"{"digest":"sha256:\#(hexadecimal)","name":"n","proof":"signature"}"#, KeyImportBody.decode)
                .map { $0.prefix(7) } == ["/proof:"])
        #expect(
            try errors(#"{"digest":"md5:00","nmae":"n"}"#, KeyImportBody.decode).map { $0.prefix { $0 != ":" } }
                == ["/digest", "/name", "/nmae"])
    }

    @Test("a rotation's grace is a day unless said otherwise, and at most 30 days")
    func rotate() throws {
        #expect(try RotateBody.decode(nil).graceMilliseconds == 86_400_000)
        #expect(try RotateBody.decode(JSONValue.text("{}")).graceMilliseconds == 86_400_000)
        #expect(try RotateBody.decode(JSONValue.text(#"{"grace":"0s"}"#)).graceMilliseconds == 0)
        #expect(try RotateBody.decode(JSONValue.text(#"{"grace":"30d"}"#)).graceMilliseconds == 2_592_000_000)
        #expect(try errors(#"{"grace":"31d"}"#, RotateBody.decode) == ["/grace: must be from 0s to 30d"])
        #expect(try ReasonBody.decode(nil).reason == nil)
        #expect(try ReasonBody.decode(JSONValue.text(#"{"reason":"leaked"}"#)).reason == "leaked")
        #expect(try errors(#"{"reason":""}"#, ReasonBody.decode) == ["/reason: must not be empty"])
    }

    @Test("a look-up takes a secret or a digest, not both and not neither")
    func lookup() throws {
        let secret = Secret.generate(prefix: .lyd, environment: .live)
        let digest = secret.digest
        #expect(try LookupBody.decode(.object(of: ("secret", .string(secret.reveal())))).sought == digest)
        #expect(try LookupBody.decode(.object(of: ("digest", .string(digest.sha256Text)))).sought == digest)
        let both = JSONValue.object(of: ("secret", .string("x")), ("digest", .string(digest.sha256Text)))
        for value in [both, .object(JSONObject())] {
            #expect(throws: InvalidRequest.self) { try LookupBody.decode(value) }
        }
        #expect(try errors(#"{"secret":""}"#, LookupBody.decode) == ["/secret: must not be empty"])
    }
}
