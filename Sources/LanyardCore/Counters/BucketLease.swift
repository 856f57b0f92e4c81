// # Leases within a bucket
//
// Asking the counters for each call costs a question each. A busy key may be charged ahead instead: so many calls of one
// cost at once, to be granted without a question, for as long as the counters are surely still in the bucket that was
// charged. What is not granted by then is lost, and leaves the windows as if it had been used.
//
// **Why no stretch of W holds more than N, all the same.** Let each unit be dated: one that was asked for, when it was
// charged; one of a lease, when the decision that grants it read the clock, or when it was charged if that was later.
// Either way the date lies between the call and its answer, not before the charge, and within the bucket b that was charged. A
// unit leaves its window at (b + 33)·L: that is W = 32·L after the end of b, and so more than W after its date. Take any
// units whose dates lie within less than W, and of these the one that was charged last: it was charged no later than its own
// date, which is less than W after the date of every other. So all others still counted when it was charged, and the sum
// with it was at most N.
//
// **How long it is surely the same bucket.** The counters told their time C in the answer to a question that was sent at s.
// At a moment n of the node's clock theirs has come to at most C + (n - s), and a thousandth more of that (`CounterClock`).
//
// **Counters that are lost.** A lease was charged before the new ones came into use, and its units are dated less than a
// bucket after its charge. A limit with `on_loss: close` admits again 33 buckets after that moment: more than W after the
// last of them. Any other limit has lost at most its amount, these units included.
//
// **What it costs** is what a lease leaves unused; `LeaseAppetite` bounds that by what was used.

/// Calls of one cost that were charged to shared windows ahead of time.
package struct BucketLease: Sendable {
    /// What such a call shows when it is decided.
    let receipt: CounterReceipt
    /// How many calls were charged.
    let calls: Int64
    private(set) var left: Int64
    let askedAt: MonotonicInstant
    /// From when on none may be granted any more.
    let end: MonotonicInstant

    /// The longest that one lasts, from its question on: what is charged ahead is not available to other nodes.
    static let longest: Int64 = 900_000_000
    /// A window must hold so many times what one lease takes of it.
    private static let share: Int64 = 128

    /// - Parameters:
    ///   - question: What was charged.
    ///   - askedAt: Before the counters read their clock, which told `time`.
    package init(
        _ receipt: CounterReceipt, calls: Int64, of question: CounterQuestion, askedAt: MonotonicInstant,
        time: MonotonicInstant
    ) {
        self.receipt = receipt
        self.calls = calls
        left = calls
        self.askedAt = askedAt
        let remaining = Self.remaining(question, at: time)
        end = MonotonicInstant(nanoseconds: askedAt.nanoseconds + remaining - remaining / CounterClock.driftDivisor)
    }

    /// How many nanoseconds are left of the first bucket to end, by the counters' time; but no more than a lease lasts.
    static func remaining(_ question: CounterQuestion, at time: MonotonicInstant) -> Int64 {
        question.parts.lazy.filter { $0.cost > 0 }.reduce(longest) { least, part in
            let bucket = WindowRing.bucketNanoseconds(windowMilliseconds: part.id.identity.windowMilliseconds)
            return min(least, bucket - (time.nanoseconds - WindowRing.floorDivide(time.nanoseconds, bucket) * bucket))
        }
    }

    /// The most calls like this one that may be charged ahead: 0 or 1 where a window holds too little.
    static func most(_ question: CounterQuestion) -> Int64 {
        question.parts.lazy.filter { $0.cost > 0 }.map { $0.amount / $0.cost / share }.min() ?? 0
    }

    /// What a call of `costs` may show; `nil` where it must ask.
    func receipt(for costs: Costs, at now: MonotonicInstant) -> CounterReceipt? {
        left > 0 && now < end && now >= askedAt && receipt.covers(costs) ? receipt : nil
    }

    mutating func spend() { left -= 1 }
}
