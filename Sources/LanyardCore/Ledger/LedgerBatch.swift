/// What a node asks of the ledger at once, in one transaction.
///
/// Every part is named by an id of the node's and carried out once, however often it is asked: after a lost reply the
/// same batch is sent again.
public struct LedgerBatch: Sendable {
    /// Who asks.
    public var node: NodeID
    /// Civil time on the node: the clock of an authority that has none of its own.
    public var localTime: Timestamp
    /// Leases that are given back. Carried out first.
    public var settlements: [Settlement]
    /// Units that no lease covers. Carried out second.
    public var adjustments: [Adjustment]
    /// What is added to lifetimes. Carried out third.
    public var credits: [Credit]
    /// New leases. Carried out last.
    public var withdrawals: [Withdrawal]

    /// A batch.
    public init(
        node: NodeID, localTime: Timestamp, settlements: [Settlement] = [], adjustments: [Adjustment] = [],
        credits: [Credit] = [], withdrawals: [Withdrawal] = []
    ) {
        self.node = node
        self.localTime = localTime
        self.settlements = settlements
        self.adjustments = adjustments
        self.credits = credits
        self.withdrawals = withdrawals
    }

    /// Whether it asks for nothing.
    package var isEmpty: Bool {
        settlements.isEmpty && adjustments.isEmpty && credits.isEmpty && withdrawals.isEmpty
    }

    /// Adds what another one asks.
    package mutating func append(_ other: LedgerBatch) {
        settlements += other.settlements
        adjustments += other.adjustments
        credits += other.credits
        withdrawals += other.withdrawals
    }

    /// A lease comes to its end: what was used of it, and the rest is free again.
    public struct Settlement: Hashable, Sendable {
        /// The lease.
        public var lease: LeaseID
        /// What it is a piece of.
        public var balance: QuotaBalanceID
        /// The quota's definition as the node knows it.
        public var terms: QuotaTerms
        /// Units used: at most the lease's. Fewer than none if reservations of earlier leases gave back more.
        public var used: Int64

        /// A settlement.
        public init(lease: LeaseID, balance: QuotaBalanceID, terms: QuotaTerms, used: Int64) {
            self.lease = lease
            self.balance = balance
            self.terms = terms
            self.used = used
        }
    }

    /// Units that were used beyond any lease (an overrun, or an outage that was allowed for), or, where negative, that
    /// come back from a reservation whose lease is closed. No limit holds it back: it has happened.
    public struct Adjustment: Hashable, Sendable {
        /// Its own id.
        public var id: LeaseID
        /// The quota; the period is the one of ``period``, or the present one.
        public var quota: QuotaIdentity
        /// The period that it belongs to; `nil` for the present one.
        public var period: PeriodSpan?
        /// The quota's definition as the node knows it.
        public var terms: QuotaTerms
        /// Units.
        public var units: Int64

        /// An adjustment.
        public init(id: LeaseID, quota: QuotaIdentity, period: PeriodSpan?, terms: QuotaTerms, units: Int64) {
            self.id = id
            self.quota = quota
            self.period = period
            self.terms = terms
            self.units = units
        }
    }

    /// Units added to a lifetime, or, where negative, taken from what is free of it.
    public struct Credit: Hashable, Sendable {
        /// Its own id.
        public var id: LeaseID
        /// The quota, whose period is a lifetime.
        public var quota: QuotaIdentity
        /// The quota's definition as the node knows it.
        public var terms: QuotaTerms
        /// Units.
        public var units: Int64

        /// A credit.
        public init(id: LeaseID, quota: QuotaIdentity, terms: QuotaTerms, units: Int64) {
            self.id = id
            self.quota = quota
            self.terms = terms
            self.units = units
        }
    }

    /// A new lease, of the period that the authority's clock says.
    public struct Withdrawal: Hashable, Sendable {
        /// The lease's id.
        public var lease: LeaseID
        /// The quota.
        public var quota: QuotaIdentity
        /// The quota's definition as the node knows it.
        public var terms: QuotaTerms
        /// Units that calls wait for now.
        public var need: Int64
        /// The fewest units that help any of them: with less free, nothing is leased.
        public var least: Int64
        /// Units that the node would like, as its demand in about a second.
        public var want: Int64
        /// Units of open leases of this quota that the node holds besides.
        public var held: Int64

        /// A withdrawal.
        public init(
            lease: LeaseID, quota: QuotaIdentity, terms: QuotaTerms, need: Int64, least: Int64, want: Int64,
            held: Int64
        ) {
            self.lease = lease
            self.quota = quota
            self.terms = terms
            self.need = need
            self.least = least
            self.want = want
            self.held = held
        }
    }
}

/// What came of a ``LedgerBatch``.
public struct LedgerOutcome: Sendable {
    /// The authority's clock when the batch was carried out.
    public var time: Timestamp
    /// For each withdrawal, in order.
    public var withdrawals: [Withdrawn] = []
    /// For each credit, in order.
    public var credits: [Credited] = []
    /// Leases of the batch's settlements that can no longer be settled: they were reaped, and all of them counts as used.
    public var reaped: [LeaseID] = []

    /// Nothing yet.
    public init(time: Timestamp) {
        self.time = time
    }

    /// What came of a withdrawal.
    public struct Withdrawn: Hashable, Sendable {
        /// Units of the lease; 0 where there is none.
        public var granted: Int64
        /// The period.
        public var period: PeriodSpan
        /// Units that the period holds.
        public var limit: Int64
        /// Units that are still free.
        public var free: Int64
        /// Units that other nodes have leased.
        public var leasedElsewhere: Int64

        /// What came of a withdrawal.
        public init(granted: Int64, period: PeriodSpan, limit: Int64, free: Int64, leasedElsewhere: Int64) {
            self.granted = granted
            self.period = period
            self.limit = limit
            self.free = free
            self.leasedElsewhere = leasedElsewhere
        }
    }

    /// What came of a credit.
    public enum Credited: Hashable, Sendable {
        /// It was added; how the balance stands now.
        case added(QuotaBalance)
        /// More should be taken than is free.
        case insufficient(free: Int64)
    }
}
