// # How many calls are worth charging ahead
//
// What a lease leaves unused is lost to its windows, so leases must be earned: every call that asked and was charged, and
// every call of a lease that was used, is worth a twentieth of a call of credit; what a lease leaves, or may have been
// charged without our hearing of it, is taken from it; and none is larger than the credit. So, whatever the windows, the
// costs, and the number of nodes and keys, **what is lost is at most a twentieth of what is used**. A key that rests loses
// its credit.
//
// Within that, a lease is as large as the last ones' use lets expect for the time that it can last.

/// What is known of the use of a key's leases.
package struct LeaseAppetite {
    /// A question is under way that ``ended(_:at:)`` will tell of.
    private var isAsking = false
    /// The cost of the calls that are charged ahead, and when one last asked.
    private var costs = Costs(requests: 0)
    private var lastAsked = MonotonicInstant(nanoseconds: .min / 2)
    /// Calls that may be lost.
    private var credit = 0.0
    /// Calls in a nanosecond, as leases were used and calls asked; and whether the last lease has had its part in it.
    private var rate: Double?
    private var isMeasured = true
    /// How many calls have asked since.
    private var asks = 0
    private var countedSince = MonotonicInstant(nanoseconds: .min / 2)
    private var lost: Int64 = 0
    /// Where the windows could not bear what was asked ahead, calls ask one by one until then.
    private var restsUntil = MonotonicInstant(nanoseconds: .min)

    /// By how much calls of these costs outnumber others, lately.
    private var weight = 0

    private static let creditOfCall = 1.0 / 20
    private static let mostWeight = 100
    /// What is not used for so long says nothing any more.
    private static let memory: Int64 = 1_000_000_000
    /// For how long those that ask are counted, at least.
    private static let countingPeriod: Int64 = 100_000_000
    /// The first lease.
    private static let first = 4.0
    /// So much less is expected after a lease of which nothing was used: it may have come too late.
    private static let decline = 4.0
    /// What lasts less is all but over when it comes.
    private static let shortest: Int64 = 5_000_000

    /// A call of `costs` asks: how many more to charge ahead along with it; then ``ended(_:at:)`` must follow.
    /// - Parameters:
    ///   - last: The last lease.
    ///   - remaining: How long the next would last, in nanoseconds.
    mutating func begin(
        _ costs: Costs, after last: BucketLease?, most: Int64, remaining: Int64, at now: MonotonicInstant
    ) -> Int64 {
        let lastUse = max(lastAsked, last.map { min($0.end, now) } ?? lastAsked)
        let isResting = now.nanoseconds - lastUse.nanoseconds > Self.memory
        if costs != self.costs {
            // Calls of other costs ask for themselves, until there are more of them.
            weight -= 1
            guard isResting || weight < 0 else { return 0 }
            (self.costs, weight) = (costs, 0)
            beginAnew(after: last, at: now)
        } else if isResting {
            beginAnew(after: last, at: now)
        }
        weight = min(weight + 1, Self.mostWeight)
        lastAsked = now
        count(at: now)
        if let last, !isMeasured {
            if last.left > 0, now < last.end, last.receipt.costs == costs { return 0 }
            measure(last, at: now)
        }
        credit = min(credit, Double(most))
        guard !isAsking, restsUntil <= now, remaining >= Self.shortest else { return 0 }
        let expected = rate.map { $0 * Double(remaining) } ?? Self.first
        let calls = Int64(min(expected.rounded(), credit))
        guard calls > 1 else { return 0 }
        isAsking = true
        return calls
    }

    private mutating func beginAnew(after last: BucketLease?, at now: MonotonicInstant) {
        // What it left is lost, but tells nothing of calls to come.
        if let last, !isMeasured { lost += last.left }
        (credit, rate, isMeasured) = (0, nil, true)
        (asks, countedSince) = (0, now)
    }

    private mutating func count(at now: MonotonicInstant) {
        asks += 1
        let elapsed = now.nanoseconds - countedSince.nanoseconds
        guard elapsed >= Self.countingPeriod else { return }
        // Where leases are used, only few ask.
        rate = rate.map { max($0, Double(asks) / Double(elapsed)) }
        (asks, countedSince) = (0, now)
    }

    private mutating func measure(_ last: BucketLease, at now: MonotonicInstant) {
        isMeasured = true
        lost += last.left
        let spent = last.calls - last.left
        weight = min(weight + Int(min(spent, Int64(Self.mostWeight))), Self.mostWeight)
        credit += Double(spent) * Self.creditOfCall - Double(last.left)
        let duration = max(1, min(now, last.end).nanoseconds - last.askedAt.nanoseconds)
        rate = max(Double(spent) / Double(duration), (rate ?? 0) / Self.decline)
    }

    /// How many calls were charged ahead and not used, since this was last asked.
    mutating func takeLost() -> Int64 {
        defer { lost = 0 }
        return lost
    }

    /// A call of `costs` that asked was charged.
    mutating func earn(_ costs: Costs) {
        if costs == self.costs { credit += Self.creditOfCall }
    }

    /// What became of calls that were to be charged ahead.
    package enum Outcome: Sendable {
        case charged
        /// The windows could not bear them, or nobody was asked.
        case refused
        /// Nobody knows: so many may have been charged.
        case unknown(Int64)
    }

    mutating func ended(_ outcome: Outcome, at now: MonotonicInstant) {
        isAsking = false
        switch outcome {
        case .charged:
            isMeasured = false
            return
        case .refused: break
        case .unknown(let calls):
            credit -= Double(calls)
            lost += calls
        }
        restsUntil = MonotonicInstant(nanoseconds: now.nanoseconds + Self.memory)
    }
}
