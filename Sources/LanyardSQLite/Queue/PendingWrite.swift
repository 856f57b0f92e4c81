import GRDB
import LanyardStorage

/// A body that waits for its turn to write, and its caller.
struct PendingWrite: Sendable {
    /// Runs the body; what it returns tells the caller of its success, and is called once that lasts.
    let run: @Sendable (SQLiteTransaction) throws -> @Sendable () -> Void
    /// Tells the caller that nothing lasts.
    let fail: @Sendable (any Error) -> Void
}

extension PendingWrite {
    init<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreWriting) throws -> Result,
        _ caller: CheckedContinuation<Result, any Error>
    ) {
        run = { transaction in
            let result = try body(transaction)
            // A body that swallowed a failure has not done what it believes.
            if let failure = transaction.failure { throw failure }
            return { caller.resume(returning: result) }
        }
        fail = { caller.resume(throwing: $0) }
    }
}
