import LanyardTesting
import TestSupport
import Testing

// # One budget, shared to the nano-dollar
//
// Two hundred clients of three nodes reserve from five dollars, and settle, cancel, or forget. What each reservation has
// cost is known outside: what it was settled with, or all of it where nobody ended it in time. What is left is then spent,
// in ever smaller pieces, so the sums can be compared to the last nano-dollar.

@Suite("One budget, three nodes, two hundred reservations at once", .serialized)
struct SplitBudgetTests {
    private static let budget: Int64 = 5_000_000_000
    /// How long a reservation waits for its end.
    private static let timeout = Duration.seconds(4)

    private func makeClients() async throws -> BudgetClients {
        let cluster = try await QuotaCluster(options: { _ in ["--call-timeout", "\(Self.timeout.components.seconds)s"] }
        )
        let key = try await cluster.nodes[0].client().createKey(
            "agent", #""quotas":[{"name":"spend","unit":"usd","amount":"5.00","period":"lifetime"}]"#)
        return BudgetClients(cluster: cluster, secret: key.secret)
    }

    @Test("what is not spent comes back, to the nano-dollar, and what nobody ended in time costs what it had reserved")
    func givenBack() async throws {
        let seed = TestRun.seed
        print("LANYARD_SEED=\(seed): 200 clients reserve from 5 dollars")
        let clients = try await makeClients()
        try await clients.run(seed: seed) { try await Task.sleep(for: .seconds(TestRun.isLong ? 20 : 2)) }
        try await clients.eventuallyNoneOpen()
        try await clients.finishTooLate()
        let drained = try await clients.drain(Self.budget)
        let costs = clients.seen.all.map { $0.cost(timeout: Self.timeout) }
        let (least, most) = (costs.map(\.lowerBound).reduce(0, +), costs.map(\.upperBound).reduce(0, +))
        let forgotten = clients.seen.all.count { $0.ended == nil }
        print(
            "    \(costs.count) reservations, \(forgotten) forgotten, \(clients.mostOutstanding) outstanding at most;",
            "they cost \(least)...\(most), \(drained) was left")
        #expect(costs.count > 20)
        #expect(clients.mostOutstanding <= Self.budget)
        #expect(clients.seen.untold == 0)
        // The same, unless this machine is so slow that an end came when the call may have timed out.
        #expect((least...most).contains(Self.budget - drained))
        try await stop(clients)
    }

    @Test("never over by a nano-dollar, though nodes die; what comes not back is what the dead had granted or leased")
    func crashes() async throws {
        let seed = TestRun.seed
        print("LANYARD_SEED=\(seed): 200 clients reserve from 5 dollars, and nodes die")
        let clients = try await makeClients()
        let cluster = clients.cluster
        var random = SeededGenerator(seed: seed)
        let restarts = Recoveries()
        try await clients.run(seed: seed) {
            for _ in 0..<(TestRun.isLong ? 12 : 2) {
                try await Task.sleep(for: .milliseconds(Int.random(in: 500...1500, using: &random)))
                try await cluster.nodes[Int.random(in: 0..<3, using: &random)].restart(
                    asking: clients.secret, noting: restarts)
            }
            try await Task.sleep(for: .milliseconds(500))
        }
        try await clients.eventuallyNoneOpen()
        // What the dead held counts as used once they are forgotten.
        try await eventually("the dead are forgotten") {
            try await cluster.number("SELECT count(*) FROM nodes") == Int64(cluster.nodes.count)
        }
        let reaped = try await cluster.number("SELECT coalesce(sum(amount), 0) FROM leases WHERE state = 'reaped'")
        let drained = try await clients.drain(Self.budget)
        let living = Set(cluster.nodes.compactMap { $0.server?.process.id })
        let costs = (
            living: clients.seen.all.filter { living.contains($0.process) }.map { $0.cost(timeout: Self.timeout) },
            dead: clients.seen.all.filter { !living.contains($0.process) }.map { $0.cost(timeout: Self.timeout) }
        )
        func least(_ costs: [ClosedRange<Int64>]) -> Int64 { costs.map(\.lowerBound).reduce(0, +) }
        func most(_ costs: [ClosedRange<Int64>]) -> Int64 { costs.map(\.upperBound).reduce(0, +) }
        print(
            "    \(costs.living.count) and \(costs.dead.count) reservations of the living and the dead,",
            "\(clients.mostOutstanding) outstanding at most; they cost \(least(costs.living))...\(most(costs.living)) and",
            "\(least(costs.dead))...\(most(costs.dead)), not answered \(clients.seen.untold), reaped \(reaped),",
            "\(drained) was left")
        print("    decided again after kill -9, from the start of the new process: \(restarts)")
        #expect(costs.living.count + costs.dead.count > 20)
        #expect(clients.mostOutstanding <= Self.budget)
        let spent = Self.budget - drained
        #expect(spent >= least(costs.living) + least(costs.dead))
        #expect(spent <= most(costs.living) + most(costs.dead) + clients.seen.untold + reaped)
        try await stop(clients)
    }

    private func stop(_ clients: BudgetClients) async throws {
        try await clients.cluster.stop()
        let ledger = try await clients.cluster.ledger()
        #expect(ledger.over == 0)
        #expect(ledger.leased == 0)
        #expect(ledger.used == Self.budget)
    }
}
