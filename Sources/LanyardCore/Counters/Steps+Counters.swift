// Limits that several nodes count together, within the last step: the node asks the counters once everything else
// suffices, and decides anew with their receipt.

extension Steps {
    /// Of the limits that can't hold the costs, by the receipt or by what was heard lately, the one that takes longest.
    static func checkSharedLimits(
        _ costs: Costs, _ windows: SharedWindows, _ subject: Subject, _ receipt: CounterReceipt?, now: Now
    ) -> Denial? {
        let limits = windows.limits
        let part = receipt?.part(covering: costs, of: subject, limits)
        // Charged already: what was heard of other calls meanwhile does not matter.
        if part != nil, receipt?.isCharged == true { return nil }
        let wasRefused = part?.isFull == true
        var denial: Denial?
        for index in limits.gauges.indices {
            let gauge = limits.gauges[index]
            let cost = costs[gauge.unit]
            if cost <= 0 { continue }
            let wait = windows.wait(at: index, for: cost, now: now.monotonic, wasAsked: wasRefused)
            guard wait != nil || cost > gauge.amount else { continue }
            denial = later(
                denial,
                Denial(
                    .rateLimited,
                    .limit(windows.reading(at: index, now: now.monotonic), retryAfterMilliseconds: wait)))
        }
        return denial
    }

    /// Whether the counters must be asked before a call of these costs can be granted.
    static func mustAskCounters(
        _ costs: Costs, _ content: borrowing AllowanceState.Content, _ subject: Subject, _ receipt: CounterReceipt?
    ) -> Bool {
        guard let windows = content.shared else { return false }
        guard windows.limits.gauges.contains(where: { costs[$0.unit] > 0 }) else { return false }
        guard let receipt, receipt.isCharged else { return true }
        return receipt.part(covering: costs, of: subject, windows.limits) == nil
    }

    static func readShared(_ content: borrowing AllowanceState.Content, now: Now, report: inout LimitReport) {
        guard let windows = content.shared else { return }
        for index in windows.limits.gauges.indices {
            report.append(windows.reading(at: index, now: now.monotonic))
        }
    }
}
