import NIOHTTP1

extension Recipe {
    /// The six operations that projects, accounts, plans, roles and policies have in common.
    private struct Kind: Sendable {
        /// As in `createProject`.
        let word: String
        let plural: String
        let path: String
        /// A body that makes one; the text is new each time.
        let body: @Sendable (String) -> String
        let patch: String
        /// Makes something, and with it one that can't be deleted; its id. `nil` where each can be.
        let inUse: (@Sendable (TestNode) async throws -> String)?
    }

    private static let kinds: [Kind] = [
        Kind(
            word: "Project", plural: "Projects", path: "/v1/projects", body: { #"{"name":"\#($0)"}"# },
            patch: #"{"environments":["live","test","staging"]}"#,
            inUse: { node in
                let project = try await node.project()
                _ = try await node.key(#""project":"\#(project.name)""#)
                return project.id
            }),
        Kind(
            word: "Account", plural: "Accounts", path: "/v1/accounts",
            body: { #"{"name":"Acme","external_id":"\#($0)"}"# }, patch: #"{"billing_day":15}"#,
            inUse: { node in
                let account = try await node.account()
                _ = try await node.key(#""account":"\#(account)""#)
                return account
            }),
        Kind(
            word: "Plan", plural: "Plans", path: "/v1/plans",
            body: { #"{"name":"\#($0)","limits":[{"name":"rpm","amount":60,"window":"60s"}]}"# },
            patch: #"{"in_flight":4}"#,
            inUse: { node in
                let plan = try await node.plan()
                _ = try await node.key(#""plan":"\#(plan.name)""#)
                return plan.id
            }),
        Kind(
            word: "Role", plural: "Roles", path: "/v1/roles",
            body: { #"{"name":"\#($0)","scopes":["invoices:*"]}"# }, patch: #"{"scopes":["invoices:read"]}"#,
            inUse: { node in
                let role = try await node.role()
                _ = try await node.key(#""roles":["\#(role.name)"]"#)
                return role.id
            }),
        Kind(
            word: "Policy", plural: "Policies", path: "/v1/policies",
            body: { #"{"name":"\#($0)","scope":"invoices:read","dialect":"nginx"}"# },
            patch: #"{"scope":"invoices:read or invoices:admin"}"#, inUse: nil),
    ]

    static let owners = kinds.flatMap(recipes) + accountActions

    private static func recipes(_ kind: Kind) -> [Recipe] {
        let (path, name) = (kind.path, kind.word.lowercased())
        @Sendable func make(_ node: TestNode, _ text: String? = nil) async throws -> String {
            "\(path)/\(try await node.make(name, at: path, kind.body(text ?? TestNode.name(name))))"
        }
        /// A call that asks for a name which is taken.
        @Sendable func taken(_ node: TestNode, _ text: String) async throws { _ = try await make(node, text) }
        var delete = Recipe("delete\(kind.word)") { .admin(.DELETE, try await make($0), secret: $0.adminSecret) }
        if let inUse = kind.inUse {
            delete = delete.on(409, "conflict") { node in
                .admin(.DELETE, "\(path)/\(try await inUse(node))", secret: node.adminSecret)
            }
        }
        return [
            Recipe("list\(kind.plural)") { .admin(.GET, "\(path)?limit=2", secret: $0.adminSecret) },
            Recipe("create\(kind.word)") { node in
                .admin(.POST, path, secret: node.adminSecret, json: kind.body(TestNode.name(name)))
            }
            .on(409, "conflict") { node in
                let text = TestNode.name(name)
                try await taken(node, text)
                return .admin(.POST, path, secret: node.adminSecret, json: kind.body(text))
            },
            Recipe("get\(kind.word)") { .admin(.GET, try await make($0), secret: $0.adminSecret) },
            Recipe("update\(kind.word)") { node in
                .admin(.PATCH, try await make(node), secret: node.adminSecret, json: kind.patch)
            }
            .on(409, "conflict") { node in
                if kind.word == "Project" { return try await environmentInUse(node) }
                let text = TestNode.name(name)
                try await taken(node, text)
                let member = kind.word == "Account" ? "external_id" : "name"
                return .admin(
                    .PATCH, try await make(node), secret: node.adminSecret, json: #"{"\#(member)":"\#(text)"}"#)
            },
            delete,
        ]
    }

    /// A project's name can't be changed, but an environment that keys use can't be taken away either.
    @Sendable private static func environmentInUse(_ node: TestNode) async throws -> Call {
        let project = try await node.project()
        _ = try await node.key(#""project":"\#(project.name)","environment":"test""#)
        return .admin(
            .PATCH, "/v1/projects/\(project.id)", secret: node.adminSecret, json: #"{"environments":["live"]}"#)
    }

    private static let accountActions: [Recipe] = [
        onAccount("suspendAccount", "/suspend", json: #"{"reason":"unpaid"}"#),
        onAccount("resumeAccount", "/resume"),
        Recipe("creditAccount") { node in
            let quotas = #""quotas":[{"name":"prepaid","amount":5,"period":"lifetime"}]"#
            return .admin(
                .POST, "/v1/accounts/\(try await node.account(quotas))/credits", secret: node.adminSecret,
                json: #"{"unit":"requests","amount":-5}"#)
        }
        .on(409, "conflict") { node in
            .admin(
                .POST, "/v1/accounts/\(try await node.account())/credits", secret: node.adminSecret,
                json: #"{"unit":"requests","amount":5}"#)
        },
        onAccount("revokeAccountKeys", "/revoke-keys", json: #"{"reason":"contract ended"}"#),
    ]

    private static func onAccount(_ operation: String, _ action: String, json: String? = nil) -> Recipe {
        Recipe(operation) { node in
            let account = try await node.account()
            _ = try await node.key(#""account":"\#(account)""#)
            return .admin(.POST, "/v1/accounts/\(account)\(action)", secret: node.adminSecret, json: json)
        }
    }
}
