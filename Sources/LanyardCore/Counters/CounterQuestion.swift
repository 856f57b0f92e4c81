/// What a call would charge to windows that several nodes count together: all of them, or none.
public struct CounterQuestion: Hashable, Sendable {
    /// One window's part.
    public struct Part: Hashable, Sendable {
        /// The window.
        public let id: CounterID
        /// How many units the window may hold.
        public let amount: Int64
        /// How many it would be charged; with 0 it is only read.
        public let cost: Int64
        /// What happens to it where counters were lost.
        public let onLoss: LimitDefinition.LossRule

        /// A part.
        public init(id: CounterID, amount: Int64, cost: Int64, onLoss: LimitDefinition.LossRule = .forget) {
            self.id = id
            self.amount = amount
            self.cost = cost
            self.onLoss = onLoss
        }
    }

    /// Each window once.
    public let parts: [Part]

    /// A question; it charges nothing where every cost is 0.
    public init(parts: [Part]) {
        self.parts = parts
    }
}

/// What came of a ``CounterQuestion``.
public struct CounterAnswer: Hashable, Sendable {
    /// How a window stands after the question, by the counters' own clock.
    public struct Reading: Hashable, Sendable {
        /// Units that count.
        public let total: Int64
        /// Milliseconds, rounded up, until nothing counts any more if nothing else is admitted; 0 where nothing does.
        public let emptyInMilliseconds: Int64
        /// Where the cost did not fit: milliseconds, rounded up, until it would if nothing else were admitted; `nil` if it
        /// never will.
        public let retryInMilliseconds: Int64?
        /// Whether the cost did not fit.
        public let isFull: Bool

        /// A reading.
        public init(total: Int64, emptyInMilliseconds: Int64, retryInMilliseconds: Int64?, isFull: Bool) {
            self.total = total
            self.emptyInMilliseconds = emptyInMilliseconds
            self.retryInMilliseconds = retryInMilliseconds
            self.isFull = isFull
        }
    }

    /// Whether everything fitted, and was charged.
    public let isCharged: Bool
    /// One for each part, in the order of the question.
    public let readings: [Reading]

    /// An answer.
    public init(isCharged: Bool, readings: [Reading]) {
        self.isCharged = isCharged
        self.readings = readings
    }
}
