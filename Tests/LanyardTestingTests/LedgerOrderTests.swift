import LanyardCore
import LanyardStorage
import Testing

@Suite("The order of the ledger's locks")
struct LedgerOrderTests {
    @Test("a batch that is asked again over the end of a period locks all balances in one order")
    func overAPeriodsEnd() throws {
        let ledger = RecordingLedger()
        var batch = LedgerBatch(node: NodeID(high: 1, low: 1), localTime: RecordingLedger.firstDay)
        for number in [3, 1, 2] as [UInt64] {
            batch.withdrawals.append(
                LedgerBatch.Withdrawal(
                    lease: LeaseID(high: number, low: number),
                    quota: QuotaIdentity(
                        subject: Subject(KeyID(high: number, low: number)), unit: .requests, period: .day, source: .key),
                    terms: QuotaTerms(amount: 100, epoch: 1), need: 5, least: 1, want: 5, held: 0))
        }
        let first = try ledger.run(batch)
        #expect(ledger.locked.map(\.count) == [3])
        ledger.locked = []
        batch.localTime = batch.localTime.advanced(byMilliseconds: 86_400_000)
        let again = try ledger.run(batch)
        #expect(again.withdrawals.map(\.granted) == first.withdrawals.map(\.granted))
        #expect(ledger.locked.map(\.count) == [6])
        #expect(ledger.locked.first == ledger.locked.first?.sorted())
    }
}

/// A ledger in memory that remembers what was locked together.
private final class RecordingLedger: LedgerWriting {
    static let firstDay = Timestamp(milliseconds: 1_795_262_400_000)
    var locked: [[QuotaBalanceID]] = []
    private var balances: [QuotaBalanceID: QuotaBalance] = [:]
    private var leases: [LeaseID: Lease] = [:]

    func leases(_ ids: [LeaseID]) throws -> [Lease] { ids.compactMap { leases[$0] } }

    func lockBalances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance] {
        locked.append(ids)
        return ids.compactMap { balances[$0] }
    }

    func openLeases(of holders: LeaseHolders, limit: Int) throws -> [Lease] { [] }

    func save(_ changes: LedgerPage.Changes) throws {
        for balance in changes.balances { balances[balance.id] = balance }
        for lease in changes.leases { leases[lease.id] = lease }
    }

    func takeAlerts(limit: Int) throws -> [QuotaAlert] { [] }

    func deleteLedger(before horizon: LedgerHorizon, limit: Int) throws -> Int { 0 }
}
