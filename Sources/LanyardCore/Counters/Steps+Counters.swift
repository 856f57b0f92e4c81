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
        var denial: Denial?
        for index in limits.gauges.indices {
            let gauge = limits.gauges[index]
            let cost = costs[gauge.unit]
            if cost <= 0 { continue }
            let refusal = part.flatMap { index < $0.refusals.count ? $0.refusals[index] : nil }
            let heard = windows.refusal(at: index, of: cost, now: now.monotonic)
            guard refusal != nil || heard != nil || cost > gauge.amount else { continue }
            // It was asked for this very call: also where it has become true meanwhile, the call was refused.
            let wait = (refusal?.until ?? heard).map { until in
                max(1, (until.nanoseconds - now.monotonic.nanoseconds + 999_999) / 1_000_000)
            }
            denial = later(
                denial,
                Denial(
                    .rateLimited,
                    .limit(
                        windows.reading(at: index, now: now.monotonic),
                        retryAfterMilliseconds: cost > gauge.amount ? nil : wait)))
        }
        return denial
    }

    /// What was charged ahead for calls of these costs: by the key's own windows, which then cover its account's as well, or
    /// by its account's where it has none.
    @inline(__always)
    static func leased(_ costs: Costs, _ content: borrowing AllowanceState.Content, now: Now) -> CounterReceipt? {
        content.shared?.leased(for: costs, at: now.monotonic)
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
