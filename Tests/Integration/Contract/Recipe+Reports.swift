import NIOHTTP1

extension Recipe {
    static let reports: [Recipe] = [
        Recipe("explain") { node in
            let key = try await node.key(#""scopes":["invoices:read"]"#)
            let json = #"{"key_id":"\#(key.id)","scope":"invoices:write"}"#
            return .admin(.POST, "/v1/explain", secret: node.adminSecret, json: json)
        }
        .on(404, "not_found") { node in
            .admin(.POST, "/v1/explain", secret: node.adminSecret, json: #"{"key_id":"\#(unknownID("key"))"}"#)
        },
        Recipe("getUsage") { .admin(.GET, "/v1/usage?interval=minute&group_by=key", secret: $0.adminSecret) },
        Recipe("listAudit") { .admin(.GET, "/v1/audit?limit=2", secret: $0.adminSecret) },
        Recipe("verifyAudit") { .admin(.GET, "/v1/audit/verify", secret: $0.adminSecret) },
        Recipe("listAttempts") { node in
            // So that there is something to tell.
            _ = try await node.send(.data(.GET, "/v1/authorize", secret: "no-key-at-all"))
            return .admin(.GET, "/v1/attempts?limit=5", secret: node.adminSecret)
        },
        Recipe("listNodes") { .admin(.GET, "/v1/nodes", secret: $0.adminSecret) },
    ]
}
