public import LanyardCore

// # The ledger in a store
//
// What a batch does to the ledger's rows is `LedgerPage`'s, the same for every store. A store brings the rows: it locks
// balances in the order given (so that no two transactions wait for each other), creates none of its own accord, and
// saves what changed. Its transaction is what makes a batch whole.

/// Reads and writes the ledger's rows in one transaction. Valid only within the closure that received it.
public protocol LedgerWriting {
    /// The authority's clock. A store without a clock of its own believes its process's, which is `local`.
    func authorityTime(_ local: Timestamp) throws -> Timestamp
    /// The leases with these ids that there are.
    func leases(_ ids: [LeaseID]) throws -> [Lease]
    /// The balances with these ids that there are; each of the ids, there or not, is locked until the commit against
    /// every other transaction that asks for it. The ids are sorted.
    func lockBalances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance]
    /// Open leases of nodes that are gone, oldest first, `limit` at most.
    func openLeases(of holders: LeaseHolders, limit: Int) throws -> [Lease]
    /// Saves what a page has changed; alerts wait for ``takeAlerts(limit:)``.
    func save(_ changes: LedgerPage.Changes) throws
    /// Reads the oldest alerts, and forgets them.
    func takeAlerts(limit: Int) throws -> [QuotaAlert]
    /// Deletes what is older than `horizon`, the oldest first, `limit` rows of balances and `limit` of leases at most. What
    /// is open stays: open leases, and balances with units leased.
    /// - Returns: How many rows went.
    func deleteLedger(before horizon: LedgerHorizon, limit: Int) throws -> Int
}

/// How far back a ledger reaches, by the authority's clock.
public struct LedgerHorizon: Sendable, Hashable {
    /// Balances whose period ended before it go.
    public var balances: Timestamp
    /// Leases that were closed before it go: long enough for a lost reply to have been asked again.
    public var leases: Timestamp
    /// Closed leases without units, the traces of adjustments and credits, go if they are older than this: booking one
    /// twice would count it twice, so they stay for longer than any outage.
    public var traces: Timestamp

    /// A horizon.
    public init(balances: Timestamp, leases: Timestamp, traces: Timestamp) {
        self.balances = balances
        self.leases = leases
        self.traces = traces
    }
}

/// Whose leases.
public enum LeaseHolders: Sendable, Hashable {
    /// Of one node.
    case node(NodeID)
    /// Of every node but one: where one process alone opens the store, all others are gone.
    case everyNodeBut(NodeID)
}

extension LedgerWriting {
    /// A store without a clock of its own.
    public func authorityTime(_ local: Timestamp) throws -> Timestamp { local }

    /// Carries out a batch.
    public func run(_ batch: LedgerBatch) throws -> LedgerOutcome {
        let time = try authorityTime(batch.localTime)
        let leaseIDs = batch.leaseIDs
        // A withdrawal that is asked again may be of a period that has ended since: all of it is locked in one order.
        let ids = Set(batch.balanceIDs(at: time)).union(try leases(leaseIDs).map(\.balance))
        var balances = try lockBalances(ids.sorted())
        // They are certain only now: another transaction that names the same ones may have been under way until here.
        let leases = try leases(leaseIDs)
        let late = Set(leases.map(\.balance)).subtracting(ids)
        if !late.isEmpty { balances += try lockBalances(late.sorted()) }
        var page = LedgerPage(time: time, balances: balances, leases: leases)
        let outcome = page.apply(batch)
        try save(page.changes)
        return outcome
    }

    /// Counts open leases of nodes that are gone as used.
    /// - Returns: How many; fewer than `limit` when none is left.
    public func reapLeases(of holders: LeaseHolders, localTime: Timestamp, limit: Int) throws -> Int {
        let gone = try openLeases(of: holders, limit: limit)
        try reap(gone, localTime: localTime)
        return gone.count
    }

    /// Counts leases that were open, and whose nodes are gone, as used.
    package func reap(_ gone: [Lease], localTime: Timestamp) throws {
        guard !gone.isEmpty else { return }
        let balances = try lockBalances(Set(gone.map(\.balance)).sorted())
        // Only now are they certain: a node that is not gone after all may have settled one meanwhile.
        let leases = try leases(gone.map(\.id))
        var page = LedgerPage(time: try authorityTime(localTime), balances: balances, leases: leases)
        page.reap(leases)
        try save(page.changes)
    }
}

extension Store {
    /// For a store whose transactions are all alone among writers.
    public func ledger<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerWriting) throws -> Result
    ) async throws -> Result {
        try await write { try body($0) }
    }
}
