/// What makes a quota the same quota after it was renamed or resized: whose it is, what it counts, over which period, and
/// who set it.
public struct QuotaIdentity: Hashable, Sendable {
    /// The key or account whose units it counts.
    public let subject: Subject
    /// What it counts.
    public let unit: AllowanceUnit
    /// When it begins anew.
    public let period: QuotaPeriod
    /// Who set it.
    public let source: AllowanceSource

    /// An identity by its parts.
    public init(subject: Subject, unit: AllowanceUnit, period: QuotaPeriod, source: AllowanceSource) {
        self.subject = subject
        self.unit = unit
        self.period = period
        self.source = source
    }
}

/// Names a quota in one of its periods: a row of the ledger.
public struct QuotaBalanceID: Hashable, Sendable {
    /// The quota.
    public let quota: QuotaIdentity
    /// When the period began.
    public let start: Timestamp

    /// A row's name.
    public init(quota: QuotaIdentity, start: Timestamp) {
        self.quota = quota
        self.start = start
    }
}

/// The order in which rows are locked, the same for everyone, so that no two transactions wait for each other.
extension QuotaBalanceID: Comparable {
    /// Which row is locked first.
    public static func < (left: QuotaBalanceID, right: QuotaBalanceID) -> Bool {
        let (one, other) = (left.quota, right.quota)
        if one.subject != other.subject {
            return (one.subject.kind.rawValue, one.subject.high, one.subject.low)
                < (other.subject.kind.rawValue, other.subject.high, other.subject.low)
        }
        return (one.source.rawValue, one.unit.rawValue, one.period.rawValue, left.start)
            < (other.source.rawValue, other.unit.rawValue, other.period.rawValue, right.start)
    }
}

/// What a quota's definition says to its ledger, as the node that asks knows it.
public struct QuotaTerms: Hashable, Sendable {
    /// Units that a period holds, credits left out.
    public var amount: Int64
    /// The newest change that the definition comes from: of two definitions the newer holds.
    public var epoch: Int64
    /// The day on which months begin.
    public var billingDay: Int
    /// Percents at which events are written.
    public var alertAt: [Int]

    /// A definition's terms.
    public init(amount: Int64, epoch: Int64, billingDay: Int = 1, alertAt: [Int] = []) {
        self.amount = amount
        self.epoch = epoch
        self.billingDay = billingDay
        self.alertAt = alertAt
    }
}
