/// How a limit stands, as answers show it.
public struct LimitStatus: Hashable, Sendable {
    /// The limit.
    public let definition: LimitDefinition
    /// Who set it.
    public let source: AllowanceSource
    /// Units that would be admitted now.
    public let remaining: Int64
    /// Milliseconds until the whole amount is available again, if nothing else is admitted; 0 when it is.
    public let resetMilliseconds: Int64

    package init(definition: LimitDefinition, source: AllowanceSource, remaining: Int64, resetMilliseconds: Int64) {
        self.definition = definition
        self.source = source
        self.remaining = remaining
        self.resetMilliseconds = resetMilliseconds
    }
}

/// A limit's state inside a decision: the set is shared, so that no limit is copied on the hot path.
package struct LimitReading: Sendable {
    package let limits: LimitSet
    package let index: Int
    package let remaining: Int64
    package let resetMilliseconds: Int64

    package var rule: LimitRule { limits.rules[index] }

    package var status: LimitStatus {
        let rule = rule
        return LimitStatus(
            definition: rule.definition, source: rule.source, remaining: remaining, resetMilliseconds: resetMilliseconds
        )
    }
}

/// Where a decision writes how the limits stand. Made once for a connection and used again, so that it allocates once.
package struct LimitReport: Sendable {
    package private(set) var readings: ContiguousArray<LimitReading> = []
    /// Of the quotas that the ledger has been asked about.
    package private(set) var quotaReadings: [QuotaReading] = []

    package init() {
        readings.reserveCapacity(4)
    }

    package mutating func reset() {
        readings.removeAll(keepingCapacity: true)
        if !quotaReadings.isEmpty { quotaReadings.removeAll(keepingCapacity: true) }
    }

    package mutating func append(_ reading: LimitReading) {
        readings.append(reading)
    }

    package mutating func append(_ reading: QuotaReading) {
        quotaReadings.append(reading)
    }

    package var quotas: [QuotaStatus] { quotaReadings.map(\.status) }

    package var statuses: [LimitStatus] { readings.map(\.status) }
}
