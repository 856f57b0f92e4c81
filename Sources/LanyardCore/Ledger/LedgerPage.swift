// # The ledger
//
// A quota is exact because one authority counts it, and fast because nodes don't ask it each time: a node withdraws a
// lease, a piece of what is free, and spends it in memory. The authority's whole state is two kinds of rows, balances and
// leases, and this file is all that is ever done to them. It is pure: an adapter loads and locks the rows that a batch
// names, applies the batch, and saves what changed, in one transaction.
//
// **Why nothing can be over.** For every balance, in every state that is ever committed,
//
//     used + leased <= limit          (unless an overrun, an allowed outage or a lowered limit was booked)
//     leased = the sum of the amounts of its open leases
//
// A withdrawal takes at most `free = limit - used - leased`, so it keeps the first line; it adds the same amount to
// `leased` and to the open leases, so it keeps the second. A settlement moves at most the lease's amount from `leased` to
// `used`, a reaping all of it. A node spends at most the amounts of leases whose withdrawal was committed, and each lease
// is one node's; so what is spent is at most `used + leased`, which is at most the limit. Nothing in this depends on
// clocks, on the order of messages, or on any reply having arrived.
//
// **Why it may be asked again.** Each part names a lease by an id that its node chose. A withdrawal whose lease is there
// answers what it is; a settlement of a closed lease changes nothing; adjustments and credits leave a closed lease
// without units, as a trace. So a batch that was carried out, and whose reply was lost, changes nothing the second time.
//
// **What a crash costs.** The open leases of a node that is gone are reaped: they count as used, whatever had been spent
// of them. A node that was not gone after all (it was stopped, or cut off) may go on spending them: those units count
// already.
//
// **Periods.** Which period a withdrawal is of, the authority's clock says; a node spends a lease only while it is certain
// that this clock has not passed the period's end. What is settled later is booked to the lease's own period.

/// The rows that a batch names, while it is carried out.
public struct LedgerPage: Sendable {
    /// The authority's clock.
    public let time: Timestamp
    private var balances: [QuotaBalanceID: QuotaBalance] = [:]
    private var leases: [LeaseID: Lease] = [:]
    private var changedBalances: Set<QuotaBalanceID> = []
    private var changedLeases: Set<LeaseID> = []
    private var alerts: [QuotaAlert] = []

    /// The rows that are there, loaded and locked.
    public init(time: Timestamp, balances: [QuotaBalance], leases: [Lease]) {
        self.time = time
        for balance in balances { self.balances[balance.id] = balance }
        for lease in leases { self.leases[lease.id] = lease }
    }

    /// What a page has changed, in the order in which rows are locked.
    public struct Changes: Sendable {
        /// Rows to be inserted or replaced.
        public var balances: [QuotaBalance]
        /// Rows to be inserted or replaced.
        public var leases: [Lease]
        /// Events to be written.
        public var alerts: [QuotaAlert]

        /// Rows and events.
        public init(balances: [QuotaBalance], leases: [Lease], alerts: [QuotaAlert]) {
            self.balances = balances
            self.leases = leases
            self.alerts = alerts
        }
    }

    /// What must be saved.
    public var changes: Changes {
        Changes(
            balances: changedBalances.sorted().compactMap { balances[$0] },
            leases: changedLeases.sorted().compactMap { leases[$0] }, alerts: alerts)
    }

    /// Carries out a batch.
    public mutating func apply(_ batch: LedgerBatch) -> LedgerOutcome {
        var outcome = LedgerOutcome(time: time)
        for settlement in batch.settlements where !settle(settlement, by: batch.node) {
            outcome.reaped.append(settlement.lease)
        }
        for adjustment in batch.adjustments { adjust(adjustment, by: batch.node) }
        for credit in batch.credits { outcome.credits.append(add(credit, by: batch.node)) }
        for withdrawal in batch.withdrawals { outcome.withdrawals.append(withdraw(withdrawal, by: batch.node)) }
        return outcome
    }

    /// Counts leases of nodes that are gone as used.
    public mutating func reap(_ gone: [Lease]) {
        for var lease in gone where lease.state == .open {
            if var balance = balances[lease.balance] {
                balance.leased = max(0, balance.leased.saturatingSubtract(lease.amount))
                balance.used = balance.used.saturatingAdd(lease.amount)
                set(balance)
            }
            lease.state = .reaped
            lease.used = lease.amount
            lease.changedAt = time
            set(lease)
        }
    }
}

// MARK: - The parts of a batch

extension LedgerPage {
    /// `false` where the lease was reaped.
    private mutating func settle(_ settlement: LedgerBatch.Settlement, by node: NodeID) -> Bool {
        guard var lease = leases[settlement.lease], lease.node == node else { return true }
        guard lease.state == .open else { return lease.state == .settled }
        let used = min(settlement.used, lease.amount)
        lease.state = .settled
        lease.used = used
        lease.changedAt = time
        set(lease)
        // Gone with the key or account whose quota it was; it must not come back.
        guard balances[lease.balance] != nil else { return true }
        var balance = balance(lease.balance, end: lease.end, settlement.terms)
        balance.leased = max(0, balance.leased.saturatingSubtract(lease.amount))
        balance.used = max(0, balance.used.saturatingAdd(used))
        set(alerting(balance, settlement.terms))
        return true
    }

    private mutating func adjust(_ adjustment: LedgerBatch.Adjustment, by node: NodeID) {
        guard leases[adjustment.id] == nil else { return }
        let period = adjustment.period ?? period(of: adjustment.quota, adjustment.terms)
        let id = QuotaBalanceID(quota: adjustment.quota, start: period.start)
        // What would come back to a row that is gone with its key must not bring it back.
        guard adjustment.units > 0 || balances[id] != nil else { return }
        var balance = balance(id, end: period.end, adjustment.terms)
        balance.used = max(0, balance.used.saturatingAdd(adjustment.units))
        set(trace(adjustment.id, node, balance, units: adjustment.units))
        set(alerting(balance, adjustment.terms))
    }

    private mutating func add(_ credit: LedgerBatch.Credit, by node: NodeID) -> LedgerOutcome.Credited {
        let period = period(of: credit.quota, credit.terms)
        var balance = balance(QuotaBalanceID(quota: credit.quota, start: period.start), end: period.end, credit.terms)
        if leases[credit.id] != nil { return .added(balance) }
        if credit.units < 0, balance.free.saturatingAdd(credit.units) < 0 {
            return .insufficient(free: max(0, balance.free))
        }
        let bounds = LimitDefinition.Bounds.nanoUSD
        balance.credits = min(
            max(balance.credits.saturatingAdd(credit.units), -bounds.upperBound), bounds.upperBound)
        set(trace(credit.id, node, balance, units: 0))
        set(balance)
        return .added(balance)
    }

    private mutating func withdraw(
        _ withdrawal: LedgerBatch.Withdrawal, by node: NodeID
    ) -> LedgerOutcome.Withdrawn {
        if let lease = leases[withdrawal.lease] {
            let balance = balance(lease.balance, end: lease.end, withdrawal.terms)
            return answer(
                lease.state == .open && lease.node == node ? lease.amount : 0, of: balance, withdrawal)
        }
        let period = period(of: withdrawal.quota, withdrawal.terms)
        let id = QuotaBalanceID(quota: withdrawal.quota, start: period.start)
        var balance = balance(id, end: period.end, withdrawal.terms)
        let amount = LedgerPage.grant(withdrawal, free: balance.free)
        guard amount > 0 else {
            // The row remembers the newest definition even so.
            if balance != balances[id] { set(balance) }
            return answer(0, of: balance, withdrawal)
        }
        balance.leased += amount
        set(balance)
        set(
            Lease(
                id: withdrawal.lease, node: node, balance: id, end: period.end, amount: amount, changedAt: time))
        return answer(amount, of: balance, withdrawal)
    }

    /// How much a withdrawal gets of what is free.
    ///
    /// What calls wait for comes first, for it is spent at once. Beyond that, all that a node holds is at most a sixteenth
    /// of what there was to hand out: the last units go to whoever asks, and not to whoever hoards.
    package static func grant(_ withdrawal: LedgerBatch.Withdrawal, free: Int64) -> Int64 {
        guard free > 0, free >= withdrawal.least else { return 0 }
        let held = max(0, withdrawal.held)
        let share = max(1, free.saturatingAdd(held) / Ledger.hoardDivisor)
        let hoard = min(max(0, withdrawal.want), max(0, share - held))
        return min(free, max(withdrawal.need, hoard, 0))
    }

    private func answer(
        _ granted: Int64, of balance: QuotaBalance, _ withdrawal: LedgerBatch.Withdrawal
    ) -> LedgerOutcome.Withdrawn {
        let own = max(0, withdrawal.held).saturatingAdd(granted)
        return LedgerOutcome.Withdrawn(
            granted: granted, period: PeriodSpan(start: balance.id.start, end: balance.end), limit: balance.limit,
            free: max(0, balance.free), leasedElsewhere: max(0, balance.leased.saturatingSubtract(own)))
    }
}

// MARK: - Rows

extension LedgerPage {
    private func period(of quota: QuotaIdentity, _ terms: QuotaTerms) -> PeriodSpan {
        quota.period.span(containing: time, billingDay: terms.billingDay)
    }

    /// The row as it is, by the newer of two definitions, or a new one.
    private func balance(_ id: QuotaBalanceID, end: Timestamp, _ terms: QuotaTerms) -> QuotaBalance {
        guard var balance = balances[id] else {
            return QuotaBalance(id: id, end: end, amount: terms.amount, amountEpoch: terms.epoch)
        }
        if terms.epoch >= balance.amountEpoch {
            balance.amount = terms.amount
            balance.amountEpoch = terms.epoch
        }
        return balance
    }

    /// A closed lease without units, by which the same booking is known again.
    private func trace(_ id: LeaseID, _ node: NodeID, _ balance: QuotaBalance, units: Int64) -> Lease {
        Lease(
            id: id, node: node, balance: balance.id, end: balance.end, amount: 0, used: units, state: .settled,
            changedAt: time)
    }

    private mutating func set(_ balance: QuotaBalance) {
        balances[balance.id] = balance
        changedBalances.insert(balance.id)
    }

    private mutating func set(_ lease: Lease) {
        leases[lease.id] = lease
        changedLeases.insert(lease.id)
    }

    /// Notes the percents that were passed, each once in a period.
    private mutating func alerting(_ balance: QuotaBalance, _ terms: QuotaTerms) -> QuotaBalance {
        var balance = balance
        guard balance.limit > 0 else { return balance }
        for percent in terms.alertAt where percent > balance.alerted {
            // By division, for a hundred times an amount may overflow.
            let (whole, part) = balance.limit.quotientAndRemainder(dividingBy: 100)
            let threshold = whole * Int64(percent) + (part * Int64(percent) + 99) / 100
            guard balance.used >= threshold else { break }
            balance.alerted = percent
            alerts.append(
                QuotaAlert(
                    balance: balance.id, percent: percent, used: balance.used, limit: balance.limit, at: time))
        }
        return balance
    }
}

/// The ledger's constants.
package enum Ledger {
    /// A node holds at most one part in so many of what is free.
    package static let hoardDivisor: Int64 = 16
}

extension LedgerBatch {
    /// The leases that it names.
    public var leaseIDs: [LeaseID] {
        settlements.map(\.lease) + adjustments.map(\.id) + credits.map(\.id) + withdrawals.map(\.lease)
    }

    /// The rows that it may change, at the authority's `time`, in the order in which they are locked.
    public func balanceIDs(at time: Timestamp) -> [QuotaBalanceID] {
        var ids = Set(settlements.map(\.balance))
        for adjustment in adjustments {
            let period = adjustment.period ?? span(adjustment.quota, adjustment.terms, time)
            ids.insert(QuotaBalanceID(quota: adjustment.quota, start: period.start))
        }
        for credit in credits {
            ids.insert(QuotaBalanceID(quota: credit.quota, start: span(credit.quota, credit.terms, time).start))
        }
        for withdrawal in withdrawals {
            let period = span(withdrawal.quota, withdrawal.terms, time)
            ids.insert(QuotaBalanceID(quota: withdrawal.quota, start: period.start))
        }
        return ids.sorted()
    }

    private func span(_ quota: QuotaIdentity, _ terms: QuotaTerms, _ time: Timestamp) -> PeriodSpan {
        quota.period.span(containing: time, billingDay: terms.billingDay)
    }
}
