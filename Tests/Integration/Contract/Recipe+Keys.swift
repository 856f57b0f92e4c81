import LanyardTesting
import NIOHTTP1

extension Recipe {
    /// An id of the right form that nothing has.
    static func unknownID(_ prefix: String) -> String { "\(prefix)_01Fq2mXv9TbLw3ZrYc81Ke" }

    static let open: [Recipe] = [
        Recipe("getHealth") { _ in .admin(.GET, "/healthz", secret: nil) },
        Recipe("getReadiness") { _ in .admin(.GET, "/readyz", secret: nil) },
        Recipe("getMetrics") { _ in .admin(.GET, "/metrics", secret: nil) },
        Recipe("getOpenAPI") { _ in .admin(.GET, "/openapi.yaml", secret: nil) },
    ]

    static let keys: [Recipe] = [
        Recipe("listKeys") { .admin(.GET, "/v1/keys?limit=2", secret: $0.adminSecret) },
        Recipe("createKey") { .admin(.POST, "/v1/keys", secret: $0.adminSecret, json: #"{"name":"billing cron"}"#) }
            .on(409, "conflict", alone: true) { node in
                let call = Call.admin(.POST, "/v1/keys", secret: node.adminSecret, json: #"{"name":"once"}"#)
                    .with("Idempotency-Key", "late")
                _ = try await node.send(call)
                node.clock.advance(by: .seconds(16 * 60))
                return call
            },
        Recipe("importKeys") { node in
            var call = Call.admin(.POST, "/v1/keys/import", secret: node.adminSecret)
            let line = #"{"digest":"sha256:\#(ImportLines.digest())","name":"legacy"}"#
            call.body = Call.Body(bytes: Array("\(line)\n".utf8), mediaType: "application/x-ndjson")
            return call
        },
        Recipe("lookupKey") { node in
            let key = try await node.key()
            return .admin(.POST, "/v1/keys/lookup", secret: node.adminSecret, json: #"{"secret":"\#(key.secret)"}"#)
        }
        .on(404, "not_found") { node in
            let json = #"{"secret":"\#(TestNode.unknownSecret())"}"#
            return .admin(.POST, "/v1/keys/lookup", secret: node.adminSecret, json: json)
        },
        onKey("getKey", .GET),
        onKey("updateKey", .PATCH, json: #"{"name":"changed"}"#)
            .on(409, "conflict") { .admin(.PATCH, try await $0.revokedKey(), secret: $0.adminSecret, json: "{}") },
        Recipe("deleteKey") { .admin(.DELETE, try await $0.revokedKey(), secret: $0.adminSecret) }
            .on(409, "conflict") { .admin(.DELETE, "/v1/keys/\(try await $0.key().id)", secret: $0.adminSecret) },
        onKey("rotateKey", .POST, "/rotate", json: #"{"grace":"1h"}"#)
            .on(409, "conflict") { .admin(.POST, try await $0.revokedKey() + "/rotate", secret: $0.adminSecret) },
        Recipe("creditKey") { node in
            let key = try await node.key(
                #""quotas":[{"name":"prepaid","unit":"usd","amount":"0","period":"lifetime"}]"#)
            return .admin(
                .POST, "/v1/keys/\(key.id)/credits", secret: node.adminSecret, json: #"{"unit":"usd","amount":"5.00"}"#)
        }
        .on(409, "conflict") { node in
            .admin(
                .POST, "/v1/keys/\(try await node.key().id)/credits", secret: node.adminSecret,
                json: #"{"unit":"usd","amount":"5.00"}"#)
        },
        onKey("revokeKey", .POST, "/revoke", json: #"{"reason":"left in a repository"}"#),
        onKey("disableKey", .POST, "/disable")
            .on(409, "conflict") { .admin(.POST, try await $0.revokedKey() + "/disable", secret: $0.adminSecret) },
        onKey("enableKey", .POST, "/enable")
            .on(409, "conflict") { .admin(.POST, try await $0.revokedKey() + "/enable", secret: $0.adminSecret) },
    ]

    private static func onKey(
        _ operation: String, _ method: HTTPMethod, _ action: String = "", json: String? = nil
    ) -> Recipe {
        Recipe(operation) { node in
            .admin(method, "/v1/keys/\(try await node.key().id)\(action)", secret: node.adminSecret, json: json)
        }
    }
}

extension TestNode {
    /// The path of a revoked key.
    fileprivate func revokedKey() async throws -> String {
        let path = "/v1/keys/\(try await key().id)"
        try await manage(.POST, "\(path)/revoke")
        return path
    }
}
