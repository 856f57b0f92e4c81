/// What a node knows of a subject's windows that the shared counters hold: it tells how limits stand, and lets a node deny for
/// as long as the counters said that nothing would fit. It grants nothing by that, but what was charged ahead.
///
/// An object of its own, reached under the lock of the subject's state alone.
final class SharedWindows {
    private(set) var limits: LimitSet
    private var standings: ContiguousArray<Standing>
    /// `nil` where nothing was worth charging ahead yet, as for most.
    private var ahead: Ahead?

    private struct Standing {
        var total: Int64 = 0
        var emptyAt = MonotonicInstant(nanoseconds: .min)
        /// The smallest cost that did not fit, until when.
        var refusedCost: Int64 = .max
        var refusedUntil = MonotonicInstant(nanoseconds: .min)
    }

    private final class Ahead {
        /// The last that was taken, until another is.
        var lease: BucketLease?
        var appetite = LeaseAppetite()
    }

    init(_ limits: LimitSet) {
        self.limits = limits
        standings = ContiguousArray(repeating: Standing(), count: limits.rules.count)
    }

    /// Takes over what the counters answered. `askedAt` is before they read their clock, so what they say will be so no
    /// earlier than that long after it.
    func take(_ readings: [CounterAnswer.Reading], costs: Costs, askedAt: MonotonicInstant) {
        for index in standings.indices where index < readings.count {
            let reading = readings[index]
            standings[index].total = reading.total
            standings[index].emptyAt = askedAt.advanced(byMilliseconds: reading.emptyInMilliseconds)
            guard reading.isFull, let wait = reading.retryInMilliseconds else { continue }
            let cost = costs[limits.gauges[index].unit]
            guard cost <= standings[index].refusedCost || standings[index].refusedUntil <= askedAt else { continue }
            standings[index].refusedCost = cost
            standings[index].refusedUntil = askedAt.advanced(byMilliseconds: wait)
        }
    }

    /// Until when the counters have said that this cost does not fit; `nil` where they must be asked.
    func refusal(at index: Int, of cost: Int64, now: MonotonicInstant) -> MonotonicInstant? {
        let standing = standings[index]
        return cost >= standing.refusedCost && now < standing.refusedUntil ? standing.refusedUntil : nil
    }

    func reading(at index: Int, now: MonotonicInstant) -> LimitReading {
        let standing = standings[index]
        let left = standing.emptyAt <= now ? 0 : standing.emptyAt.nanoseconds - now.nanoseconds
        let total = left == 0 ? 0 : standing.total
        return LimitReading(
            limits: limits, index: index, remaining: max(0, limits.gauges[index].amount - total),
            resetMilliseconds: (left + 999_999) / 1_000_000)
    }

    /// What was charged ahead for a call of these costs; `nil` where it must ask.
    @inline(__always)
    func leased(for costs: Costs, at now: MonotonicInstant) -> CounterReceipt? {
        ahead?.lease?.receipt(for: costs, at: now)
    }

    /// A call was granted by what ``leased(for:at:)`` returned.
    func spendLease() { ahead?.lease?.spend() }

    /// How many calls to charge ahead along with a question for one, where ``takeLease(_:at:)`` or
    /// ``endLease(_:at:)`` must follow; and how many of the last were lost.
    /// - Parameter time: What the counters' clock says by now, as far as that is known.
    func beginLease(
        _ question: CounterQuestion, at now: MonotonicInstant, time: MonotonicInstant
    ) -> (calls: Int64, lost: Int64) {
        let most = BucketLease.most(question)
        guard most > 1 else { return (0, 0) }
        let ahead = ahead ?? Ahead()
        self.ahead = ahead
        let calls = ahead.appetite.begin(
            question.costs, after: ahead.lease, most: most, remaining: BucketLease.remaining(question, at: time),
            at: now)
        return (calls, ahead.appetite.takeLost())
    }

    /// A call of `costs` that asked was charged.
    func earnLease(_ costs: Costs) { ahead?.appetite.earn(costs) }

    /// Takes over what was charged ahead.
    func takeLease(_ new: BucketLease, at now: MonotonicInstant) {
        ahead?.appetite.ended(.charged, at: now)
        ahead?.lease = new
    }

    /// Nothing was charged ahead, as far as is known.
    func endLease(_ outcome: LeaseAppetite.Outcome, at now: MonotonicInstant) {
        ahead?.appetite.ended(outcome, at: now)
    }
}
