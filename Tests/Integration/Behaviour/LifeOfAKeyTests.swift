import LanyardTesting
import LanyardWire
import NIOHTTP1
import Testing

@Suite("Rotating, revoking, disabling, suspending")
struct LifeOfAKeyTests {
    private static let node = Task { try await TestNode() }

    private func authorize(_ node: TestNode, _ secret: String) async throws -> Answer {
        try await node.send(.data(.GET, "/v1/authorize", secret: secret))
    }

    @Test("both secrets of a rotated key work and draw on one allowance, until the older one's grace ends")
    func rotation() async throws {
        try await TestNode.run { node in
            let key = try await node.key(#""limits":[{"name":"four","amount":4,"window":"31d"}]"#)
            let answer = try await node.manage(.POST, "/v1/keys/\(key.id)/rotate", #"{"grace":"1h"}"#)
            let newer = try #require(answer["secret"]?.string)
            #expect(answer["previous_expires_at"]?.string == "2026-01-01T01:00:00.000Z")
            #expect(answer["key"]?["hint"]?.string == String(newer.suffix(4)))
            for secret in [key.secret, newer, key.secret, newer] { #expect(try await node.verify(secret) == "ok") }
            for secret in [key.secret, newer] { #expect(try await node.verify(secret) == "rate_limited") }
            node.clock.advance(by: .milliseconds(3_599_999))
            #expect(try await node.verify(key.secret) == "rate_limited")
            node.clock.advance(by: .milliseconds(1))
            #expect(try await node.verify(key.secret) == "rotated_key")
            #expect(try await authorize(node, key.secret).code == "rotated_key")
            #expect(try await node.verify(newer) == "rate_limited")
        }
    }

    @Test("a grace of nothing ends every older secret at once, and its bounds are 0 and 30 days")
    func grace() async throws {
        let node = try await Self.node.value
        let key = try await node.key()
        let path = "/v1/keys/\(key.id)/rotate"
        let second = try #require(try await node.manage(.POST, path)["secret"]?.string)
        let third = try #require(try await node.manage(.POST, path, #"{"grace":"0s"}"#)["secret"]?.string)
        for secret in [key.secret, second] { #expect(try await node.verify(secret) == "rotated_key") }
        #expect(try await node.verify(third) == "ok")
        for grace in ["31d", "-1s", "", "1"] {
            #expect(try await node.admin(.POST, path, #"{"grace":"\#(grace)"}"#).pointers == ["/grace"], "\(grace)")
        }
        #expect(try await node.admin(.POST, path, #"{"grace":"30d"}"#).status == 201)
    }

    @Test("a key has at most eight secrets that work")
    func manySecrets() async throws {
        let node = try await Self.node.value
        let path = "/v1/keys/\(try await node.key().id)/rotate"
        for _ in 0..<7 { try await node.manage(.POST, path) }
        #expect(try await node.admin(.POST, path).status == 409)
        #expect(try await node.admin(.POST, path, #"{"grace":"0s"}"#).status == 201)
    }

    @Test("a revoked key is refused by the next request on every way in, and stays so")
    func revocation() async throws {
        let node = try await Self.node.value
        let key = try await node.key()
        #expect(try await authorize(node, key.secret).status == 200)
        let answer = try await node.manage(.POST, "/v1/keys/\(key.id)/revoke", #"{"reason":"left in a repository"}"#)
        #expect(answer["acknowledged_by"]?.array?.count == 1)
        #expect(answer["pending"]?.array?.isEmpty == true)
        #expect(answer["key"]?["status"]?.string == "revoked")
        #expect(answer["key"]?["revoke_reason"]?.string == "left in a repository")
        #expect(try await authorize(node, key.secret).code == "revoked_key")
        #expect(try await node.verify(key.secret) == "revoked_key")
        #expect(try await node.send(.data(.GET, "/v1/self", secret: key.secret)).code == "revoked_key")
        let again = try await node.manage(.POST, "/v1/keys/\(key.id)/revoke", #"{"reason":"another"}"#)
        #expect(again["key"]?["revoke_reason"]?.string == "left in a repository")
        #expect(again["key"]?["revoked_at"] == answer["key"]?["revoked_at"])
        #expect(try await node.admin(.DELETE, "/v1/keys/\(key.id)").status == 204)
        #expect(try await node.admin(.GET, "/v1/keys/\(key.id)").status == 404)
        #expect(try await node.verify(key.secret) == "unknown_key")
    }

    @Test("a key is disabled and enabled, an account suspended and resumed, each at once")
    func standing() async throws {
        let node = try await Self.node.value
        let account = try await node.account()
        let key = try await node.key(#""account":"\#(account)""#)
        for (path, off, code, on) in [
            ("/v1/keys/\(key.id)", "disable", "disabled_key", "enable"),
            ("/v1/accounts/\(account)", "suspend", "account_suspended", "resume"),
        ] {
            #expect(try await node.verify(key.secret) == "ok")
            for _ in 0..<2 {
                #expect(try await node.manage(.POST, "\(path)/\(off)")["pending"]?.array?.isEmpty == true)
            }
            #expect(try await node.verify(key.secret) == code)
            #expect(try await authorize(node, key.secret).status == 403)
            for _ in 0..<2 { try await node.manage(.POST, "\(path)/\(on)") }
        }
        #expect(try await node.verify(key.secret) == "ok")
    }

    @Test("all keys of an account are revoked in one call, more than one batch of them, and no other")
    func bulk() async throws {
        try await TestNode.run { node in
            let account = try await node.account()
            let other = try await node.key()
            let lines = (0..<1_203).map { number in
                #"{"digest":"sha256:\#(ImportLines.digest(of: "bulk-\(number)"))","name":"k","account":"\#(account)"}"#
            }
            var call = Call.admin(.POST, "/v1/keys/import", secret: node.adminSecret)
            call.body = Call.Body(bytes: Array(lines.joined(separator: "\n").utf8), mediaType: "application/x-ndjson")
            _ = try await node.send(call)
            #expect(try await node.verify("bulk-7") == "ok")
            let answer = try await node.manage(
                .POST, "/v1/accounts/\(account)/revoke-keys", #"{"reason":"contract ended"}"#)
            #expect(answer["revoked"]?.number?.int64 == 1_203)
            for number in [0, 7, 600, 1_202] { #expect(try await node.verify("bulk-\(number)") == "revoked_key") }
            #expect(try await node.verify(other.secret) == "ok")
            let again = try await node.manage(.POST, "/v1/accounts/\(account)/revoke-keys")
            #expect(again["revoked"]?.number?.int64 == 0)
        }
    }

    @Test("a key begins and ends when it was told to")
    func validity() async throws {
        try await TestNode.run { node in
            let key = try await node.key(
                #""not_before":"2026-01-01T00:01:00Z","expires_at":"2026-01-01T00:02:00+00:00""#)
            #expect(try await node.verify(key.secret) == "not_yet_valid")
            node.clock.advance(by: .seconds(60))
            #expect(try await node.verify(key.secret) == "ok")
            node.clock.advance(by: .milliseconds(59_999))
            #expect(try await node.verify(key.secret) == "ok")
            node.clock.advance(by: .milliseconds(1))
            #expect(try await node.verify(key.secret) == "expired_key")
            try await node.manage(.PATCH, "/v1/keys/\(key.id)", #"{"expires_in":"1h"}"#)
            #expect(try await node.verify(key.secret) == "ok")
        }
    }

    @Test("whose secret it is, is told by the secret, by its digest, and by an older secret")
    func lookup() async throws {
        let node = try await Self.node.value
        let key = try await node.key()
        let newer = try #require(try await node.manage(.POST, "/v1/keys/\(key.id)/rotate")["secret"]?.string)
        let digest = ImportLines.digest(of: newer)
        for body in [
            #"{"secret":"\#(key.secret)"}"#, #"{"secret":"\#(newer)"}"#, #"{"digest":"sha256:\#(digest)"}"#,
            #"{"digest":"sha256:\#(digest.uppercased())"}"#,
        ] {
            let answer = try await node.manage(.POST, "/v1/keys/lookup", body)
            #expect(answer["key"]?["id"]?.string == key.id)
        }
        #expect(try await node.admin(.POST, "/v1/keys/lookup", "{}").status == 400)
        #expect(try await node.admin(.POST, "/v1/keys/lookup", #"{"digest":"sha256:00"}"#).pointers == ["/digest"])
    }

    @Test("what built-in things are is not changed or taken away")
    func builtIn() async throws {
        let node = try await Self.node.value
        for name in ["default", "lanyard"] {
            let found = try await node.manage(.GET, "/v1/projects?name=\(name)")["data"]?.array?.first?["id"]?.string
            #expect(try await node.admin(.DELETE, "/v1/projects/\(try #require(found))").status == 409)
        }
        let roles = try await node.manage(.GET, "/v1/roles?name=admin")["data"]?.array
        let admin = try #require(roles?.first)
        #expect(admin["builtin"]?.bool == true)
        let path = "/v1/roles/\(try #require(admin["id"]?.string))"
        #expect(try await node.admin(.PATCH, path, #"{"scopes":[]}"#).status == 409)
        #expect(try await node.admin(.DELETE, path).status == 409)
    }
}
