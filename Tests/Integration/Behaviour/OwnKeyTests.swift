import LanyardWire
import NIOHTTP1
import Testing

@Suite("What a key may do for itself")
struct OwnKeyTests {
    private static let node = Task { try await TestNode() }

    @Test("it is told who it is and how its limits stand, without the operator's notes, and is charged nothing")
    func show() async throws {
        let node = try await Self.node.value
        let key = try await node.key(
            #""scopes":["a:b"],"metadata":{"note":"watch"},"limits":[{"name":"two","amount":2,"window":"31d"}]"#)
        for _ in 0..<3 {
            let answer = try await node.send(.data(.GET, "/v1/self", secret: key.secret))
            #expect(answer.status == 200 && answer["key"]?["id"]?.string == key.id)
            #expect(answer["key"]?["metadata"] == nil && !answer.text.contains("watch"))
            #expect(answer["limits"]?.array?.first?["remaining"]?.number?.int64 == 2)
            #expect(answer.header("RateLimit-Policy") == #""two";q=2;w=2678400;qu="requests""#)
            #expect(answer.header("RateLimit")?.hasPrefix(#""two";r=2"#) == true)
        }
        let elsewhere = try await node.key(#""ip_allowlist":["192.0.2.1"]"#)
        #expect(try await node.send(.data(.GET, "/v1/self", secret: elsewhere.secret)).code == "ip_not_allowed")
    }

    @Test("it rotates itself if it was made for that, with its current secret alone")
    func rotate() async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""allow_self_rotate":true"#)
        let answer = try await node.send(.data(.POST, "/v1/self/rotate", secret: key.secret))
        #expect(answer.status == 201 && answer.header("Cache-Control") == "no-store")
        let newer = try #require(answer["secret"]?.string)
        for secret in [key.secret, newer] { #expect(try await node.verify(secret) == "ok") }
        let older = try await node.send(.data(.POST, "/v1/self/rotate", secret: key.secret))
        #expect(older.status == 409)
        let again = Call.data(.POST, "/v1/self/rotate", secret: newer, json: #"{"grace":"0s"}"#)
        let newest = try #require(try await node.send(again)["secret"]?.string)
        for secret in [key.secret, newer] { #expect(try await node.verify(secret) == "rotated_key") }
        #expect(try await node.verify(newest) == "ok")
        #expect(try await node.send(.data(.POST, "/v1/self/revoke", secret: newer)).code == "rotated_key")
        #expect(try await node.verify(newest) == "ok")
    }

    @Test("it revokes itself always: disabled, suspended, expired or restricted to other places")
    func revoke() async throws {
        let node = try await Self.node.value
        let account = try await node.account()
        let suspended = try await node.key(#""account":"\#(account)""#).secret
        try await node.manage(.POST, "/v1/accounts/\(account)/suspend")
        let restricted = try await node.key(#""ip_allowlist":["192.0.2.1"],"methods":["GET"],"proof":"signature""#)
            .secret
        let late = try await node.key(#""not_before":"2030-01-01T00:00:00Z""#).secret
        for secret in [suspended, restricted, late, try await node.disabledKey()] {
            let answer = try await node.send(
                .data(.POST, "/v1/self/revoke", secret: secret, json: #"{"reason":"found in a log"}"#))
            #expect(answer.status == 200 && answer["key"]?["status"]?.string == "revoked", "\(answer.text)")
            #expect(answer["acknowledged_by"]?.array?.count == 1)
            #expect(try await node.verify(secret) == "revoked_key")
            #expect(try await node.send(.data(.POST, "/v1/self/revoke", secret: secret)).code == "revoked_key")
        }
    }

    @Test("what it did to itself is in the audit log under its own name")
    func audited() async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""allow_self_rotate":true"#)
        let call = Call.data(.POST, "/v1/self/rotate", secret: key.secret).with("X-Request-Id", "own-1")
        _ = try await node.send(call)
        let entries = try await node.manage(.GET, "/v1/audit?target=\(key.id)&action=key.rotate")["data"]?.array
        #expect(entries?.first?["actor"]?["key_id"]?.string == key.id)
        #expect(entries?.first?["request_id"]?.string == "own-1")
    }
}
