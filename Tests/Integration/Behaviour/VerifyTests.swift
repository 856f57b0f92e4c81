import LanyardEngine
import LanyardTesting
import LanyardWire
import NIOHTTP1
import Testing

@Suite("Verify")
struct VerifyTests {
    private static let node = Task { try await TestNode() }

    private func check(_ node: TestNode, _ json: String) async throws -> Answer {
        try await node.send(.data(.POST, "/v1/verify", secret: node.adminSecret, json: json))
    }

    @Test("a grant tells the key, what it holds, and how its limits stand")
    func grant() async throws {
        let node = try await Self.node.value
        let external = TestNode.name("cus")
        let account = try await node.account(
            #""external_id":"\#(external)","limits":[{"name":"all","amount":9,"window":"1d"}]"#)
        let role = try await node.role(#""from:role""#)
        let plan = try await node.plan(#""scopes":["from:plan"],"limits":[{"name":"rpm","amount":8,"window":"60s"}]"#)
        let key = try await node.key(
            #""account":"\#(account)","roles":["\#(role.name)"],"plan":"\#(plan.name)","scopes":["own:a"],"#
                + #""metadata":{"team":"billing"},"limits":[{"name":"tokens","unit":"tokens","amount":100,"window":"1h"},"#
                + #"{"name":"spend","unit":"usd","amount":"1.00","window":"1d"}]"#)
        let body = #"{"secret":"\#(key.secret)","costs":{"tokens":7,"usd":"0.25"},"tags":["a"]}"#
        let answer = try await check(node, body)
        #expect(answer["valid"]?.bool == true && answer["grant_id"] == .null && answer["problem"] == nil)
        #expect(answer["key"]?["id"]?.string == key.id)
        #expect(answer["key"]?["account"]?["external_id"]?.string == external)
        #expect(
            Set(answer["key"]?["scopes"]?.array?.compactMap(\.string) ?? []) == ["own:a", "from:role", "from:plan"])
        #expect(answer["key"]?["metadata"]?["team"]?.string == "billing")
        let limits = try #require(answer["limits"]?.array)
        let remaining = limits.reduce(into: [String: String]()) { left, limit in
            left[limit["name"]?.string ?? ""] = limit["remaining"]?.number?.text ?? limit["remaining"]?.string
        }
        #expect(remaining == ["all": "8", "rpm": "7", "tokens": "93", "spend": "0.75"])
        #expect(Set(limits.compactMap { $0["subject"]?.string }) == ["key", "account", "plan"])
        #expect(answer["quotas"]?.array?.isEmpty == true)
    }

    @Test("every denial comes with its code and what would fix it, and charges nothing")
    func denials() async throws {
        let node = try await Self.node.value
        let restricted = try await node.key(
            #""scopes":["a:b"],"ip_allowlist":["192.0.2.0/24"],"methods":["GET"],"paths":["/v1/**"],"#
                + #""limits":[{"name":"two","amount":2,"window":"31d"}],"environment":"live""#)
        let proof = try await node.key(#""proof":"signature""#)
        let project = try await node.project()
        let right = #","ip":"192.0.2.7","method":"GET","path":"/v1/x","scope":"a:b""#
        let cases = [
            (#"{"secret":""}"#, "missing_key"), (#"{"secret":"lyd_live_x"}"#, "malformed_key"),
            (#"{"secret":"a b"}"#, "malformed_key"),
            (#"{"secret":"\#(TestNode.unknownSecret())"}"#, "unknown_key"),
            (#"{"secret":"\#(try await node.disabledKey())"}"#, "disabled_key"),
            (#"{"secret":"\#(node.adminSecret)"}"#, "wrong_project"),
            (#"{"secret":"\#(restricted.secret)","project":"\#(project.name)"}"#, "wrong_project"),
            (#"{"secret":"\#(restricted.secret)","environment":"test"}"#, "wrong_environment"),
            (#"{"secret":"\#(proof.secret)"}"#, "proof_required"),
            (#"{"secret":"\#(restricted.secret)"}"#, "ip_not_allowed"),
            (#"{"secret":"\#(restricted.secret)","ip":"198.51.100.1"}"#, "ip_not_allowed"),
            (#"{"secret":"\#(restricted.secret)","ip":"::ffff:192.0.2.7"}"#, "method_not_allowed_for_key"),
            (#"{"secret":"\#(restricted.secret)","ip":"192.0.2.7","method":"PUT"}"#, "method_not_allowed_for_key"),
            (#"{"secret":"\#(restricted.secret)","ip":"192.0.2.7","method":"GET"}"#, "path_not_allowed_for_key"),
            (
                #"{"secret":"\#(restricted.secret)","ip":"192.0.2.7","method":"GET","path":"/v2"}"#,
                "path_not_allowed_for_key"
            ),
            (
                #"{"secret":"\#(restricted.secret)","ip":"192.0.2.7","method":"GET","path":"/v1/%2e%2e/x"}"#,
                "invalid_request_path"
            ),
            (
                #"{"secret":"\#(restricted.secret)"\#(right.replacing("a:b", with: "a:b and c:d"))}"#,
                "insufficient_scope"
            ),
            (#"{"secret":"\#(restricted.secret)"\#(right),"costs":{"requests":3}}"#, "rate_limited"),
        ]
        for (body, code) in cases {
            let answer = try await check(node, body)
            #expect(answer.status == 200 && answer["valid"]?.bool == false)
            #expect(answer.code == code, "\(code): \(answer.text)")
            #expect(answer["problem"]?["code"]?.string == code)
            #expect(answer["problem"]?["fix"]?.string?.isEmpty == false)
            #expect(answer["grant_id"] == .null)
        }
        for _ in 0..<2 { #expect(try await check(node, #"{"secret":"\#(restricted.secret)"\#(right)}"#).code == "ok") }
        let limited = try await check(node, #"{"secret":"\#(restricted.secret)"\#(right)}"#)
        #expect(limited["problem"]?["violated"]?["name"]?.string == "two")
        #expect((limited["problem"]?["retry_after_ms"]?.number?.int64 ?? 0) > 0)
    }

    @Test("a call in flight takes its place until it is finished, however often that is said, or times out")
    func inFlight() async throws {
        try await TestNode.run { node in
            let key = try await node.key(#""in_flight":1"#)
            let body = #"{"secret":"\#(key.secret)"}"#
            let grant = try #require(try await check(node, body)["grant_id"]?.string)
            #expect(try await check(node, body).code == "too_many_in_flight")
            let finish = Call.data(
                .POST, "/v1/finish", secret: node.adminSecret,
                json: #"{"grant_id":"\#(grant)","actual":{"requests":1,"tokens":3}}"#)
            for _ in 0..<2 { #expect(try await node.send(finish)["finished"]?.bool == true) }
            #expect(try await check(node, body).code == "ok")
            #expect(try await check(node, body).code == "too_many_in_flight")
            node.clock.advance(by: .seconds(601))
            await node.engine.maintain()
            #expect(try await check(node, body).code == "ok")
            // A proxy can't tell when its call is over.
            let proxied = try await node.send(.data(.GET, "/v1/authorize", secret: key.secret))
            #expect(proxied.status == 429 && proxied.code == "too_many_in_flight")
        }
    }

    @Test("a key that bounds its own calls may ask one after another, on both listeners")
    func boundedCaller() async throws {
        let node = try await Self.node.value
        let caller = try await node.caller(
            ["lanyard:verify", "lanyard:keys:read", "lanyard:keys:write"], #""in_flight":1"#)
        for _ in 0..<3 {
            let asked = Call.data(.POST, "/v1/verify", secret: caller.secret, json: #"{"secret":"x"}"#)
            #expect(try await node.send(asked).status == 200)
            #expect(try await node.send(.admin(.GET, "/v1/keys", secret: caller.secret)).status == 200)
            #expect(try await node.send(.admin(.GET, "/v1/keys?limit=0", secret: caller.secret)).status == 400)
            var imported = Call.admin(.POST, "/v1/keys/import", secret: caller.secret)
            imported.body = Call.Body(bytes: [], mediaType: "application/x-ndjson")
            #expect(try await node.send(imported).status == 200)
        }
    }

    @Test("a batch is decided in its order, each check for itself, and not at all where one is not as it should be")
    func batch() async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""limits":[{"name":"two","amount":2,"window":"31d"}]"#)
        func batch(_ checks: [String]) async throws -> Answer {
            let json = #"{"checks":[\#(checks.joined(separator: ","))]}"#
            return try await node.send(.data(.POST, "/v1/verify/batch", secret: node.adminSecret, json: json))
        }
        let one = #"{"secret":"\#(key.secret)"}"#
        let bad = try await batch([one, #"{"secret":"x","scope":"and"}"#])
        #expect(bad.status == 400 && bad.pointers == ["/checks/1/scope"])
        let codes = try await batch([one, #"{"secret":""}"#, one, one])["results"]?.array?.compactMap {
            $0["code"]?.string
        }
        #expect(codes == ["ok", "missing_key", "ok", "rate_limited"])
        #expect(try await batch([]).pointers == ["/checks"])
        #expect(try await batch(Array(repeating: one, count: 101)).pointers == ["/checks"])
        #expect(try await batch(Array(repeating: one, count: 100))["results"]?.array?.count == 100)
    }

    @Test("too many unknown keys from one address are turned away, and known ones are not")
    func unknownKeys() async throws {
        var setup = TestNode.Setup()
        setup.engine.unknownKeysPerMinute = 5
        try await TestNode.run(setup) { node in
            let known = try await node.key()
            #expect(try await node.verify(known.secret) == "ok")
            var statuses: [Int] = []
            for _ in 0..<7 {
                statuses.append(
                    try await node.send(.data(.GET, "/v1/authorize", secret: TestNode.unknownSecret())).status)
            }
            #expect(statuses == [401, 401, 401, 401, 401, 429, 429])
            #expect(try await node.send(.data(.GET, "/v1/authorize", secret: known.secret)).status == 200)
            node.clock.advance(by: .seconds(61))
            let later = try await node.send(.data(.GET, "/v1/authorize", secret: TestNode.unknownSecret()))
            #expect(later.status == 401)
        }
    }
}
