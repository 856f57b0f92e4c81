/// How a quota stands in one period: a row of the ledger, owned by the authority.
public struct QuotaBalance: Hashable, Sendable {
    /// The quota and the period.
    public let id: QuotaBalanceID
    /// When the period ends.
    public let end: Timestamp
    /// What its newest known definition allows.
    public var amount: Int64
    /// The change that this definition comes from.
    public var amountEpoch: Int64
    /// Added by credits; only a lifetime has any.
    public var credits: Int64
    /// Units that are gone for good. More than the limit only by an overrun, or after the limit was lowered.
    public var used: Int64
    /// Units of open leases.
    public var leased: Int64
    /// The highest percent of which an event was written.
    public var alerted: Int

    /// A row as it is stored.
    public init(
        id: QuotaBalanceID, end: Timestamp, amount: Int64, amountEpoch: Int64, credits: Int64 = 0, used: Int64 = 0,
        leased: Int64 = 0, alerted: Int = 0
    ) {
        self.id = id
        self.end = end
        self.amount = amount
        self.amountEpoch = amountEpoch
        self.credits = credits
        self.used = used
        self.leased = leased
        self.alerted = alerted
    }

    /// Units that the period holds.
    public var limit: Int64 { max(0, amount + credits) }

    /// Units that nobody has used or leased; negative after an overrun, or after the limit was lowered.
    public var free: Int64 { limit.saturatingSubtract(used.saturatingAdd(leased)) }
}

/// A piece of a quota that a node has withdrawn and may spend in memory, or a trace that an amount was booked once.
public struct Lease: Hashable, Sendable {
    /// What has become of it.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// Its units are the node's to spend.
        case open
        /// The node has said what it used, and gave back the rest.
        case settled
        /// The node was gone: all of it counts as used.
        case reaped
    }

    /// Chosen by the node, so that a lost reply is simply asked again.
    public let id: LeaseID
    /// Who holds it: one run of one process.
    public let node: NodeID
    /// What it is a piece of.
    public let balance: QuotaBalanceID
    /// When its period ends, and it with it.
    public let end: Timestamp
    /// Its units.
    public let amount: Int64
    /// Units that were used, once it is settled; fewer than none if earlier reservations gave back more.
    public var used: Int64
    /// What has become of it.
    public var state: State
    /// When it came to that, by the authority's clock.
    public var changedAt: Timestamp

    /// A lease as it is stored.
    public init(
        id: LeaseID, node: NodeID, balance: QuotaBalanceID, end: Timestamp, amount: Int64, used: Int64 = 0,
        state: State = .open, changedAt: Timestamp
    ) {
        self.id = id
        self.node = node
        self.balance = balance
        self.end = end
        self.amount = amount
        self.used = used
        self.state = state
        self.changedAt = changedAt
    }
}

/// A quota has come to a percent that its owner wanted to hear of.
public struct QuotaAlert: Hashable, Sendable {
    /// The quota and the period.
    public let balance: QuotaBalanceID
    /// The percent.
    public let percent: Int
    /// Units used then.
    public let used: Int64
    /// Units that the period holds.
    public let limit: Int64
    /// When, by the authority's clock.
    public let at: Timestamp

    /// An alert.
    public init(balance: QuotaBalanceID, percent: Int, used: Int64, limit: Int64, at: Timestamp) {
        self.balance = balance
        self.percent = percent
        self.used = used
        self.limit = limit
        self.at = at
    }
}

extension Int64 {
    /// Addition that stops at the ends: a ledger that overflows must neither trap nor wrap round to "nothing used".
    func saturatingAdd(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    /// Subtraction that stops at the ends.
    func saturatingSubtract(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }
}
