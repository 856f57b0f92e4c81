import ArgumentParser
import Foundation
import LanyardCore
import LanyardPostgres
import LanyardSQLite
import LanyardStorage

/// Lease transactions: what a store can do of withdrawing and settling, each lasting before it is answered.
struct Ledger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Times withdrawing and settling leases in a store.")

    @Option(help: "The store: sqlite:PATH or postgres://….") var database: String
    @Option(help: "Nodes that ask at once.") var nodes = 8
    @Option(help: "Quotas in each batch; a node's keeper puts together what is wanted at the time.") var batch = 1
    @Option(help: "Quotas that the nodes share.") var quotas = 1000
    @Option(help: "Seconds.") var seconds = 5.0

    func run() async throws {
        let store = try await source().open()
        let end = ContinuousClock.now.advanced(by: .milliseconds(Int64(seconds * 1000)))
        let (elapsed, cpu, transactions) = try await timed {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for node in 0..<nodes { group.addTask { try await work(store, node, until: end) } }
                return try await group.reduce(0, +)
            }
        }
        try await store.close()
        print(
            "ledger: \(nodes) nodes, \(batch) quotas a batch: \(format(Double(transactions) / elapsed)) transactions/s,",
            "\(format(Double(transactions * batch) / elapsed)) leases/s,",
            "\(format(cpu * 1e6 / Double(transactions))) µs CPU a transaction here")
    }

    private func source() throws -> StoreSource {
        if database.hasPrefix("sqlite:") { return .sqlite(String(database.dropFirst("sqlite:".count))) }
        return .postgres(database)
    }

    private func timed(_ body: () async throws -> Int) async rethrows -> (Double, Double, Int) {
        var count = 0
        let (elapsed, cpu) = try await measure { count = try await body() }
        return (elapsed, cpu, count)
    }

    /// A node's keeper: each batch settles the leases of the one before, and withdraws the next.
    private func work(_ store: any Store, _ number: Int, until end: ContinuousClock.Instant) async throws -> Int {
        let node = NodeID.make(atMilliseconds: Int64(number))
        let terms = QuotaTerms(amount: 1_000_000_000_000, epoch: 1)
        var generator = SystemRandomNumberGenerator()
        var settlements: [LedgerBatch.Settlement] = []
        var count = 0
        while ContinuousClock.now < end {
            let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            var picked: Set<Int> = []
            while picked.count < batch { picked.insert(Int.random(in: 0..<max(batch, quotas), using: &generator)) }
            let asked = LedgerBatch(
                node: node, localTime: now, settlements: settlements,
                withdrawals: picked.map { quota in
                    LedgerBatch.Withdrawal(
                        lease: .make(atMilliseconds: now.milliseconds), quota: Ledger.quota(quota), terms: terms,
                        need: 10, least: 1, want: 100, held: 0)
                })
            let outcome = try await store.ledger { try $0.run(asked) }
            settlements = zip(asked.withdrawals, outcome.withdrawals).map { withdrawal, answer in
                LedgerBatch.Settlement(
                    lease: withdrawal.lease,
                    balance: QuotaBalanceID(quota: withdrawal.quota, start: answer.period.start), terms: terms,
                    used: answer.granted)
            }
            count += 1
        }
        return count
    }

    private static func quota(_ number: Int) -> QuotaIdentity {
        QuotaIdentity(
            subject: Subject(KeyID(high: 7, low: UInt64(number))), unit: .requests, period: .month, source: .key)
    }
}
