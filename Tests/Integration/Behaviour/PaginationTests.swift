import LanyardTesting
import LanyardWire
import NIOHTTP1
import Testing

@Suite("Lists")
struct PaginationTests {
    private struct Kind: Sendable, CustomTestStringConvertible {
        let path: String
        let name: String
        let body: @Sendable (Int) -> String
        /// What every store begins with.
        let seeded: Int
        var testDescription: String { path }

        static let all = [
            Kind(path: "/v1/keys", name: "key", body: { #"{"name":"k\#($0)"}"# }, seeded: 1),
            Kind(path: "/v1/projects", name: "project", body: { #"{"name":"p\#($0)"}"# }, seeded: 2),
            Kind(path: "/v1/accounts", name: "account", body: { #"{"name":"a\#($0)"}"# }, seeded: 0),
            Kind(path: "/v1/plans", name: "plan", body: { #"{"name":"p\#($0)"}"# }, seeded: 0),
            Kind(path: "/v1/roles", name: "role", body: { #"{"name":"r\#($0)","scopes":[]}"# }, seeded: 3),
            Kind(path: "/v1/policies", name: "policy", body: { #"{"name":"p\#($0)"}"# }, seeded: 0),
        ]
    }

    /// All pages, from the first on.
    private func walk(_ node: TestNode, _ path: String, limit: Int) async throws -> [[JSONValue]] {
        var pages: [[JSONValue]] = []
        var cursor: String?
        repeat {
            let next = cursor.map { "&cursor=\($0)" } ?? ""
            let answer = try await node.manage(.GET, "\(path)\(path.contains("?") ? "&" : "?")limit=\(limit)\(next)")
            pages.append(try #require(answer["data"]?.array))
            cursor = answer["next_cursor"]?.string
        } while cursor != nil && pages.count < 100
        return pages
    }

    @Test("every list is walked page by page, newest first, and holds everything once", arguments: Kind.all)
    private func pages(kind: Kind) async throws {
        try await TestNode.run { node in
            var made: [String] = []
            for index in 0..<7 {
                node.clock.advance(by: .seconds(1))
                made.append(try await node.make(kind.name, at: kind.path, kind.body(index)))
            }
            let pages = try await walk(node, kind.path, limit: 3)
            let ids = pages.joined().compactMap { $0["id"]?.string }
            #expect(Array(ids.prefix(7)) == made.reversed())
            #expect(Set(ids).count == ids.count && ids.count == 7 + kind.seeded)
            #expect(pages.dropLast().allSatisfy { $0.count == 3 })
            #expect(try await walk(node, kind.path, limit: 200).count == 1)
            // Exactly full: nothing follows.
            #expect(try await walk(node, kind.path, limit: 7 + kind.seeded).count == 1)
        }
    }

    @Test("the list of audit entries is walked from the newest to the first")
    func audit() async throws {
        try await TestNode.run { node in
            for _ in 0..<5 { _ = try await node.account() }
            let sequences = try await walk(node, "/v1/audit", limit: 3).joined().compactMap {
                $0["sequence"]?.number?.int64
            }
            #expect(sequences == (1...Int64(sequences.count)).reversed())
            let accounts = try await walk(node, "/v1/audit?action=account.create", limit: 2).joined()
            #expect(accounts.count == 5)
            #expect(accounts.allSatisfy { $0["action"]?.string == "account.create" })
        }
    }

    @Test("a page holds 50 unless told otherwise")
    func standard() async throws {
        try await TestNode.run { node in
            for _ in 0..<51 { _ = try await node.account() }
            let answer = try await node.manage(.GET, "/v1/accounts")
            #expect(answer["data"]?.array?.count == 50)
            #expect(answer["next_cursor"]?.string != nil)
        }
    }

    private static let node = Task { try await TestNode() }

    @Test(
        "what is no limit, cursor or parameter is refused by name",
        arguments: [
            ("limit=0", "?limit"), ("limit=201", "?limit"), ("limit=x", "?limit"), ("limit=", "?limit"),
            ("cursor=x", "?cursor"), ("limit=1&limit=2", "?limit"), ("nothing=1", "?nothing"),
        ])
    func refused(query: String, pointer: String) async throws {
        let node = try await Self.node.value
        for path in Kind.all.map(\.path) + ["/v1/audit", "/v1/usage"] {
            let answer = try await node.admin(.GET, "\(path)?\(query)")
            #expect(answer.status == 400 && answer.code == "invalid_request", "\(path)?\(query)")
            #expect(answer.pointers == [pointer], "\(path)?\(query)")
        }
    }

    @Test("what is not properly encoded is refused by name")
    func encoding() async throws {
        let node = try await Self.node.value
        for (query, pointer) in [
            ("limit=%zz", "?limit"), ("name=%", "?name"), ("name=%ff", "?name"), ("x%=1", "?x%"),
        ] {
            // A client library would encode it anew.
            let call = Call.admin(.GET, "/v1/keys?\(query)", secret: node.adminSecret)
            let answer = try await RawExchange.send(head: call, contentLength: 0, to: node.client.admin)
            #expect(answer.status == 400 && answer.pointers == [pointer], "\(query): \(answer.text)")
        }
    }

    @Test("keys are found by project, account, environment, status and name")
    func filters() async throws {
        try await TestNode.run { node in
            let project = try await node.project()
            let account = try await node.account(#""external_id":"cus_1""#)
            let ids = [
                "project": try await node.key(#""project":"\#(project.name)""#).id,
                "account": try await node.key(#""account":"cus_1""#).id,
                "test": try await node.key(#""environment":"test""#).id,
                "disabled": try await node.key().id, "revoked": try await node.key().id,
                "expired": try await node.key(#""expires_in":"1s""#).id,
                "not_yet_valid": try await node.key(#""not_before":"2030-01-01T00:00:00Z""#).id,
            ]
            let named = try await node.make("key", at: "/v1/keys", #"{"name":"the cron"}"#)
            node.clock.advance(by: .seconds(2))
            try await node.manage(.POST, "/v1/keys/\(try #require(ids["disabled"]))/disable")
            try await node.manage(.POST, "/v1/keys/\(try #require(ids["revoked"]))/revoke")
            func found(_ query: String) async throws -> [String] {
                try await node.manage(.GET, "/v1/keys?\(query)")["data"]?.array?.compactMap { $0["id"]?.string } ?? []
            }
            for query in ["project=\(project.name)", "project=\(project.id)"] {
                #expect(try await found(query) == [ids["project"]])
            }
            for query in ["account=cus_1", "account=\(account)"] { #expect(try await found(query) == [ids["account"]]) }
            #expect(try await found("environment=test") == [ids["test"]])
            for status in ["disabled", "revoked", "expired", "not_yet_valid"] {
                #expect(try await found("status=\(status)") == [ids[status]], "\(status)")
            }
            #expect(try await found("name=the%20cron") == [named])
            #expect(try await found("name=the") == [])
            let active = try await found("status=active&limit=200")
            #expect(!active.isEmpty && Set(active).isDisjoint(with: ["disabled", "revoked"].compactMap { ids[$0] }))
            for query in ["project=nothing", "account=nothing", "environment=LIVE", "status=asleep"] {
                #expect(try await node.admin(.GET, "/v1/keys?\(query)").status == 400, "\(query)")
            }
        }
    }

    @Test("a name finds the one that has it, and a policy is found by its project too")
    func names() async throws {
        let node = try await Self.node.value
        let project = try await node.project()
        let (plan, role) = (try await node.plan(), try await node.role())
        let policy = try await node.policy(#""project":"\#(project.name)""#)
        for (path, name) in [
            ("projects", project.name), ("plans", plan.name), ("roles", role.name), ("policies", policy.name),
        ] {
            let found = try await node.manage(.GET, "/v1/\(path)?name=\(name)")["data"]?.array
            #expect(found?.compactMap { $0["name"]?.string } == [name])
            #expect(try await node.manage(.GET, "/v1/\(path)?name=no-such")["data"]?.array?.isEmpty == true)
        }
        let found = try await node.manage(.GET, "/v1/policies?project=\(project.id)")["data"]?.array
        #expect(found?.compactMap { $0["name"]?.string } == [policy.name])
    }
}
