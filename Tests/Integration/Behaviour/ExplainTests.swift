import LanyardWire
import NIOHTTP1
import Testing

@Suite("Explain")
struct ExplainTests {
    private static let node = Task { try await TestNode() }

    private func explain(_ node: TestNode, _ body: String) async throws -> Answer {
        try await node.manage(.POST, "/v1/explain", body)
    }

    private func verdicts(_ answer: Answer) -> [String: String] {
        let steps = answer["steps"]?.array ?? []
        return steps.reduce(into: [:]) { $0[$1["step"]?.string ?? ""] = $1["verdict"]?.string ?? "" }
    }

    @Test("it agrees with verify about every kind of key and request, by key and by secret, and spends nothing")
    func agrees() async throws {
        let node = try await Self.node.value
        let (suspended, project) = (try await node.account(), try await node.project())
        var keys = [
            try await node.key(), try await node.key(#""scopes":["a:b"],"environment":"test""#),
            try await node.key(#""ip_allowlist":["192.0.2.0/24"]"#), try await node.key(#""methods":["GET"]"#),
            try await node.key(#""paths":["/v1/**"]"#), try await node.key(#""proof":"signature""#),
            try await node.key(#""account":"\#(suspended)""#), try await node.key(#""project":"\#(project.name)""#),
            try await node.key(#""not_before":"2030-01-01T00:00:00Z""#),
            try await node.key(
                #""limits":[{"name":"tpm","unit":"tokens","amount":10,"window":"60s"}],"scopes":["a:*"]"#),
        ]
        let (disabled, revoked) = (try await node.key(), try await node.key())
        try await node.manage(.POST, "/v1/keys/\(disabled.id)/disable")
        try await node.manage(.POST, "/v1/keys/\(revoked.id)/revoke")
        try await node.manage(.POST, "/v1/accounts/\(suspended)/suspend")
        keys += [disabled, revoked]
        let exhausted = try await node.exhaustedKey()
        let requests = [
            "", #","scope":"a:b""#, #","ip":"192.0.2.7""#, #","method":"GET""#, #","method":"POST","path":"/v2""#,
            #","path":"/v1/x""#, #","path":"/v1/../x""#, #","environment":"live""#, #","project":"default""#,
            #","costs":{"tokens":11}"#,
        ]
        var codes: Set<String> = []
        for key in keys {
            for request in requests {
                let byKey = try await explain(node, #"{"key_id":"\#(key.id)"\#(request)}"#)
                let bySecret = try await explain(node, #"{"secret":"\#(key.secret)"\#(request)}"#)
                let again = try await explain(node, #"{"secret":"\#(key.secret)"\#(request)}"#)
                let verified = try await node.verify(key.secret, String(request.dropFirst()))
                codes.insert(verified ?? "")
                for answer in [byKey, bySecret] {
                    #expect(answer["decision"]?["code"]?.string == verified, "\(request)")
                    #expect(answer["decision"]?["valid"]?.bool == (verified == "ok"))
                    #expect((answer["decision"]?["problem"] == nil) == (verified == "ok"))
                    let failed = answer["steps"]?.array?.first { $0["verdict"]?.string == "fail" }
                    #expect(failed?["code"]?.string == (verified == "ok" ? nil : verified))
                }
                #expect(bySecret["limits"] == again["limits"], "it has spent something")
            }
        }
        let answer = try await explain(node, #"{"secret":"\#(exhausted)"}"#)
        #expect(answer["decision"]?["code"]?.string == "rate_limited")
        #expect(codes.count >= 14, "\(codes.sorted())")
    }

    @Test("steps behind a failed one are judged too, and none is where no key was found")
    func steps() async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""ip_allowlist":["192.0.2.1"],"scopes":["a:b"]"#)
        let wrong = verdicts(try await explain(node, #"{"key_id":"\#(key.id)","ip":"192.0.2.2","scope":"c:d"}"#))
        #expect(wrong["ip"] == "fail" && wrong["scope"] == "fail" && wrong["allowances"] == "pass")
        #expect(wrong["derivation"] == "not_applicable" && wrong["known"] == "pass")
        let unknown = verdicts(try await explain(node, #"{"secret":"\#(TestNode.unknownSecret())"}"#))
        #expect(unknown["checksum"] == "pass" && unknown["known"] == "fail" && unknown["scope"] == "not_reached")
        let malformed = verdicts(try await explain(node, #"{"secret":"lyd_live_x"}"#))
        #expect(malformed["presented"] == "fail" && malformed["known"] == "not_reached")
    }

    @Test("a policy says what is demanded, and what is given beside it replaces that")
    func policy() async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""scopes":["a:b"]"#)
        let policy = try await node.policy(#""scope":"c:d","methods":["GET"]"#)
        let body = #"{"key_id":"\#(key.id)","policy":"\#(policy.name)","method":"GET""#
        #expect(try await explain(node, body + "}")["decision"]?["code"]?.string == "insufficient_scope")
        #expect(try await explain(node, body + #","scope":"a:b"}"#)["decision"]?["code"]?.string == "ok")
        let byID = body.replacing(policy.name, with: policy.id) + #","scope":"a:b"}"#
        #expect(try await explain(node, byID)["decision"]?["code"]?.string == "ok")
        for more in [#""policy":"nothing""#, #""project":"nothing""#, #""proof":"none""#, #""secret":"x""#] {
            let answer = try await node.admin(.POST, "/v1/explain", #"{"key_id":"\#(key.id)",\#(more)}"#)
            #expect(answer.status == 400, "\(more): \(answer.text)")
        }
    }

    @Test("a key that the caller may not explain is as good as none")
    func foreign() async throws {
        let node = try await Self.node.value
        let project = try await node.project()
        let caller = try await node.caller(["lanyard:explain@\(project.name)"])
        let foreign = try await node.key()
        let byID = Call.admin(.POST, "/v1/explain", secret: caller.secret, json: #"{"key_id":"\#(foreign.id)"}"#)
        #expect(try await node.send(byID).status == 404)
        let bySecret = Call.admin(
            .POST, "/v1/explain", secret: caller.secret, json: #"{"secret":"\#(foreign.secret)"}"#)
        #expect(try await node.send(bySecret)["decision"]?["code"]?.string == "unknown_key")
    }
}
