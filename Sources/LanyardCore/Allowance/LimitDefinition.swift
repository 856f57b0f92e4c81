/// A limit as its owner wrote it: at most `amount` units in **any** stretch of `window`.
public struct LimitDefinition: Hashable, Sendable {
    /// What happens to calls while the counters that several nodes share are out of reach.
    public typealias OutageRule = QuotaDefinition.OutageRule

    /// What happens when counters that several nodes share have lost what they had counted.
    public enum LossRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// Counting begins anew: what was admitted before is forgotten, so that one stretch of the window's length may hold
        /// up to twice the amount.
        case forget
        /// The limit stays shut until nothing that was forgotten could count any more, and is never exceeded.
        case close
    }

    /// What the owner calls it; shown in answers, no part of its identity.
    public var name: String
    /// What it counts.
    public var unit: AllowanceUnit
    /// How many units any window may hold; nano-dollars for ``AllowanceUnit/usd``.
    public var amount: Int64
    /// The window's length in milliseconds.
    public var windowMilliseconds: Int64
    /// What happens while shared counters are out of reach; without meaning where a node counts alone.
    public var onOutage: OutageRule
    /// What happens when shared counters were lost; without meaning where a node counts alone.
    public var onLoss: LossRule

    /// A limit; ``problem`` says whether it can be used.
    public init(
        name: String, unit: AllowanceUnit, amount: Int64, windowMilliseconds: Int64, onOutage: OutageRule = .deny,
        onLoss: LossRule = .forget
    ) {
        self.name = name
        self.unit = unit
        self.amount = amount
        self.windowMilliseconds = windowMilliseconds
        self.onOutage = onOutage
        self.onLoss = onLoss
    }

    /// At most `amount` requests in any stretch of `window`.
    public static func requests(_ amount: Int64, per window: Duration, name: String? = nil) -> LimitDefinition {
        make(.requests, amount, window, name)
    }

    /// At most `amount` tokens in any stretch of `window`.
    public static func tokens(_ amount: Int64, per window: Duration, name: String? = nil) -> LimitDefinition {
        make(.tokens, amount, window, name)
    }

    private static func make(
        _ unit: AllowanceUnit, _ amount: Int64, _ window: Duration, _ name: String?
    ) -> LimitDefinition {
        let (seconds, attoseconds) = window.components
        let milliseconds = seconds.multipliedReportingOverflow(by: 1000)
        let length =
            milliseconds.overflow ? Int64.max : milliseconds.partialValue &+ attoseconds / 1_000_000_000_000_000
        return LimitDefinition(
            name: name ?? "\(unit.rawValue)-per-\(length)ms", unit: unit, amount: amount, windowMilliseconds: length)
    }
}

extension LimitDefinition: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, unit, amount, windowMilliseconds, onOutage, onLoss
    }

    /// Rules that are not written are the usual ones.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            unit: try container.decode(AllowanceUnit.self, forKey: .unit),
            amount: try container.decode(Int64.self, forKey: .amount),
            windowMilliseconds: try container.decode(Int64.self, forKey: .windowMilliseconds),
            onOutage: try container.decodeIfPresent(OutageRule.self, forKey: .onOutage) ?? .deny,
            onLoss: try container.decodeIfPresent(LossRule.self, forKey: .onLoss) ?? .forget)
    }

    /// Writes the usual rules not at all.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(unit, forKey: .unit)
        try container.encode(amount, forKey: .amount)
        try container.encode(windowMilliseconds, forKey: .windowMilliseconds)
        if onOutage != .deny { try container.encode(onOutage, forKey: .onOutage) }
        if onLoss != .forget { try container.encode(onLoss, forKey: .onLoss) }
    }
}

extension LimitDefinition {
    /// The bounds that every limit keeps.
    public enum Bounds {
        /// Windows: 1 second to 31 days, in milliseconds.
        public static let windowMilliseconds: ClosedRange<Int64> = 1000...2_678_400_000
        /// Amounts in requests and tokens.
        public static let amount: ClosedRange<Int64> = 1...1_000_000_000_000
        /// Amounts in nano-dollars: up to a thousand million dollars.
        public static let nanoUSD: ClosedRange<Int64> = 1...1_000_000_000_000_000_000
        /// Limits on one key, account or plan.
        public static let count = 16
        /// Bytes of a name.
        public static let nameLength = 1...64
    }

    /// Why this definition can't be used; `nil` where it can.
    public var problem: String? {
        if let problem = LimitDefinition.nameProblem(name, of: "a limit") { return problem }
        if !Bounds.windowMilliseconds.contains(windowMilliseconds) { return "a window is 1 second to 31 days long" }
        return LimitDefinition.amountProblem(amount, in: unit)
    }

    /// Why an allowance can't have this name.
    static func nameProblem(_ name: String, of owner: String) -> String? {
        if Bounds.nameLength.contains(name.utf8.count), name.utf8.allSatisfy(isNameByte) { return nil }
        return "\(owner)'s name is 1 to 64 characters of a-z, A-Z, 0-9, '_', '-' and '.'"
    }

    /// Why an allowance can't be this large.
    static func amountProblem(_ amount: Int64, in unit: AllowanceUnit) -> String? {
        switch unit {
        case .requests, .tokens:
            return Bounds.amount.contains(amount) ? nil : "an amount is 1 to 1000000000000"
        case .usd:
            return Bounds.nanoUSD.contains(amount) ? nil : "an amount of money is 0.000000001 to 1000000000.00 dollars"
        }
    }

    /// Names stand in the `RateLimit` header as quoted strings; these bytes need no escape there.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default:
            false
        }
    }

    /// Why these limits can't stand together on one owner; `nil` where they can.
    ///
    /// A limit's identity is its unit and window (so that renaming one refunds nothing): two alike would be one.
    public static func problem(in limits: [LimitDefinition]) -> String? {
        if limits.count > Bounds.count { return "at most \(Bounds.count) limits" }
        // So few that comparing each with those before it is quicker than sets, which imports would make for each key.
        for (index, limit) in limits.enumerated() {
            if let problem = limit.problem { return problem }
            for other in limits[..<index] {
                if other.name == limit.name { return "two limits are named \(limit.name)" }
                if other.unit == limit.unit, other.windowMilliseconds == limit.windowMilliseconds {
                    return "two limits count \(limit.unit.rawValue) over the same window"
                }
            }
        }
        return nil
    }
}
