// # Leases within a bucket
//
// Asking the counters for each call costs a question each. A busy key may be charged ahead instead: so many calls of one
// cost at once, to be granted without a question, for as long as the counters are surely still in the bucket that was
// charged. What is not granted by then is lost, and leaves the windows as if it had been used.
//
// **Why no stretch of W holds more than N, all the same.** Let each unit be dated: one that was asked for, when it was
// charged; one of a lease, when the decision that grants it reads the clock. Either way the date lies between the call and
// its answer, not before the charge, and within the bucket b that was charged. A unit leaves its window at (b + 33)·L: that is
// W = 32·L after the end of b, and so more than W after its date. Take any units whose dates lie within less than W, and of
// these the one that was charged last: it was charged no later than its own date, which is less than W after the date of
// every other. So all others still counted when it was charged, and the sum with it was at most N.
//
// **How long it is surely the same bucket.** The counters told their time C in the answer to a question that was sent at s.
// At a moment n of the node's clock theirs has come to at most C + (n - s), and a thousandth more of that (`CounterClock`).
//
// **Counters that are lost.** New ones are taken into use 6 s after the last confirmation of the old ones; a lease ends
// within a second of its question, which was put at most 5 s after one. So it is over by then, and limits with
// `on_loss: close` keep their promise.

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

    /// The longest that one lasts, from its question on.
    static let longest: Int64 = 900_000_000
    /// A window must hold so many times what a lease takes of it: what three nodes may lose in each bucket is less than a
    /// twentieth of what the bucket gets back.
    private static let share: Int64 = 2048
    /// By how much the counters' clock may run fast.
    private static let driftDivisor: Int64 = 1000

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
        end = MonotonicInstant(nanoseconds: askedAt.nanoseconds + remaining - remaining / Self.driftDivisor)
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
        left > 0 && now < end && now >= askedAt && costs == receipt.costs ? receipt : nil
    }

    mutating func spend() { left -= 1 }
}

/// How many calls of a key are worth charging ahead, by how fast the last ones were used.
struct LeaseAppetite {
    /// A question is under way that will be answered by ``SharedWindows/takeLease(_:at:)``.
    private var isAsking = false
    private var lastAsked: MonotonicInstant?
    /// Calls in a nanosecond, as the last leases were used; and whether the last of them has had its part in it.
    private var rate = 0.0
    private var isMeasured = false
    /// Where the windows could not bear what was asked ahead, calls ask one by one until then.
    private var restsUntil = MonotonicInstant(nanoseconds: .min)

    /// A key that asks twice within so many nanoseconds is busy.
    private static let busyNanoseconds: Int64 = 100_000_000
    /// What is not used for so long says nothing any more.
    private static let memory: Int64 = 1_000_000_000
    /// How many calls a busy key is charged ahead at first.
    private static let first = 4.0
    /// By how much one lease may change what is expected of the next.
    private static let change = 4.0

    /// How many calls to charge ahead along with a question for one.
    /// - Parameters:
    ///   - last: The last lease.
    ///   - remaining: How long the next would last, in nanoseconds.
    mutating func calls(after last: BucketLease?, most: Int64, remaining: Int64, at now: MonotonicInstant) -> Int64 {
        let before = lastAsked
        lastAsked = now
        guard !isAsking, most > 1, restsUntil <= now else { return 0 }
        if let last, now.nanoseconds - last.end.nanoseconds < Self.memory {
            // A call of another cost.
            if last.left > 0, now < last.end { return 0 }
            measure(last, at: now)
        } else {
            guard let before, now.nanoseconds - before.nanoseconds < Self.busyNanoseconds else { return 0 }
            rate = Self.first / Double(max(1, remaining))
        }
        let calls = min(Int64((rate * Double(remaining)).rounded()), most)
        guard calls > 1 else { return 0 }
        isAsking = true
        return calls
    }

    private mutating func measure(_ last: BucketLease, at now: MonotonicInstant) {
        guard !isMeasured else { return }
        isMeasured = true
        let duration = max(1, min(now, last.end).nanoseconds - last.askedAt.nanoseconds)
        let measured = Double(last.calls - last.left) / Double(duration)
        rate = min(max(measured, rate / Self.change), rate * Self.change)
    }

    mutating func ended(_ isCharged: Bool, at now: MonotonicInstant) {
        isAsking = false
        if isCharged {
            isMeasured = false
        } else {
            restsUntil = MonotonicInstant(nanoseconds: now.nanoseconds + Self.memory)
        }
    }
}
