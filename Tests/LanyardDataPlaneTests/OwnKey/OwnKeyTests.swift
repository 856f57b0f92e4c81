import Foundation
import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardWire
import TestSupport
import Testing

@testable import LanyardDataPlane

@Suite("What a key may do for itself", .timeLimit(.minutes(TestRun.minutes(1))))
struct OwnKeyTests {
    private func secret(in answer: RawAnswer) throws -> Secret {
        let value = try JSONParser.parse(Array(answer.body.utf8))
        return try #require(value.object?["secret"]?.string.flatMap { Secret(text: $0) })
    }

    @Test("a key is told who it is and how its limits stand, without its owner's notes, and nothing is charged")
    func show() async throws {
        try await withRealServer { server in
            let issued = try await server.key {
                $0.scopes = [Scope("a:read")].compactMap { $0 }
                $0.limits = [.requests(2, per: .seconds(60), name: "burst")]
                $0.metadata = Metadata(json: #"{"secret_note":1}"#)
                $0.methods = [HTTPMethodName("DELETE")].compactMap { $0 }
            }
            for _ in 0..<3 {
                let answer = try await server.ask("GET", "/v1/self", key: issued.secret)
                #expect(answer.status == 200)
                #expect(answer.body.contains("\"id\":\"\(issued.details.record.id)\""))
                #expect(answer.body.contains(#""scopes":["a:read"]"#))
                #expect(answer.body.contains(#""remaining":2"#))
                #expect(answer["RateLimit-Policy"] == #""burst";q=2;w=60;qu="requests""#)
                #expect(answer["RateLimit"] == #""burst";r=2;t=0"#)
                #expect(!answer.body.contains("secret_note"))
            }
        }
    }

    @Test("a key that a decision would refuse is refused, for as far as it is about the key and its address")
    func refusals() async throws {
        try await withRealServer { server in
            #expect(try await server.ask("GET", "/v1/self").status == 401)
            #expect(try await server.ask("GET", "/v1/self", key: .make()).body.contains("unknown_key"))
            let foreign = try await server.key { $0.ipAllowlist = [CIDR("192.0.2.0/24")].compactMap { $0 } }
            let answer = try await server.ask("GET", "/v1/self", key: foreign.secret)
            #expect(answer.status == 403)
            #expect(answer.body.contains("ip_not_allowed"))
            let bound = try await server.key { $0.maximumInFlight = 1 }
            #expect(try await server.ask("GET", "/v1/self", key: bound.secret).status == 200)
            let admin = try await server.ask("GET", "/v1/self", key: server.administrator)
            #expect(admin.body.contains(#""name":"lanyard""#))
            let two = ["X-API-Key: \(foreign.secret.reveal())", "Authorization: Bearer \(bound.secret.reveal())"]
            #expect(try await server.ask("GET", "/v1/self", two).status == 400)
        }
    }

    @Test("who tries bad keys on itself is counted with all others who do, once for each try")
    func attempts() async throws {
        try await withRealServer { server in
            let issued = try await server.key { $0.allowsSelfRotation = true }
            _ = try await server.ask("POST", "/v1/self/revoke", key: issued.secret)
            for (method, path) in [("GET", "/v1/self"), ("POST", "/v1/self/rotate"), ("POST", "/v1/self/revoke")] {
                #expect(try await server.ask(method, path, key: issued.secret).status == 401)
                #expect(try await server.ask(method, path, key: .make()).status == 401)
                #expect(try await server.ask(method, path, ["Authorization: Bearer nonsense"]).status == 401)
                // A rightful caller meets with this as well.
                #expect(try await server.ask(method, path).status == 401)
            }
            let seen = try #require(server.engine.attemptReport(limit: 10).addresses.first)
            #expect(seen.counts == [.revokedKey: 3, .unknownKey: 3, .malformedKey: 3])
            #expect(seen.keys == [issued.details.record.id])
        }
    }

    @Test("a key that may gives itself a new secret, and both work until the grace ends")
    func rotate() async throws {
        try await withRealServer { server in
            let issued = try await server.key { $0.allowsSelfRotation = true }
            let rotated = try await server.ask("POST", "/v1/self/rotate", key: issued.secret, body: #"{"grace":"1h"}"#)
            #expect(rotated.status == 201)
            #expect(rotated["Cache-Control"] == "no-store")
            #expect(rotated.body.contains("\"previous_expires_at\":"))
            #expect(rotated.body.contains("\"acknowledged_by\":[\""))
            let new = try secret(in: rotated)
            for secret in [new, issued.secret] {
                #expect(try await server.ask("GET", "/v1/authorize", key: secret).status == 200)
            }
            let again = try await server.ask("POST", "/v1/self/rotate", key: issued.secret)
            #expect(again.status == 409)
            let atOnce = try await server.ask("POST", "/v1/self/rotate", key: new, body: #"{"grace":"0s"}"#)
            #expect(atOnce.status == 201)
            #expect(try await server.ask("GET", "/v1/authorize", key: new).body.contains("rotated_key"))
        }
    }

    @Test("a rotation costs one request of the key's own, and holds a call open while it runs; a revocation neither")
    func charges() async throws {
        try await withRealServer { server in
            let issued = try await server.key {
                $0.allowsSelfRotation = true
                $0.limits = [.requests(2, per: .seconds(3600), name: "hourly")]
                $0.maximumInFlight = 1
            }
            let rotated = try await server.ask("POST", "/v1/self/rotate", key: issued.secret)
            #expect(rotated.status == 201)
            let new = try secret(in: rotated)
            #expect(try await server.ask("GET", "/v1/self", key: new).body.contains(#""remaining":1"#))
            // One that fails for its body costs too, as everywhere; and gives its open call back.
            #expect(try await server.ask("POST", "/v1/self/rotate", key: new, body: "[").status == 400)
            let refused = try await server.ask("POST", "/v1/self/rotate", key: new)
            #expect(refused.status == 429)
            #expect(refused.body.contains(#""code":"rate_limited""#))
            #expect(refused["RateLimit"]?.hasPrefix(#""hourly";r=0;"#) == true)
            #expect(refused["Retry-After"] != nil)
            #expect(try await server.ask("POST", "/v1/self/revoke", key: new).status == 200)
        }
    }

    @Test("a key that was not made for it can't rotate itself")
    func rotateNotAllowed() async throws {
        try await withRealServer { server in
            let issued = try await server.key()
            let answer = try await server.ask("POST", "/v1/self/rotate", key: issued.secret)
            #expect(answer.status == 403)
            #expect(answer.body.contains("self_rotate_not_allowed"))
        }
    }

    @Test("a rotation that is repeated with its idempotency key gives the same secret again")
    func repeating() async throws {
        try await withRealServer { server in
            let issued = try await server.key { $0.allowsSelfRotation = true }
            func rotate(_ id: String, _ body: String?) async throws -> RawAnswer {
                try await server.ask(
                    "POST", "/v1/self/rotate", key: issued.secret, ["Idempotency-Key: \(id)"], body: body)
            }
            let first = try await rotate("one", #"{"grace":"1h"}"#)
            let second = try await rotate("one", #"{"grace":"1h"}"#)
            #expect(second.status == 201)
            #expect(try secret(in: first) == secret(in: second))
            #expect(try await rotate("one", #"{"grace":"2h"}"#).status == 422)
            let malformed = try await rotate("not\u{7f}visible", nil)
            #expect(malformed.status == 400)
            let doubled = try await server.ask(
                "POST", "/v1/self/rotate", key: issued.secret, ["Idempotency-Key: a", "Idempotency-Key: a"])
            #expect(doubled.status == 400)
            #expect(doubled.body.contains("Idempotency-Key"))
        }
    }

    @Test("a key can always be revoked by whoever holds it, whatever restricts it, and once")
    func revoke() async throws {
        try await withRealServer { server in
            let keys = [
                try await server.key(),
                try await server.key { $0.ipAllowlist = [CIDR("192.0.2.0/24")].compactMap { $0 } },
                try await server.key { $0.notBefore = Timestamp(milliseconds: 9_999_999_999_999) },
                try await server.key { $0.proof = .signature },
            ]
            for issued in keys {
                let revoked = try await server.ask(
                    "POST", "/v1/self/revoke", key: issued.secret, body: #"{"reason":"found in a log"}"#)
                #expect(revoked.status == 200)
                #expect(revoked.body.contains(#""status":"revoked""#))
                #expect(revoked.body.contains("\"acknowledged_by\":[\""))
                #expect(try await server.ask("GET", "/v1/authorize", key: issued.secret).body.contains("revoked_key"))
                let again = try await server.ask("POST", "/v1/self/revoke", key: issued.secret)
                #expect(again.status == 401)
                #expect(again.body.contains("revoked_key"))
            }
            let record = try await server.management.key(keys[0].details.record.id, as: .operator).record
            #expect(record.revokeReason == "found in a log")
        }
    }

    @Test("a disabled key is refused to show and rotate itself, and can still be revoked")
    func disabled() async throws {
        try await withRealServer { server in
            let issued = try await server.key { $0.allowsSelfRotation = true }
            _ = try await server.management.disableKey(issued.details.record.id, as: .operator)
            for (method, path) in [("GET", "/v1/self"), ("POST", "/v1/self/rotate")] {
                let answer = try await server.ask(method, path, key: issued.secret)
                #expect(answer.status == 403)
                #expect(answer.body.contains("disabled_key"))
            }
            #expect(try await server.ask("POST", "/v1/self/revoke", key: issued.secret).status == 200)
        }
    }

    @Test("bodies are optional, and strict where there is one")
    func bodies() async throws {
        try await withRealServer { server in
            let issued = try await server.key { $0.allowsSelfRotation = true }
            let cases: [(String, [String], String, Int)] = [
                ("/v1/self/rotate", [], #"{"grace":"31d"}"#, 400), ("/v1/self/rotate", [], #"{"graze":"1h"}"#, 400),
                ("/v1/self/rotate", [], "[", 400), ("/v1/self/rotate", ["Content-Type: text/plain"], "{}", 415),
                ("/v1/self/rotate?grace=1h", [], "{}", 400), ("/v1/self/revoke", [], #"{"reason":""}"#, 400),
                ("/v1/self/revoke", ["Content-Type: text/plain"], "x", 415),
            ]
            for (target, fields, body, status) in cases {
                let answer = try await server.ask("POST", target, key: issued.secret, fields, body: body)
                #expect(answer.status == status, "\(target) \(body)")
            }
            #expect(try await server.ask("GET", "/v1/self", key: issued.secret).status == 200)
        }
    }

    @Test("secrets that belong to no key are counted against their address, whatever is asked of them")
    func unknownSecrets() async throws {
        var configuration = EngineConfiguration()
        configuration.unknownKeysPerMinute = 5
        try await withRealServer(engine: configuration) { server in
            for (method, path) in [("GET", "/v1/self"), ("POST", "/v1/self/rotate"), ("POST", "/v1/self/revoke")] {
                // The budget refills while a slow machine asks, by one in 12 seconds.
                var answer = try await server.ask(method, path, key: .make())
                for _ in 0..<20 where answer.status != 429 {
                    answer = try await server.ask(method, path, key: .make())
                }
                #expect(answer.status == 429)
                #expect(answer["Retry-After"] != nil)
                #expect(answer.body.contains("too_many_unknown_keys"))
            }
        }
    }
}
