import LanyardWire
import NIOCore
import NIOHTTP1
import Testing

@Suite("Requests that are not as they should be")
struct StrictRequestTests {
    private static let node = Task { try await TestNode() }

    @Test(
        "a body is refused with the place of each fault",
        arguments: [
            (#"{"name":"k","scpoes":[]}"#, ["/scpoes"]), (#"{"name":"k","name":"l"}"#, ["/name"]), (#"{}"#, ["/name"]),
            (#"{"name":null}"#, ["/name"]), (#"{"name":7}"#, ["/name"]), (#"{"name":""}"#, ["/name"]),
            (#"[]"#, [""]), (#""k""#, [""]), (#"{"name":"k"} x"#, [""]), (#"{"name":"k""#, [""]),
            (#"{"name":"k","limits":[{"name":"a","amount":1,"window":"0s"}]}"#, ["/limits/0/window"]),
            (
                #"{"name":"k","limits":[{"name":"a","amount":0,"window":"1s"},{"name":"b b","amount":1,"window":"1s"}]}"#,
                ["/limits/0/amount", "/limits/1/name"]
            ),
            (#"{"name":"k","limits":[{"name":"a","amount":1,"window":"1s","x":1}]}"#, ["/limits/0/x"]),
            (#"{"name":"k","scopes":["a b","A"]}"#, ["/scopes/0", "/scopes/1"]),
            (#"{"name":"k","ip_allowlist":["1.2.3.4/33"]}"#, ["/ip_allowlist/0"]),
            (#"{"name":"k","methods":["get"]}"#, ["/methods/0"]), (#"{"name":"k","paths":["v1"]}"#, ["/paths/0"]),
            (#"{"name":"k","proof":"none"}"#, ["/proof"]), (#"{"name":"k","in_flight":0}"#, ["/in_flight"]),
            (#"{"name":"k","in_flight":1000001}"#, ["/in_flight"]), (#"{"name":"k","in_flight":1.5}"#, ["/in_flight"]),
            (#"{"name":"k","not_before":"yesterday"}"#, ["/not_before"]),
            (#"{"name":"k","expires_in":"365001d"}"#, ["/expires_in"]),
            (#"{"name":"k","expires_at":"2020-01-01T00:00:00Z"}"#, ["/expires_at"]),
            (#"{"name":"k","metadata":[]}"#, ["/metadata"]), (#"{"name":"k","project":"nothing"}"#, ["/project"]),
            (
                #"{"name":"k","account":"nothing","plan":"nothing","roles":["nothing"]}"#,
                ["/account", "/plan", "/roles/0"]
            ),
            (#"{"name":"k","environment":"staging"}"#, ["/environment"]),
            (#"{"name":"k","quotas":[{"name":"monthly","amount":1,"period":"year"}]}"#, ["/quotas/0/period"]),
            (
                #"{"name":"k","quotas":[{"name":"a b","amount":0,"period":"month","alert_at":[101],"x":1}]}"#,
                ["/quotas/0/name", "/quotas/0/amount", "/quotas/0/alert_at/0", "/quotas/0/x"]
            ),
            (
                #"{"name":"k","quotas":[{"name":"a","amount":1,"period":"day"},{"name":"b","amount":2,"period":"day"}]}"#,
                ["/quotas"]
            ),
            (#"{"name":"k","scopes":["lanyard:verify@nothing"]}"#, ["/scopes/0"]),
            ("{\"name\":\"a\u{2028}b\"}", ["/name"]), ("", [""]), ("{\"name\":\"\\ud800\"}", ["/name"]),
        ])
    func bodies(body: String, pointers: [String]) async throws {
        let node = try await Self.node.value
        let answer = try await node.admin(.POST, "/v1/keys", body)
        #expect(answer.status == 400 && answer.code == "invalid_request", "\(body): \(answer.text)")
        #expect(Set(answer.pointers) == Set(pointers), "\(body): \(answer.text)")
    }

    @Test("the text of a field is not repeated in the problem: it may be a secret in the wrong place")
    func notRepeated() async throws {
        let node = try await Self.node.value
        let secret = try await node.key().secret
        for body in [
            #"{"name":"k","project":"\#(secret)"}"#, #"{"name":"k","scopes":["\#(secret)"]}"#,
            #"{"name":"k","account":"\#(secret)","plan":"\#(secret)"}"#, #"{"name":"k","proof":"\#(secret)"}"#,
            #"{"name":"k","expires_in":"\#(secret)"}"#, #"{"name":"k","paths":["\#(secret)"]}"#,
            #"{"name":"k","limits":[{"name":"\#(secret) ","amount":"\#(secret)","window":"\#(secret)"}]}"#,
            "\(secret)", #"{"name":"\#(secret)"#, #"{"name":"k","\#(secret)":1}"#,
        ] {
            let answer = try await node.admin(.POST, "/v1/keys", body)
            #expect(answer.status == 400 || answer.status == 403, "\(answer.text)")
            #expect(!answer.text.contains(secret))
        }
        for target in [
            "/v1/keys/\(secret)", "/v1/keys?project=\(secret)", "/v1/keys?cursor=\(secret)", "/v1/usage?key=\(secret)",
            "/v1/audit?actor=\(secret)", "/v1/\(secret)", "/v1/keys?account=\(secret)",
            "/v1/keys?\(secret)=1", "/v1/usage?\(secret)",
        ] {
            let answer = try await node.admin(.GET, target)
            #expect((400...404).contains(answer.status), "\(answer.text)")
            #expect(!answer.text.contains(secret))
        }
    }

    @Test("a quota that breaks a rule is told by its place wherever one may be asked for, and nothing is made")
    func quotas() async throws {
        let node = try await Self.node.value
        let quotas =
            #""quotas":[{"name":"monthly","amount":10000,"period":"month"},{"name":"x","amount":0,"period":"day"}]"#
        let targets: [(HTTPMethod, String)] = [
            (.POST, "/v1/keys"), (.PATCH, "/v1/keys/\(try await node.key().id)"), (.POST, "/v1/accounts"),
            (.PATCH, "/v1/accounts/\(try await node.account())"), (.POST, "/v1/plans"),
            (.PATCH, "/v1/plans/\(try await node.plan().id)"),
        ]
        for (method, target) in targets {
            let answer = try await node.admin(method, target, #"{"name":"n",\#(quotas)}"#)
            #expect(answer.status == 400, "\(method) \(target)")
            #expect(answer.pointers == ["/quotas/1/amount"])
        }
    }

    @Test("more faults than twenty are cut, and each of the first is told")
    func many() async throws {
        let node = try await Self.node.value
        let scopes = (0..<40).map { _ in "\"A\"" }.joined(separator: ",")
        let answer = try await node.admin(.POST, "/v1/keys", #"{"name":"k","scopes":[\#(scopes)]}"#)
        #expect(answer.pointers == (0..<20).map { "/scopes/\($0)" })
    }

    @Test("what takes no body or no query refuses one")
    func nothingTaken() async throws {
        let node = try await Self.node.value
        let key = try await node.key().id
        #expect(try await node.admin(.POST, "/v1/keys/\(key)/disable", "{}").status == 400)
        #expect(try await node.admin(.POST, "/v1/accounts/\(try await node.account())/resume", "{}").status == 400)
        for (method, target) in [
            (HTTPMethod.GET, "/v1/keys/\(key)"), (.DELETE, "/v1/keys/\(key)"), (.PATCH, "/v1/keys/\(key)"),
            (.POST, "/v1/keys"), (.POST, "/v1/explain"), (.GET, "/v1/nodes"), (.GET, "/v1/audit/verify"),
        ] {
            let answer = try await node.admin(method, "\(target)?dry_run=1", method == .POST ? "{}" : nil)
            #expect(answer.status == 400 && answer.pointers == ["?dry_run"], "\(method) \(target): \(answer.text)")
        }
        let call = Call.data(.POST, "/v1/verify?dry_run=1", secret: node.adminSecret, json: #"{"secret":"x"}"#)
        #expect(try await node.send(call).pointers == ["?dry_run"])
    }

    @Test("a media type may have parameters, and its case does not matter")
    func mediaTypes() async throws {
        let node = try await Self.node.value
        for type in ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"] {
            for (listener, target, body) in [
                (Call.Listener.admin, "/v1/keys", #"{"name":"k"}"#), (.data, "/v1/verify", #"{"secret":"x"}"#),
            ] {
                var call = Call(listener, .POST, target, secret: node.adminSecret)
                call.body = Call.Body(bytes: Array(body.utf8), mediaType: type)
                #expect(try await node.send(call).status < 300, "\(listener): \(type)")
            }
        }
        for type in ["application/jsonp", "text/json", "multipart/form-data", nil] {
            for (listener, target) in [(Call.Listener.admin, "/v1/keys"), (.data, "/v1/verify")] {
                var call = Call(listener, .POST, target, secret: node.adminSecret)
                call.body = Call.Body(bytes: Array("{}".utf8), mediaType: type)
                #expect(try await node.send(call).status == 415, "\(listener): \(type ?? "none")")
            }
        }
    }

    @Test("a body without a length ends at the same bound", arguments: [Call.Listener.data, .admin])
    func chunked(listener: Call.Listener) async throws {
        let node = try await Self.node.value
        let target = listener == .data ? "/v1/verify" : "/v1/keys"
        let (stream, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        let piece = ByteBuffer(repeating: UInt8(ascii: " "), count: 65_536)
        for _ in 0..<17 { continuation.yield(piece) }
        continuation.finish()
        var call = Call(listener, .POST, target, secret: node.adminSecret)
        call.body = Call.Body(bytes: [], mediaType: "application/json")
        // The server may answer and close before all was sent; whichever comes first, nothing is granted.
        if let answer = try? await node.client.send(call, pieces: stream) { #expect(answer.status == 413) }
    }

    @Test("a key is read from two places, and two different ones are none", arguments: [Call.Listener.data, .admin])
    func places(listener: Call.Listener) async throws {
        let node = try await Self.node.value
        let target = listener == .data ? "/v1/self" : "/v1/nodes"
        let header = Call(listener, .GET, target).with("X-API-Key", node.adminSecret)
        #expect(try await node.send(header).status == 200)
        #expect(try await node.send(header.by(node.adminSecret)).status == 200)
        let other = try await node.key().secret
        #expect(try await node.send(header.by(other)).code == "ambiguous_key")
        // A token of another system's beside a key is no conflict.
        #expect(try await node.send(header.by("eyJhbGciOiJIUzI1NiJ9.e30.x")).status == 200)
        #expect(try await node.send(Call(listener, .GET, target).with("Authorization", "Basic x")).status == 401)
    }

    @Test("each way of presenting no good key has its code and challenge")
    func challenges() async throws {
        let node = try await Self.node.value
        let revoked = try await node.key()
        try await node.manage(.POST, "/v1/keys/\(revoked.id)/revoke")
        var mistyped = Array(revoked.secret)
        mistyped[20] = mistyped[20] == "a" ? "b" : "a"
        let plain = #"Bearer realm="lanyard""#
        let invalid = plain + #", error="invalid_token""#
        for (secret, code, challenge) in [
            (nil, "missing_key", plain), ("lyd_live_short", "malformed_key", invalid),
            (String(mistyped), "malformed_key", invalid), (TestNode.unknownSecret(), "unknown_key", invalid),
            (revoked.secret, "revoked_key", invalid),
        ] as [(String?, String, String)] {
            for (listener, target) in [
                (Call.Listener.data, "/v1/self"), (.admin, "/v1/keys"), (.data, "/v1/authorize"),
            ] {
                let answer = try await node.send(Call(listener, .GET, target, secret: secret))
                #expect(answer.status == 401 && answer.code == code, "\(listener) \(target): \(answer.text)")
                #expect(answer.header("WWW-Authenticate") == challenge)
            }
        }
        let poor = try await node.caller(["lanyard:keys:read@default"])
        let missing = try await node.send(.admin(.POST, "/v1/keys", secret: poor.secret, json: #"{"name":"k"}"#))
        #expect(missing.status == 403 && missing["missing_scope"]?.string == "lanyard:keys:write")
        #expect(
            missing.header("WWW-Authenticate")
                == plain + #", error="insufficient_scope", scope="lanyard:keys:write""#)
        let customer = try await node.key(#""scopes":["lanyard:keys:read"]"#)
        let elsewhere = try await node.send(.admin(.GET, "/v1/keys", secret: customer.secret))
        #expect(elsewhere.status == 403 && elsewhere.code == "wrong_project")
        let asking = try await node.send(
            .data(.POST, "/v1/verify", secret: customer.secret, json: #"{"secret":"x"}"#))
        #expect(asking.status == 403)
    }
}
