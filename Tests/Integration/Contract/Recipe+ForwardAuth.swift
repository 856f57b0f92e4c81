import NIOHTTP1

extension Recipe {
    private static let methods: [HTTPMethod] = [.GET, .HEAD, .POST, .PUT, .PATCH, .DELETE, .OPTIONS, .TRACE]

    /// Every method of the three paths.
    static let forwardAuth = methods.flatMap { method in
        let word = method.rawValue.prefix(1) + method.rawValue.dropFirst().lowercased()
        return [
            authorize("authorize\(word)", method) { _ in "/v1/authorize" },
            authorize("authorizeByPolicy\(word)", method) { "/v1/authorize/p/\(try await $0.policy().name)" }
                .on(404, "not_found") { .data(method, "/v1/authorize/p/nothing", secret: try await $0.key().secret) },
            authorize("authorizeByPolicySuffix\(word)", method) { node in
                "/v1/authorize/p/\(try await node.policy().name)/v1/invoices?q=1"
            }
            .on(404, "not_found") { .data(method, "/v1/authorize/p/nothing/x", secret: try await $0.key().secret) },
        ]
    }

    private static func authorize(
        _ operation: String, _ method: HTTPMethod, _ target: @escaping @Sendable (TestNode) async throws -> String
    ) -> Recipe {
        Recipe(operation) { node in
            let account = try await node.account()
            let key = try await node.key(
                #""account":"\#(account)","scopes":["a:b"],"limits":[{"name":"rpm","amount":5,"window":"60s"}]"#)
            return .data(method, try await target(node), secret: key.secret)
        }
        .on(403, "disabled_key") { .data(method, try await target($0), secret: try await $0.disabledKey()) }
        .on(429, "rate_limited") { .data(method, try await target($0), secret: try await $0.exhaustedKey()) }
    }
}
