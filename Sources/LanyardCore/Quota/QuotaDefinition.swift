/// A quota as its owner wrote it: at most `amount` units in each period of the calendar, never one more.
public struct QuotaDefinition: Hashable, Sendable, Codable {
    /// What happens to calls while the quota's authority is out of reach and nothing is leased any more.
    public enum OutageRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// They are denied `unavailable`.
        case deny
        /// They pass and are counted later: the quota may then be exceeded by what passed.
        case allow
    }

    /// What the owner calls it; shown in answers, no part of its identity.
    public var name: String
    /// What it counts.
    public var unit: AllowanceUnit
    /// How many units a period holds; nano-dollars for ``AllowanceUnit/usd``. A lifetime's may be 0: credits fill it.
    public var amount: Int64
    /// When it begins anew.
    public var period: QuotaPeriod
    /// Percents of the amount at which an event is written, in rising order.
    public var alertAt: [Int]
    /// What happens while its authority is out of reach.
    public var onOutage: OutageRule

    /// A quota; ``problem`` says whether it can be used.
    public init(
        name: String, unit: AllowanceUnit, amount: Int64, period: QuotaPeriod, alertAt: [Int] = [],
        onOutage: OutageRule = .deny
    ) {
        self.name = name
        self.unit = unit
        self.amount = amount
        self.period = period
        self.alertAt = alertAt
        self.onOutage = onOutage
    }

    /// At most `amount` requests in each period.
    public static func requests(_ amount: Int64, per period: QuotaPeriod, name: String? = nil) -> QuotaDefinition {
        QuotaDefinition(
            name: name ?? "requests-per-\(period.rawValue)", unit: .requests, amount: amount, period: period)
    }

    /// At most `amount` tokens in each period.
    public static func tokens(_ amount: Int64, per period: QuotaPeriod, name: String? = nil) -> QuotaDefinition {
        QuotaDefinition(name: name ?? "tokens-per-\(period.rawValue)", unit: .tokens, amount: amount, period: period)
    }

    /// A budget: at most `nanoUSD` nano-dollars (10⁻⁹ USD) in each period.
    public static func budget(nanoUSD: Int64, per period: QuotaPeriod, name: String? = nil) -> QuotaDefinition {
        QuotaDefinition(name: name ?? "usd-per-\(period.rawValue)", unit: .usd, amount: nanoUSD, period: period)
    }
}

extension QuotaDefinition {
    /// The bounds that every quota keeps; amounts are bounded as a limit's are.
    public enum Bounds {
        /// Quotas on one key, account or plan.
        public static let count = 8
        /// Percents at which events are written.
        public static let alertPercent = 1...100
        /// How many such percents one quota has.
        public static let alerts = 10
    }

    /// Why this definition can't be used; `nil` where it can.
    public var problem: String? {
        if let problem = LimitDefinition.nameProblem(name, of: "a quota") { return problem }
        if !(amount == 0 && period == .lifetime), let problem = LimitDefinition.amountProblem(amount, in: unit) {
            return problem
        }
        if alertAt.count > Bounds.alerts { return "at most \(Bounds.alerts) percents to alert at" }
        if !alertAt.allSatisfy(Bounds.alertPercent.contains) { return "a percent to alert at is 1 to 100" }
        if zip(alertAt, alertAt.dropFirst()).contains(where: >=) { return "percents to alert at must rise" }
        return nil
    }

    /// Why these quotas can't stand together on one owner; `nil` where they can.
    ///
    /// A quota's identity is its unit and period (so that renaming one refunds nothing): two alike would be one.
    public static func problem(in quotas: [QuotaDefinition]) -> String? {
        if quotas.count > Bounds.count { return "at most \(Bounds.count) quotas" }
        for (index, quota) in quotas.enumerated() {
            if let problem = quota.problem { return problem }
            for other in quotas[..<index] {
                if other.name == quota.name { return "two quotas are named \(quota.name)" }
                if other.unit == quota.unit, other.period == quota.period {
                    return "two quotas count \(quota.unit.rawValue) over the same period"
                }
            }
        }
        return nil
    }
}
