import LanyardCore
import LanyardStorage
import Synchronization

/// A transaction that writes beside others, and locks no more than the rows that it touches. What it loses to another (a
/// deadlock, for two that lock in different orders) it tries again; a commit whose reply was lost is looked up.
final class SharedWrite: Sendable {
    private let doing: String
    private let incarnation: IncarnationWatch
    private let body: @Sendable (PostgresTransaction) throws -> @Sendable () -> Void
    private let answer: @Sendable (any Error) -> Void
    private let unknown = Mutex<Unknown?>(nil)

    private struct Unknown: Sendable {
        let token: CommitToken
        let tell: @Sendable () -> Void
    }

    private static let mostAttempts = 10

    /// `body` returns what tells the caller of its success; `fail` tells of anything else.
    init(
        _ doing: String, _ incarnation: IncarnationWatch,
        _ body: @escaping @Sendable (PostgresTransaction) throws -> @Sendable () -> Void,
        fail: @escaping @Sendable (any Error) -> Void
    ) {
        self.doing = doing
        self.incarnation = incarnation
        self.body = body
        answer = fail
    }

    func fail(_ error: StoreError) {
        let isUnknown = unknown.withLock { $0 != nil }
        let what = isUnknown ? "\(doing): it is not known whether it lasts: " : ""
        answer(StoreError(error.code, "\(what)\(error.context)"))
    }

    func run(on connection: PostgresConnection) -> PooledCall.Outcome {
        do {
            if let last = unknown.withLock({ $0 }) {
                if try last.token.isCommitted(connection) {
                    last.tell()
                    return .done
                }
                unknown.withLock { $0 = nil }
            }
        } catch {
            connection.rollBack()
            return .lost(StoreError.from(error, while: doing))
        }
        for attempt in 1...Self.mostAttempts {
            if let outcome = attemptOnce(connection, isLast: attempt == Self.mostAttempts) { return outcome }
        }
        return .done
    }

    /// What became of it; `nil` if it is to be tried again.
    private func attemptOnce(_ connection: PostgresConnection, isLast: Bool) -> PooledCall.Outcome? {
        let token = CommitToken(connection)
        var transaction: PostgresTransaction?
        do {
            let time = try begin(connection, token)
            let begun = PostgresTransaction(connection, incarnation, time: time)
            transaction = begun
            let tell = try body(begun)
            do throws(StatementFailure) {
                try connection.commit()
            } catch {
                if case .lost = error { unknown.withLock { $0 = Unknown(token: token, tell: tell) } }
                throw error
            }
            tell()
            return .done
        } catch {
            connection.rollBack()
            if connection.isLost { return .lost(transaction?.failure ?? StoreError.from(error, while: doing)) }
            if !isLast, transaction?.canSucceedLater == true || error.isPassing { return nil }
            answer(error is StatementFailure ? StoreError.from(error, while: doing) : error)
            return .done
        }
    }

    private func begin(_ connection: PostgresConnection, _ token: CommitToken) throws -> Timestamp {
        let results = try connection.run(
            "BEGIN ISOLATION LEVEL READ COMMITTED; \(token.sql); SELECT \(PostgresTransaction.clock)")
        guard let text = results.last?.text(0, 0), let milliseconds = Int64(text) else {
            throw StoreError(.corrupted, "the server tells no time")
        }
        return Timestamp(milliseconds: milliseconds)
    }
}

extension Error {
    fileprivate var isPassing: Bool {
        if case .refused(let refusal)? = self as? StatementFailure { refusal.isPassing } else { false }
    }
}
