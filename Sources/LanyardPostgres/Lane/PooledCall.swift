import LanyardStorage

/// Work that waits for any connection of the pool, and its caller.
struct PooledCall: QueuedCall {
    /// What became of it.
    enum Outcome {
        case done
        /// The connection was lost before there was an answer.
        case lost(StoreError)
    }

    let deadline: Moment
    private let body: @Sendable (PostgresConnection) -> Outcome
    private let refuse: @Sendable (StoreError) -> Void
    private var attempts = 0

    /// A connection can be lost twice: one that was idle, and the one made in its place while the server still goes down.
    private static let mostAttempts = 3

    /// `run` answers the caller unless it returns ``Outcome/lost(_:)``; `refuse` answers it otherwise.
    init(
        deadline: Moment, run body: @escaping @Sendable (PostgresConnection) -> Outcome,
        refuse: @escaping @Sendable (StoreError) -> Void
    ) {
        self.deadline = deadline
        self.body = body
        self.refuse = refuse
    }

    func fail(_ error: StoreError) { refuse(error) }

    /// Carries it out; what is left to be done again, if anything.
    func run(on connection: PostgresConnection) -> PooledCall? {
        switch body(connection) {
        case .done: return nil
        case .lost(let error):
            var next = self
            next.attempts += 1
            if deadline > .now, next.attempts < Self.mostAttempts { return next }
            fail(error)
            return nil
        }
    }
}
