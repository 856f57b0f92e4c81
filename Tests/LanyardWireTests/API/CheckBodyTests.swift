import LanyardCore
import LanyardWire
import Testing

@Suite("Bodies about decisions")
struct CheckBodyTests {
    @Test("a whole check is read, field by field")
    func verify() throws {
        let body = try VerifyBody.decode(
            JSONValue.text(
                """
                {"secret":"sk_x","scope":"invoices:read and (eu or us)","costs":{"tokens":250,"usd":"0.000000150"},
                 "ip":"::ffff:203.0.113.9","method":"GET","path":"/v1/a?b","environment":"test","project":"payments",
                 "tags":["nightly"]}
                """))
        #expect(body.secret?.reveal() == "sk_x")
        #expect(body.scope?.description == "invoices:read and (eu or us)")
        #expect(body.costs == Costs(requests: 1, tokens: 250, nanoUSD: 150))
        #expect(body.address?.description == "203.0.113.9")
        #expect(body.method?.description == "GET")
        #expect(body.path == "/v1/a?b")
        #expect(body.environment == .test)
        #expect(body.project == "payments")
        #expect(body.tags == ["nightly"])
    }

    @Test("an empty secret is none; a missing one is an error")
    func secrets() throws {
        #expect(try VerifyBody.decode(JSONValue.text(#"{"secret":""}"#)).secret == nil)
        let error = #expect(throws: InvalidRequest.self) { try VerifyBody.decode(JSONValue.text("{}")) }
        #expect(error?.errors.map(\.description) == ["/secret: is required"])
    }

    @Test(
        "each field that is out of bounds is named, and never repeated",
        arguments: [
            (#""scope":"A""#, "/scope"), (#""costs":{"requests":-1}"#, "/costs/requests"),
            (#""costs":{"usd":5}"#, "/costs/usd"), (#""costs":{"bytes":1}"#, "/costs/bytes"), (#""ip":"x""#, "/ip"),
            (#""method":"get""#, "/method"), (#""path":7"#, "/path"), (#""environment":"""#, "/environment"),
            (#""tags":[""]"#, "/tags/0"), (#""tags":["1","2","3","4","5","6","7","8","9","10","11"]"#, "/tags"),
        ])
    func bounds(member: String, pointer: String) throws {
        let value = try JSONValue.text("{\"secret\":\"s\",\(member)}")
        let error = #expect(throws: InvalidRequest.self) { try VerifyBody.decode(value) }
        #expect(error?.errors.map(\.pointer.text) == [pointer])
    }

    @Test("a batch holds 1 to 100 checks, and each error has its check's number")
    func batch() throws {
        func batch(_ checks: [String]) throws -> VerifyBatchBody {
            try VerifyBatchBody.decode(JSONValue.text("{\"checks\":[\(checks.joined(separator: ","))]}"))
        }
        let check = #"{"secret":"s"}"#
        #expect(try batch(Array(repeating: check, count: 100)).checks.count == 100)
        #expect(throws: InvalidRequest.self) { try batch(Array(repeating: check, count: 101)) }
        #expect(throws: InvalidRequest.self) { try batch([]) }
        let error = #expect(throws: InvalidRequest.self) { try batch([check, #"{"secret":"s","ip":"x"}"#]) }
        #expect(error?.errors.map(\.pointer.text) == ["/checks/1/ip"])
    }

    @Test("a finish names its grant")
    func finish() throws {
        let id = GrantID.make(atMilliseconds: 1)
        let body = try FinishBody.decode(
            .object(of: ("grant_id", .string("\(id)")), ("actual", .object(of: ("tokens", .int(7))))))
        #expect(body.grantID == id)
        #expect(body.actual == ActualCosts(tokens: 7))
        #expect(
            ActualCosts(tokens: 7).completed(by: Costs(requests: 2, tokens: 900, nanoUSD: 5))
                == Costs(requests: 2, tokens: 7, nanoUSD: 5))
        for actual in [#"{"tokens":-1}"#, #"{"usd":5}"#, #"{"calls":1}"#, "null", "[]"] {
            #expect(throws: InvalidRequest.self, "\(actual)") {
                try FinishBody.decode(JSONValue.text(#"{"grant_id":"\#(id)","actual":\#(actual)}"#))
            }
        }
        #expect(throws: InvalidRequest.self) {
            try FinishBody.decode(.object(of: ("grant_id", .string("\(KeyID.make(atMilliseconds: 1))"))))
        }
    }

    @Test("an explanation is of a key or a secret, with an assumed proof")
    func explain() throws {
        let id = KeyID.make(atMilliseconds: 1)
        let byKey = try ExplainBody.decode(.object(of: ("key_id", .string("\(id)")), ("policy", .string("p"))))
        #expect(byKey.subject == .key(id))
        #expect(byKey.policy == "p")
        #expect(byKey.costs == nil)
        #expect(byKey.proof == .any)
        let bySecret = try ExplainBody.decode(JSONValue.text(#"{"secret":"s","proof":"certificate"}"#))
        #expect(bySecret.proof == .certificate)
        for text in ["{}", #"{"key_id":"\#(id)","secret":"s"}"#, #"{"secret":"s","proof":"any"}"#] {
            #expect(throws: InvalidRequest.self) { try ExplainBody.decode(JSONValue.text(text)) }
        }
    }

    @Test("a body that holds a secret shows none when it is printed")
    func redaction() throws {
        let body = try VerifyBody.decode(JSONValue.text(#"{"secret":"sk_very_secret"}"#))
        var dumped = ""
        dump(body, to: &dumped)
        #expect(!dumped.contains("sk_very") && !"\(body)".contains("sk_very"))
    }
}
