import LanyardCore
import LanyardEngine
@testable import LanyardManagement
import LanyardStorage
import LanyardTesting
import Testing

@Suite("Lists")
struct ListingTests {
    private func names(
        _ world: World, _ caller: Caller, _ edit: (inout KeyListing) -> Void = { _ in }
    ) async throws -> Set<String> {
        var listing = KeyListing()
        edit(&listing)
        let page = try await world.management.keys(listing, page: Page(limit: 200), as: caller)
        return Set(page.items.map { "\($0.project.name)/\($0.record.name)" })
    }

    private func world() async throws -> World {
        let world = try await World.withProjects()
        for project in ["payments", "orders", "default", "lanyard"] { _ = try await world.key(in: project) }
        return world
    }

    @Test("a reader sees the keys of its projects, and administrators' keys only with lanyard:admin")
    func visibility() async throws {
        let world = try await world()
        let all: Set = ["payments/a key of payments", "orders/a key of orders", "default/a key of default"]
        let admins: Set = ["lanyard/a key of lanyard", "lanyard/first administrator"]
        #expect(try await names(world, .operator) == all.union(admins))
        #expect(try await names(world, .holding("lanyard:keys:read")) == all)
        #expect(try await names(world, .holding("lanyard:keys:read", "lanyard:admin")) == all.union(admins))
        #expect(
            try await names(world, .holding("lanyard:keys:read@payments", "lanyard:keys:read@orders"))
                == ["payments/a key of payments", "orders/a key of orders"])
        #expect(try await names(world, .holding("lanyard:keys:read@lanyard")) == [])
        #expect(try await names(world, .holding("lanyard:keys:read@lanyard", "lanyard:admin")) == admins)
        #expect(try await names(world, .holding("lanyard:keys:read@nowhere")) == [])
        #expect(
            try await refusal { _ = try await names(world, .holding("lanyard:keys:write", "lanyard:usage:read")) }
                == .missing("lanyard:keys:read"))
    }

    @Test("conditions hold all at once")
    func filters() async throws {
        let world = try await world()
        let account = try await world.account("Acme")
        let key = try await world.key(in: "payments") {
            $0.name = "Special"
            $0.environment = .test
            $0.account = .id(account.id)
        }.details.record
        _ = try await world.key(in: "payments") { $0.name = "Special too" }
        let special: Set = ["payments/Special"]
        #expect(try await names(world, .operator) { $0.name = "Special" } == special)
        #expect(try await names(world, .operator) { $0.environment = .test } == special)
        #expect(try await names(world, .operator) { $0.account = .id(account.id) } == special)
        #expect(
            try await names(world, .operator) {
                $0.project = .name("payments"); $0.environment = .test
            } == special)
        #expect(
            try await names(world, .operator) {
                $0.project = .name("orders"); $0.environment = .test
            } == [])
        #expect(try await names(world, .operator) { $0.status = .disabled } == [])
        _ = try await world.management.disableKey(key.id, as: .operator)
        #expect(try await names(world, .operator) { $0.status = .disabled } == special)
    }

    @Test("what a condition names must exist, and be the reader's to name")
    func unknown() async throws {
        let world = try await world()
        #expect(
            try await refusal { _ = try await names(world, .operator) { $0.project = .name("nowhere") } }
                == .invalid("?project"))
        #expect(
            try await refusal { _ = try await names(world, .operator) { $0.account = .name("nobody") } }
                == .invalid("?account"))
        let bound = try Caller.holding("lanyard:keys:read@payments")
        for project in ["orders", "nowhere"] {
            // The same, whether the project exists.
            #expect(
                try await refusal { _ = try await names(world, bound) { $0.project = .name(project) } }
                    == .missing("lanyard:keys:read@\(project)"))
        }
    }

    @Test("pages put together are the list, newest first, whatever is filtered out", arguments: [1, 2, 3, 7, 200])
    func pages(_ limit: Int) async throws {
        let world = try await World.withProjects()
        var expected: [KeyID] = []
        for number in 0..<7 {
            world.clock.advance(by: .milliseconds(1))
            let project = number.isMultiple(of: 3) ? "lanyard" : "payments"
            let id = try await world.key(in: project).details.record.id
            if project == "payments" { expected.insert(id, at: 0) }
        }
        let caller = try Caller.holding("lanyard:keys:read")
        var found: [KeyID] = []
        var page = Page<KeyID>(limit: limit)
        repeat {
            let listing = try await world.management.keys(KeyListing(), page: page, as: caller)
            #expect(listing.items.count <= limit)
            found += listing.items.map(\.record.id)
            page.after = listing.next
        } while page.after != nil
        #expect(found == expected)
    }

    @Test("a page holds 1 to 200", arguments: [0, -1, 201])
    func limits(_ limit: Int) async throws {
        let world = try await World.empty()
        #expect(
            try await refusal {
                _ = try await world.management.keys(KeyListing(), page: Page(limit: limit), as: .operator)
            } == .invalid("?limit"))
        #expect(
            try await refusal {
                _ = try await world.management.auditEntries(AuditFilter(), before: nil, limit: limit, as: .operator)
            } == .invalid("?limit"))
    }

    @Test("a search through many rows stops in between, and goes on from there")
    func boundedSearch() throws {
        let rows = Array((1...25_000).reversed())
        var page = Page<Int>(limit: 10)
        var found: [Int] = []
        var calls = 0
        repeat {
            var read = 0
            let listing = try page.fill(id: { $0 }, keep: { $0.isMultiple(of: 12_000) }) { page in
                let rest = rows[(page.after.map { rows.count - $0 + 1 } ?? 0)...].prefix(page.limit)
                read += rest.count
                return Array(rest)
            }
            #expect(read <= ListingBounds.rowsRead + ListingBounds.chunk)
            found += listing.items
            page.after = listing.next
            calls += 1
        } while page.after != nil
        #expect(found == [24_000, 12_000])
        #expect(calls == 3)
    }

    @Test("projects and policies are shown to whoever holds their scope, for their projects")
    func projectsAndPolicies() async throws {
        let world = try await world()
        _ = try await world.policy("mine", project: "payments")
        _ = try await world.policy("theirs", project: "orders")
        _ = try await world.policy("ours")
        let bound = try Caller.holding("lanyard:projects:read@payments", "lanyard:policies:read@payments")
        let projects = try await world.management.projects(named: nil, page: Page(), as: bound)
        #expect(projects.items.map(\.name) == ["payments"])
        #expect(try await world.management.projects(named: "orders", page: Page(), as: bound).items.isEmpty)
        #expect(try await world.management.projects(named: "payments", page: Page(), as: bound).items.count == 1)
        let policies = try await world.management.policies(named: nil, project: nil, page: Page(), as: bound)
        #expect(policies.items.map(\.record.name) == ["mine"])
        #expect(
            try await world.management.policies(named: "theirs", project: nil, page: Page(), as: bound).items.isEmpty)
        let all = try await world.management.policies(named: nil, project: nil, page: Page(), as: .operator)
        #expect(Set(all.items.map(\.record.name)) == ["ours", "theirs", "mine"])
        let ofOrders = try await world.management.policies(
            named: nil, project: .name("orders"), page: Page(), as: .operator)
        #expect(ofOrders.items.map(\.record.name) == ["theirs"])
    }

    @Test("accounts are found by name and by external_id, plans and roles by name")
    func names() async throws {
        let world = try await World.empty()
        var draft = AccountDraft(name: "Acme")
        draft.externalID = "cus_1"
        let account = try await world.management.createAccount(draft, as: .operator).value
        _ = try await world.account("Acme 2")
        _ = try await world.plan("free")
        _ = try await world.plan("gold")
        let management = world.management
        #expect(
            try await management.accounts(named: "Acme", externalID: nil, page: Page(), as: .operator).items
                == [account])
        #expect(
            try await management.accounts(named: nil, externalID: "cus_1", page: Page(), as: .operator).items
                == [account])
        #expect(
            try await management.accounts(named: "other", externalID: "cus_1", page: Page(), as: .operator).items
                == [])
        #expect(try await management.plans(named: "gold", page: Page(), as: .operator).items.map(\.name) == ["gold"])
        #expect(try await management.roles(named: "admin", page: Page(), as: .operator).items.map(\.name) == ["admin"])
        #expect(try await management.roles(named: "nobody", page: Page(), as: .operator).items.isEmpty)
    }
}
