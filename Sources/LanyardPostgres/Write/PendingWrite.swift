import LanyardStorage

/// A body that waits for its turn to write, and its caller.
struct PendingWrite: Sendable {
    /// Runs the body; what it returns tells the caller of its success, and is called once that lasts.
    let run: @Sendable (PostgresTransaction) throws -> @Sendable () -> Void
    /// Tells the caller that nothing lasts, or that nobody knows.
    let fail: @Sendable (any Error) -> Void
    let deadline: Moment
    var attempts = 0
    /// Whether each of its statements is run so that it can be undone alone.
    var isCareful = false
}

extension PendingWrite {
    init<Result: Sendable>(
        deadline: Moment, _ body: @escaping @Sendable (any StoreWriting) throws -> Result,
        _ caller: CheckedContinuation<Result, any Error>
    ) {
        self.init(
            run: { transaction in
                let result = try body(transaction)
                // A body that swallowed a failure has not done what it believes.
                if let failure = transaction.failure { throw failure }
                return { caller.resume(returning: result) }
            },
            fail: { caller.resume(throwing: $0) }, deadline: deadline)
    }
}

/// What waits for the one lane that writes.
enum WriteCall: QueuedCall {
    case write(PendingWrite)
    /// Writes whose commit was sent, and whose reply was lost.
    case unknown(UnknownCommit)

    var deadline: Moment {
        switch self {
        case .write(let write): write.deadline
        case .unknown(let commit): commit.deadline
        }
    }

    func fail(_ error: StoreError) {
        switch self {
        case .write(let write): write.fail(error)
        case .unknown(let commit): commit.fail(error)
        }
    }
}
