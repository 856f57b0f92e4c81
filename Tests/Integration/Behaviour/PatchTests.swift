import LanyardTesting
import LanyardWire
import NIOHTTP1
import Testing

@Suite("PATCH: absent stays, null clears, a value replaces")
struct PatchTests {
    private static let node = Task { try await TestNode() }

    /// The member after a patch.
    private func patched(_ node: TestNode, _ kind: String, _ path: String, _ patch: String, _ member: String)
        async throws
        -> JSONValue?
    {
        let answer = try await node.manage(.PATCH, path, patch)
        let read = try await node.manage(.GET, path)
        #expect(answer[kind] == read[kind])
        return read[kind]?[member]
    }

    @Test("of a key")
    func key() async throws {
        let node = try await Self.node.value
        let account = try await node.account()
        let (plan, role) = (try await node.plan(), try await node.role())
        let fields = [
            #""account":"\#(account)""#, #""plan":"\#(plan.name)""#, #""roles":["\#(role.name)"]"#, #""in_flight":3"#,
            #""not_before":"2026-01-01T00:00:00Z""#, #""expires_in":"90d""#, #""metadata":{"a":1}"#,
            #""scopes":["a:b"]"#,
            #""limits":[{"name":"rpm","amount":60,"window":"60s"}]"#, #""methods":["GET"]"#, #""paths":["/v1/**"]"#,
            #""ip_allowlist":["192.0.2.0/24"]"#,
        ]
        let path = "/v1/keys/\(try await node.key(fields.joined(separator: ",")).id)"
        let before = try #require(try await node.manage(.GET, path)["key"]?.object)
        let unchanged = try #require(try await node.manage(.PATCH, path, "{}")["key"]?.object)
        #expect(before == unchanged)
        for (member, cleared) in [
            ("account", JSONValue.null), ("plan", .null), ("in_flight", .null), ("not_before", .null),
            ("expires_at", .null),
        ] {
            let kept = try await patched(node, "key", path, #"{"name":"changed"}"#, member)
            #expect(kept == before[member], "\(member) stays")
            #expect(
                try await patched(node, "key", path, #"{"\#(member)":null}"#, member) == cleared, "\(member) is cleared"
            )
        }
        for member in ["roles", "scopes", "limits", "methods", "paths", "ip_allowlist"] {
            #expect(try await patched(node, "key", path, "{}", member) == before[member], "\(member) stays")
            #expect(try await node.admin(.PATCH, path, #"{"\#(member)":null}"#).pointers == ["/\(member)"])
            #expect(try await patched(node, "key", path, #"{"\#(member)":[]}"#, member) == .array([]))
        }
        let metadata = try await patched(node, "key", path, #"{"metadata":{"b":{"c":[1]}}}"#, "metadata")
        #expect(metadata?.bytes() == Array(#"{"b":{"c":[1]}}"#.utf8))
        #expect(try await patched(node, "key", path, #"{"proof":"signature"}"#, "proof")?.string == "signature")
        #expect(try await patched(node, "key", path, #"{"allow_self_rotate":true}"#, "allow_self_rotate")?.bool == true)
        #expect(try await node.admin(.PATCH, path, #"{"project":"default"}"#).pointers == ["/project"])
        #expect(try await node.admin(.PATCH, path, #"{"expires_at":null,"expires_in":"1d"}"#).status == 400)
    }

    @Test("of an account, a plan, a role and a policy")
    func others() async throws {
        let node = try await Self.node.value
        let project = try await node.project()
        let external = TestNode.name("cus")
        let account = "/v1/accounts/\(try await node.account(#""external_id":"\#(external)","billing_day":3"#))"
        #expect(try await patched(node, "account", account, #"{"name":"Beta"}"#, "external_id")?.string == external)
        #expect(try await patched(node, "account", account, #"{"external_id":null}"#, "external_id") == .null)
        #expect(try await patched(node, "account", account, "{}", "billing_day")?.number?.int64 == 3)
        #expect(try await node.admin(.PATCH, account, #"{"billing_day":null}"#).pointers == ["/billing_day"])
        #expect(try await node.admin(.PATCH, account, #"{"billing_day":29}"#).pointers == ["/billing_day"])

        let plan = "/v1/plans/\(try await node.plan(#""in_flight":3,"scopes":["a:b"]"#).id)"
        #expect(try await patched(node, "plan", plan, #"{"scopes":[]}"#, "in_flight")?.number?.int64 == 3)
        #expect(try await patched(node, "plan", plan, #"{"in_flight":null}"#, "in_flight") == .null)

        let role = "/v1/roles/\(try await node.role().id)"
        let renamed = TestNode.name("role")
        #expect(try await patched(node, "role", role, #"{"name":"\#(renamed)"}"#, "scopes")?.array?.count == 1)
        #expect(try await node.admin(.PATCH, role, #"{"scopes":null}"#).pointers == ["/scopes"])

        let fields =
            #""project":"\#(project.name)","environment":"live","scope":"a:b","costs":{"requests":2,"tokens":3}"#
        let policy = "/v1/policies/\(try await node.policy(fields).id)"
        #expect(try await patched(node, "policy", policy, #"{"dialect":"envoy"}"#, "scope")?.string == "a:b")
        for member in ["environment", "scope", "project"] {
            #expect(try await patched(node, "policy", policy, #"{"\#(member)":null}"#, member) == .null)
        }
        // Costs are replaced whole: what isn't named is at its default.
        let costs = try await patched(node, "policy", policy, #"{"costs":{"usd":"0.5"}}"#, "costs")
        #expect(costs?.bytes() == Array(#"{"requests":1,"tokens":0,"usd":"0.50"}"#.utf8))
        #expect(try await node.admin(.PATCH, policy, #"{"key_from":["body:key"]}"#).status == 400)
    }

    @Test("what was changed holds for the next decision: scopes, roles, plans, limits, allowlists, accounts")
    func atOnce() async throws {
        let node = try await Self.node.value
        let (role, plan) = (try await node.role(#""a:role""#), try await node.plan(#""scopes":["a:plan"]"#))
        let account = try await node.account()
        let key = try await node.key(
            #""scopes":["a:own"],"roles":["\#(role.name)"],"plan":"\#(plan.name)","account":"\#(account)""#)
        func code(_ scope: String) async throws -> String? {
            try await node.verify(key.secret, #""scope":"\#(scope)""#)
        }
        for scope in ["a:own", "a:role", "a:plan"] { #expect(try await code(scope) == "ok") }
        for (path, scope) in [
            ("/v1/keys/\(key.id)", "a:own"), ("/v1/roles/\(role.id)", "a:role"), ("/v1/plans/\(plan.id)", "a:plan"),
        ] {
            try await node.manage(.PATCH, path, #"{"scopes":[]}"#)
            #expect(try await code(scope) == "insufficient_scope", "\(path)")
            try await node.manage(.PATCH, path, #"{"scopes":["\#(scope)"]}"#)
            #expect(try await code(scope) == "ok", "\(path)")
        }
        let limit = #"{"limits":[{"name":"one","amount":1,"window":"31d"}]}"#
        for path in ["/v1/plans/\(plan.id)", "/v1/accounts/\(account)", "/v1/keys/\(key.id)"] {
            try await node.manage(.PATCH, path, limit)
            _ = try await code("a:own")
            #expect(try await code("a:own") == "rate_limited", "\(path)")
            try await node.manage(.PATCH, path, #"{"limits":[]}"#)
            #expect(try await code("a:own") == "ok", "\(path)")
        }
        try await node.manage(.PATCH, "/v1/keys/\(key.id)", #"{"ip_allowlist":["192.0.2.1"]}"#)
        #expect(try await code("a:own") == "ip_not_allowed")
        #expect(try await node.verify(key.secret, #""ip":"192.0.2.1""#) == "ok")
    }
}
