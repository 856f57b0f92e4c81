import LanyardCore
import LanyardStorage
import Synchronization

// # Several writes, one commit
//
// A commit waits for the disk, and that wait is nearly all that a small write costs. So the writes of this node that wait
// are carried out in one transaction, each within a savepoint of its own, as in the store on SQLite. One lane writes; the
// transactions of other nodes wait at the lock that each takes first, and so every body is alone among writers.
//
// The isolation is READ COMMITTED, not more: with a stricter one the first statement, which waits for the lock, would also
// choose the state that is seen, and that would be the one from before the wait. As no other writer commits meanwhile,
// each statement sees the same state plus the transaction's own writes.
//
// **Careful bodies.** In PostgreSQL a statement that is refused takes its whole transaction along, while a body may catch
// the refusal and go on. A savepoint around each statement would make that work, at two more statements for each. So a
// body is run without; if a statement of its is refused, all of it is undone and it is run once more, carefully.
//
// **What is lost** before the commit was sent is run again, after it was sent is looked up (`UnknownCommit`).

/// Carries out the writes of a node.
struct Writer: Sendable {
    let settings: PostgresSettings
    let metrics: StoreMetrics
    let incarnation: IncarnationWatch
    let commits = CommitCount()

    /// How often a write is begun before its caller hears of a failure that was none of its own.
    private static let mostAttempts = 5

    /// Carries out calls in their order; those that must be carried out again, and those that were not begun.
    func perform(_ calls: [WriteCall], on connection: PostgresConnection) -> [WriteCall] {
        var writes: [PendingWrite] = []
        for (index, call) in calls.enumerated() {
            switch call {
            case .write(let write): writes.append(write)
            case .unknown(let commit):
                // It stands at the front, for it was put back there.
                return lookUp(commit, on: connection) + calls[(index + 1)...]
            }
        }
        return writes.isEmpty ? [] : perform(writes, on: connection)
    }

    private func perform(_ writes: [PendingWrite], on connection: PostgresConnection) -> [WriteCall] {
        let start = Moment.now
        let token = CommitToken(connection)
        do {
            try connection.run("BEGIN ISOLATION LEVEL READ COMMITTED; \(Schema.Lock.writing.sql); \(token.sql)")
        } catch {
            return giveUp(writes, error, while: "beginning to write", on: connection)
        }
        var outcomes: [WriteOutcome] = []
        var newest: ChangeMark?
        for (index, write) in writes.enumerated() {
            switch run(write, on: connection, isAlone: writes.count == 1) {
            case .over(let outcome, let change):
                outcomes.append(outcome)
                if outcome.isSuccess { newest = change ?? newest }
            case .undone(let error, let next):
                connection.rollBack()
                let begun = outcomes.map(\.write) + [next]
                return again(begun, because: error) + writes[(index + 1)...].map(WriteCall.write)
            }
            if index + 1 < writes.count, Moment.now.since(start) >= settings.longestBatch.nanoseconds {
                let rest = writes[(index + 1)...].map(WriteCall.write)
                return commit(outcomes, newest, token, since: start, on: connection) + rest
            }
        }
        return commit(outcomes, newest, token, since: start, on: connection)
    }
}

// MARK: - Bodies

extension Writer {
    private enum BodyEnd {
        case over(WriteOutcome, ChangeMark?)
        /// The transaction can't go on; the write is to be run again as it now is.
        case undone(StoreError, PendingWrite)
    }

    private func run(_ write: PendingWrite, on connection: PostgresConnection, isAlone: Bool) -> BodyEnd {
        var write = write
        while true {
            let transaction = PostgresTransaction(connection, incarnation, isCareful: write.isCareful)
            do {
                if !isAlone { try transaction.command("SAVEPOINT body") }
                let tell = try write.run(transaction)
                if !isAlone { try transaction.command("RELEASE body") }
                return .over(WriteOutcome(write: write, result: .success(tell)), transaction.newestChange)
            } catch {
                if let failure = transaction.failure, connection.isLost || transaction.canSucceedLater {
                    return .undone(failure, write.triedOnce)
                }
                let repeats = transaction.isWorthCare && !write.isCareful
                if repeats { write.isCareful = true }
                if isAlone, repeats {
                    // There is no savepoint to go back to.
                    return .undone(StoreError.from(error, while: "writing"), write)
                }
                // Alone, the whole transaction is rolled back in the end.
                if !isAlone, !undo(connection) {
                    return .undone(StoreError(.unavailable, "the connection was lost"), write.triedOnce)
                }
                if !repeats { return .over(WriteOutcome(write: write, result: .failure(error)), nil) }
            }
        }
    }

    /// Undoes the body that ran last; `false` if the connection is lost.
    private func undo(_ connection: PostgresConnection) -> Bool {
        do {
            try connection.run("ROLLBACK TO body; RELEASE body")
            return true
        } catch {
            connection.lose()
            return false
        }
    }

    /// Those that may be tried again, in their order; the callers of the others hear of the failure.
    private func again(_ writes: [PendingWrite], because error: StoreError) -> [WriteCall] {
        writes.compactMap { write in
            if write.deadline > .now, write.attempts < Self.mostAttempts { return .write(write) }
            write.fail(error)
            return nil
        }
    }

    private func giveUp(
        _ writes: [PendingWrite], _ failure: StatementFailure, while doing: String, on connection: PostgresConnection
    ) -> [WriteCall] {
        let error = StoreError(failure, while: doing)
        metrics.failed(.commit, error)
        connection.rollBack()
        switch failure {
        case .refused(let refusal) where !refusal.isPassing:
            for write in writes { write.fail(error) }
            return []
        case .refused, .lost:
            return again(writes.map(\.triedOnce), because: error)
        }
    }
}

// MARK: - Commits

extension Writer {
    private func commit(
        _ outcomes: [WriteOutcome], _ change: ChangeMark?, _ token: CommitToken, since start: Moment,
        on connection: PostgresConnection
    ) -> [WriteCall] {
        guard outcomes.contains(where: \.isSuccess) else {
            connection.rollBack()
            for outcome in outcomes { outcome.tell() }
            return []
        }
        do {
            let notice = change.map { "NOTIFY \(NoticeChannel.changes.rawValue), '\($0.epoch)'; " } ?? ""
            try connection.commit(after: notice)
        } catch {
            switch error {
            case .refused:
                return giveUp(outcomes.map(\.write), error, while: "committing", on: connection)
            case .lost:
                let deadline = Moment.now + settings.queueTimeout
                return [
                    .unknown(UnknownCommit(token: token, outcomes: outcomes, deadline: deadline, change: change))
                ]
            }
        }
        finish(outcomes, change)
        metrics.committed(outcomes.count(where: \.isSuccess), nanoseconds: Moment.now.since(start))
        return []
    }

    private func finish(_ outcomes: [WriteOutcome], _ change: ChangeMark?) {
        commits.add()
        if let change { incarnation.saw(change) }
        for outcome in outcomes { outcome.tell() }
    }

    /// Finds out what became of a commit.
    private func lookUp(_ commit: UnknownCommit, on connection: PostgresConnection) -> [WriteCall] {
        let isCommitted: Bool
        do {
            isCommitted = try commit.token.isCommitted(connection)
        } catch {
            connection.rollBack()
            if commit.deadline > .now { return [.unknown(commit)] }
            commit.fail(StoreError.from(error, while: "looking for a commit"))
            return []
        }
        if isCommitted {
            finish(commit.outcomes, commit.change)
            return []
        }
        return again(commit.outcomes.map(\.write.triedOnce), because: StoreError(.unavailable, "a commit was lost"))
    }
}

/// Counts commits, for those who check how many writes share one.
final class CommitCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    func add() { count.add(1, ordering: .relaxed) }
}

extension PendingWrite {
    /// The same, with one more attempt counted.
    var triedOnce: PendingWrite {
        var write = self
        write.attempts += 1
        return write
    }
}
