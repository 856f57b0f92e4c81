// # What a node knows of the counters' clock
//
// Counters that nodes share have a clock of their own, and whoever administers their machine may set it. Set back, it
// does no harm (see `CounterPage`). Set forward, it makes units leave their windows too early. A node can tell, because
// time passes on it as well: between two answers the counters' clock must have moved on by as much as its own, which
// nobody sets, give or take the time that the answers were on their way.
//
// An answer that tells the time C, to a question sent at s and answered at r by this node's clock, says that the two
// clocks differ by something between C - r and C - s. The node keeps what all answers have in common. The bounds widen as
// time passes, for two clocks run apart: each is disciplined by at most 500 parts in a million.
//
// With these bounds a node says in each question by when it must be carried out, on the counters' clock: a step beyond
// that charges nothing, and forgets nothing. A smaller step is seen in the answer's time, which is then not believed.
//
// **What it can't see**: a step no longer than the shortest way there and back that it has seen; and one from before its
// first answer, which the other nodes see.

/// Bounds of the difference between the counters' clock and the node's own.
package struct CounterClock: Sendable {
    /// How long a question may be on its way.
    package static let patienceNanoseconds: Int64 = 500_000_000
    /// By how much two clocks may run apart: a thousandth.
    static let driftDivisor: Int64 = 1000
    /// What readings of clocks may be wrong by.
    private static let grain: Int64 = 1_000_000

    private var low: Int64 = 0
    private var high: Int64 = 0
    /// When the bounds were last looked at; `nil` before the first answer.
    private var readAt: MonotonicInstant?

    package init() {}

    /// The counters' time after which a question sent now is worthless; `nil` before the first answer.
    package func latest(at now: MonotonicInstant) -> MonotonicInstant? {
        guard let readAt else { return nil }
        let drift = max(0, now.nanoseconds - readAt.nanoseconds) / Self.driftDivisor
        return MonotonicInstant(nanoseconds: now.nanoseconds + high + drift + Self.patienceNanoseconds)
    }

    /// About what the counters' clock says; `nil` before the first answer.
    package func estimate(at now: MonotonicInstant) -> MonotonicInstant? {
        readAt.map { _ in MonotonicInstant(nanoseconds: now.nanoseconds + high) }
    }

    /// Takes over a time that the counters told between two moments of this node's.
    /// - Returns: By how many nanoseconds the clock was set forward at most, where it was; what was charged by it is not to
    ///   be believed.
    package mutating func take(
        _ time: MonotonicInstant, sentAt: MonotonicInstant, receivedAt: MonotonicInstant
    ) -> Int64? {
        let (least, most) = (time.nanoseconds - receivedAt.nanoseconds, time.nanoseconds - sentAt.nanoseconds)
        guard let readAt else {
            (low, high, self.readAt) = (least, most, receivedAt)
            return nil
        }
        let drift = max(0, receivedAt.nanoseconds - readAt.nanoseconds) / Self.driftDivisor
        if least > high + drift + Self.grain { return most - low + drift }
        self.readAt = receivedAt
        if most < low - drift {
            // Set back, by whoever noticed a step before this node did, or by its owner.
            (low, high) = (least, most)
        } else {
            (low, high) = (max(low - drift, least), min(high + drift, most))
            // Within the grain they may have crossed.
            if low > high { (low, high) = (high, low) }
        }
        return nil
    }

    /// Forgets everything: these are other counters.
    package mutating func reset() { readAt = nil }
}
