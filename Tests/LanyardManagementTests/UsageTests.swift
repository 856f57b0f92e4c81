import LanyardCore
@testable import LanyardManagement
import LanyardStorage
import LanyardTesting
import Testing

@Suite("Usage")
struct UsageTests {
    private func world() async throws -> (World, payments: KeyID, orders: KeyID) {
        let world = try await World.withProjects()
        let payments = try await world.key(in: "payments").details.record.id
        let orders = try await world.key(in: "orders").details.record.id
        let minute = world.now.minute
        try await world.store.write { store in
            try store.addUsage([
                UsageRow(key: payments, minute: minute, outcome: "ok", count: 3, tokens: 7),
                UsageRow(key: payments, minute: minute, outcome: "rate_limited", count: 1),
                UsageRow(key: orders, minute: minute - 60, outcome: "ok", count: 5),
                UsageRow(key: orders, minute: minute - 25 * 60, outcome: "ok", count: 100),
                UsageRow(key: nil, minute: minute, outcome: "unknown_key", count: 9),
            ])
        }
        return (world, payments, orders)
    }

    private func total(_ world: World, _ caller: Caller, _ edit: (inout UsageRequest) -> Void = { _ in }) async throws
        -> Int64
    {
        var request = UsageRequest()
        edit(&request)
        let sums = try await world.management.usage(request, as: caller).items
        return sums.flatMap(\.outcomes.values).reduce(0, +)
    }

    @Test("the last day counts, the minute that is running included")
    func standardPeriod() async throws {
        let (world, _, _) = try await world()
        #expect(try await total(world, .operator) == 18)
        #expect(try await total(world, .operator) { $0.from = Timestamp(milliseconds: 0) } == 118)
    }

    @Test("a reader sees its projects' usage, and attempts of nobody only if it sees all")
    func visibility() async throws {
        let (world, payments, orders) = try await world()
        let bound = try Caller.holding("lanyard:usage:read@payments")
        #expect(try await total(world, bound) == 4)
        #expect(try await total(world, bound) { $0.key = orders } == 0)
        #expect(try await total(world, bound) { $0.key = payments } == 4)
        #expect(try await total(world, .holding("lanyard:usage:read@nowhere")) == 0)
        #expect(
            try await refusal { _ = try await total(world, bound) { $0.project = .name("orders") } }
                == .missing("lanyard:usage:read@orders"))
    }

    @Test("what administrators' keys do is for administrators, attempts of nobody for every reader of all")
    func administrators() async throws {
        let (world, _, _) = try await world()
        let admin = try await world.key(in: "lanyard").details.record.id
        let minute = world.now.minute
        try await world.store.write {
            try $0.addUsage([UsageRow(key: admin, minute: minute, outcome: "ok", count: 1_000)])
        }
        let reader = try Caller.holding("lanyard:usage:read")
        let bound = try Caller.holding("lanyard:usage:read@lanyard", "lanyard:usage:read@payments")
        #expect(try await total(world, reader) == 18)
        #expect(try await total(world, reader) { $0.group = .project } == 18)
        #expect(try await total(world, reader) { $0.key = admin } == 0)
        #expect(try await total(world, bound) == 4)
        for caller in [reader, bound] {
            #expect(
                try await refusal { _ = try await total(world, caller) { $0.project = .name("lanyard") } }
                    == .missing("lanyard:admin"))
        }
        for caller in [reader, bound] {
            #expect(
                try await refusal { _ = try await total(world, caller) { $0.includesLanyard = true } }
                    == .missing("lanyard:admin"))
        }
        // He looks at what services do, unless he asks for his own.
        #expect(try await total(world, .operator) == 18)
        #expect(try await total(world, .operator) { $0.includesLanyard = true } == 1_018)
        let administrator = try Caller.holding("lanyard:usage:read", "lanyard:admin")
        #expect(try await total(world, administrator) { $0.key = admin } == 1_000)
        #expect(try await total(world, administrator) { $0.project = .name("lanyard") } == 1_000)
    }

    @Test("what deleted keys did is for administrators, for nobody knows any more whether such a key was one")
    func deletedKeys() async throws {
        let (world, payments, _) = try await world()
        let admin = try await world.key(in: "lanyard").details.record.id
        let minute = world.now.minute
        try await world.store.write {
            try $0.addUsage([UsageRow(key: admin, minute: minute, outcome: "ok", count: 1_000)])
        }
        for id in [admin, payments] {
            _ = try await world.management.revokeKey(id, reason: nil, as: .operator)
            try await world.management.deleteKey(id, as: .operator)
        }
        let reader = try Caller.holding("lanyard:usage:read")
        for group in UsageQuery.Group.allCases {
            #expect(try await total(world, reader) { $0.group = group } == 14, "\(group)")
            #expect(try await total(world, .operator) { $0.group = group } == 1_018, "\(group)")
        }
        for id in [admin, payments] { #expect(try await total(world, reader) { $0.key = id } == 0) }
        #expect(try await total(world, .operator) { $0.key = admin } == 1_000)
    }

    @Test("whose accounts there are can't be probed by a reader of usage alone")
    func accounts() async throws {
        let (world, _, _) = try await world()
        let reader = try Caller.holding("lanyard:usage:read")
        #expect(try await total(world, reader) { $0.account = .name("nobody") } == 0)
        #expect(
            try await refusal {
                _ = try await total(world, .holding("lanyard:usage:read", "lanyard:accounts:read")) {
                    $0.account = .name("nobody")
                }
            } == .invalid("?account"))
    }

    @Test("what a question names must exist, and its period must have a length")
    func rules() async throws {
        let (world, _, _) = try await world()
        #expect(
            try await refusal { _ = try await total(world, .operator) { $0.account = .name("nobody") } }
                == .invalid("?account"))
        #expect(
            try await refusal { _ = try await total(world, .operator) { $0.project = .name("nowhere") } }
                == .invalid("?project"))
        let now = world.now
        #expect(
            try await refusal { _ = try await total(world, .operator) { ($0.from, $0.to) = (now, now) } }
                == .invalid("?from"))
        #expect(try await refusal { _ = try await total(world, .operator) { $0.limit = 0 } } == .invalid("?limit"))
    }

    @Test("pages put together are the whole")
    func pages() async throws {
        let (world, _, _) = try await world()
        var request = UsageRequest()
        request.limit = 1
        request.group = .key
        var sum: Int64 = 0
        var pages = 0
        repeat {
            let listing = try await world.management.usage(request, as: .operator)
            sum += listing.items.flatMap(\.outcomes.values).reduce(0, +)
            request.after = listing.next
            pages += 1
        } while request.after != nil
        #expect(sum == 18)
        #expect(pages == 3)
    }
}
