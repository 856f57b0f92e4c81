/// What a node puts to the counters at once.
public struct CounterBatch: Hashable, Sendable {
    /// Carried out in order.
    public let questions: [CounterQuestion]
    /// The time of the counters' own clock after which nothing may be charged any more: it was set forward, or it is too
    /// late for whoever asked.
    public let latest: MonotonicInstant

    /// A batch. One without questions only reads the clock.
    public init(questions: [CounterQuestion], latest: MonotonicInstant) {
        self.questions = questions
        self.latest = latest
    }

    /// A batch that only reads the clock.
    public static let clockReading = CounterBatch(questions: [], latest: MonotonicInstant(nanoseconds: .max))
}

/// What came of a ``CounterBatch``.
public struct CounterReport: Hashable, Sendable {
    /// The counters' clock as the batch was carried out.
    public let time: MonotonicInstant
    /// By how many nanoseconds in all that clock has been set back, because it had been set forward: it names a
    /// correction, so that each is made once.
    public let setBack: Int64
    /// An answer to each question; `nil` where it was too late, and nothing was charged.
    public let answers: [CounterAnswer]?

    /// A report.
    public init(time: MonotonicInstant, setBack: Int64, answers: [CounterAnswer]?) {
        self.time = time
        self.setBack = setBack
        self.answers = answers
    }
}

/// A step forward of the counters' clock that was noticed only after something had been charged by it: windows of which
/// it was more than a bucket have forgotten units too early, and stay shut until none of these can count any more.
public struct CounterStep: Hashable, Sendable {
    /// When it was noticed, by the counters' clock, set right again.
    public var noticedAt: MonotonicInstant
    /// How far it was at most, in nanoseconds.
    public var nanoseconds: Int64

    /// A step.
    public init(noticedAt: MonotonicInstant, nanoseconds: Int64) {
        self.noticedAt = noticedAt
        self.nanoseconds = nanoseconds
    }

    /// Until when a window of this length stays shut; `nil` where it keeps its promise all the same.
    public func closing(windowMilliseconds: Int64) -> MonotonicInstant? {
        let bucket = WindowRing.bucketNanoseconds(windowMilliseconds: windowMilliseconds)
        guard nanoseconds > bucket else { return nil }
        return MonotonicInstant(nanoseconds: noticedAt.nanoseconds &+ bucket &* Int64(WindowRing.slotCount))
    }
}
