/// What one key did in one minute: the grain in which usage is written down.
package struct UsageTally: Hashable, Sendable {
    /// Whole minutes since the epoch.
    package var minute: Int32
    package var granted: Int64 = 0
    package var tokens: Int64 = 0
    package var nanoUSD: Int64 = 0
    /// Refusals by code; nearly always empty, so it costs a key nothing.
    package var denied: [DenialCode: Int64] = [:]

    package init(minute: Int32) {
        self.minute = minute
    }

    package var isEmpty: Bool { granted == 0 && denied.isEmpty }

    package mutating func countGrant(_ costs: Costs) {
        granted += 1
        // Saturating: a tally that overflows must not bring the server down.
        tokens = UsageTally.saturatingSum(tokens, costs.tokens)
        nanoUSD = UsageTally.saturatingSum(nanoUSD, costs.nanoUSD)
    }

    package mutating func countDenial(_ code: DenialCode) {
        denied[code, default: 0] += 1
    }

    package mutating func merge(_ other: UsageTally) {
        granted += other.granted
        tokens = UsageTally.saturatingSum(tokens, other.tokens)
        nanoUSD = UsageTally.saturatingSum(nanoUSD, other.nanoUSD)
        denied.merge(other.denied, uniquingKeysWith: +)
    }

    private static func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}

/// Holds the tally of a state that has counted something since the last flush.
final class TallyBox {
    var content: UsageTally

    init(minute: Int32) {
        content = UsageTally(minute: minute)
    }
}
