import LanyardWire
import NIOHTTP1

extension Recipe {
    static let dataPlane: [Recipe] = [
        Recipe("verify") { node in
            let key = try await node.key(
                #""scopes":["a:b"],"in_flight":2,"limits":[{"name":"burst","amount":10,"window":"1s"}]"#)
            let json = #"{"secret":"\#(key.secret)","scope":"a:b"}"#
            return .data(.POST, "/v1/verify", secret: node.adminSecret, json: json)
        },
        Recipe("verifyBatch") { node in
            let key = try await node.key(#""metadata":{"team":"billing"}"#)
            let json = #"{"checks":[{"secret":"\#(key.secret)"},{"secret":""},{"secret":"lyd_live_x"}]}"#
            return .data(.POST, "/v1/verify/batch", secret: node.adminSecret, json: json)
        },
        Recipe("finish") { node in
            let key = try await node.key(#""in_flight":1"#)
            let check = Call.data(
                .POST, "/v1/verify", secret: node.adminSecret, json: #"{"secret":"\#(key.secret)"}"#)
            let answer = try await node.send(check)
            guard let grant = answer["grant_id"]?.string else { throw UnexpectedAnswer(check, answer) }
            return .data(.POST, "/v1/finish", secret: node.adminSecret, json: #"{"grant_id":"\#(grant)"}"#)
        }
        .on(404, "not_found") { node in
            .data(.POST, "/v1/finish", secret: node.adminSecret, json: #"{"grant_id":"\#(unknownID("grant"))"}"#)
        },
    ]

    static let ownKey: [Recipe] = [
        Recipe("getSelf") { .data(.GET, "/v1/self", secret: try await $0.ownKey()) }
            .on(403, "disabled_key") { .data(.GET, "/v1/self", secret: try await $0.disabledKey()) }
            .onUnknownKeys(.GET, "/v1/self"),
        Recipe("rotateSelf") {
            .data(.POST, "/v1/self/rotate", secret: try await $0.ownKey(), json: #"{"grace":"1h"}"#)
        }
        .on(403, "self_rotate_not_allowed") { .data(.POST, "/v1/self/rotate", secret: try await $0.key().secret) }
        .on(409, "conflict") { node in
            let call = Call.data(.POST, "/v1/self/rotate", secret: try await node.ownKey())
            node.traffic.record(try await node.send(call))
            return call
        }
        .onUnknownKeys(.POST, "/v1/self/rotate"),
        Recipe("revokeSelf") { node in
            .data(.POST, "/v1/self/revoke", secret: try await node.disabledKey(), json: #"{"reason":"found it"}"#)
        }
        .onUnknownKeys(.POST, "/v1/self/revoke"),
    ]

    /// These keys have room enough, so that only too many unknown ones are turned away.
    private func onUnknownKeys(_ method: HTTPMethod, _ target: String) -> Recipe {
        on(429, "too_many_unknown_keys", alone: true) { node in
            for _ in 0..<TestNode.unknownKeysWhenAlone {
                _ = try await node.send(.data(method, target, secret: TestNode.unknownSecret()))
            }
            return .data(method, target, secret: TestNode.unknownSecret())
        }
    }
}

extension TestNode {
    /// How many unknown keys a node lets one address try that is a test's own.
    static let unknownKeysWhenAlone = 3

    /// A key that may rotate itself.
    fileprivate func ownKey() async throws -> String {
        try await key(
            #""allow_self_rotate":true,"limits":[{"name":"burst","amount":10,"window":"1s"}],"ip_allowlist":["127.0.0.1"]"#
        ).secret
    }

    func disabledKey() async throws -> String {
        let key = try await key()
        try await manage(.POST, "/v1/keys/\(key.id)/disable")
        return key.secret
    }

    /// A key that its limit shuts out.
    func exhaustedKey() async throws -> String {
        let key = try await key(#""limits":[{"name":"once","amount":1,"window":"31d"}]"#)
        guard try await verify(key.secret) == "ok" else { throw UnexpectedAnswer("the first call is refused") }
        return key.secret
    }
}
