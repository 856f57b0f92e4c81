// # Periods
//
// A quota's period is a stretch of the calendar in UTC, and which one a moment lies in is arithmetic alone: no time zone,
// no daylight saving, no table. Hours and days begin at multiples of their length since 1970, weeks on Monday (ISO 8601),
// months on the account's billing day, which is at most the 28th, so that every month has it. A lifetime has no end.
//
// Only an authority says which period it is, by its own clock; see ``LedgerBatch``.

/// How long a quota lasts before it begins anew.
public enum QuotaPeriod: String, Hashable, Sendable, Codable, CaseIterable {
    case hour
    case day
    /// From Monday to Sunday.
    case week
    /// From the account's billing day on; from the 1st where there is no account.
    case month
    /// For ever: only credits add to it.
    case lifetime

    /// The stretch of time that `moment` lies in. `billingDay`, 1 to 28, moves months alone.
    public func span(containing moment: Timestamp, billingDay: Int = 1) -> PeriodSpan {
        let hour: Int64 = 3_600_000
        let moment = min(max(moment, QuotaPeriod.calendar.lowerBound), QuotaPeriod.calendar.upperBound)
        switch self {
        case .hour: return QuotaPeriod.span(of: hour, offset: 0, containing: moment)
        case .day: return QuotaPeriod.span(of: 24 * hour, offset: 0, containing: moment)
        // 1970 began on a Thursday.
        case .week: return QuotaPeriod.span(of: 7 * 24 * hour, offset: -3 * 24 * hour, containing: moment)
        case .month: return QuotaPeriod.month(containing: moment, billingDay: Int64(billingDay))
        case .lifetime: return PeriodSpan(start: Timestamp(milliseconds: 0), end: Timestamp(milliseconds: .max))
        }
    }

    /// What the arithmetic is exact for: some 270,000 years before and after 1970.
    private static let calendar =
        Timestamp(milliseconds: -8_640_000_000_000_000)...Timestamp(milliseconds: 8_640_000_000_000_000)

    private static func span(of length: Int64, offset: Int64, containing moment: Timestamp) -> PeriodSpan {
        let count = (moment.milliseconds - offset).floorDivided(by: length).quotient
        let start = count * length + offset
        return PeriodSpan(start: Timestamp(milliseconds: start), end: Timestamp(milliseconds: start + length))
    }

    private static func month(containing moment: Timestamp, billingDay: Int64) -> PeriodSpan {
        let day: Int64 = 86_400_000
        let today = CivilDate(daysSinceEpoch: moment.milliseconds.floorDivided(by: day).quotient)
        var first = CivilDate(year: today.year, month: today.month, day: billingDay)
        if today.day < billingDay { first = first.inPreviousMonth }
        return PeriodSpan(
            start: Timestamp(milliseconds: first.daysSinceEpoch * day),
            end: Timestamp(milliseconds: first.inNextMonth.daysSinceEpoch * day))
    }
}

/// One period: from `start` on and before `end`.
public struct PeriodSpan: Hashable, Sendable {
    /// Its first moment.
    public let start: Timestamp
    /// The first moment after it; the last of all times for a lifetime.
    public let end: Timestamp

    /// A period.
    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }

    /// Whether `moment` lies in it.
    public func contains(_ moment: Timestamp) -> Bool { start <= moment && moment < end }

    /// When it ends, as people are told: `nil` for a lifetime.
    public var resetsAt: Timestamp? { end.milliseconds == .max ? nil : end }
}
