import GRDB
import LanyardStorage

// # Several writes, one commit
//
// A commit waits for the disk, and that wait is nearly all that a small write costs. So the writes that wait are carried
// out in one transaction, each within a savepoint of its own: one that throws is rolled back to its savepoint, and the
// others never notice. Then one commit makes all of them last, and only then does any caller hear of its success.
//
// **If the commit fails, everyone hears so**, also those whose bodies threw: a refusal may rest on what an earlier body
// of the same batch had written, which is gone.
//
// **If SQLite rolls back on its own** (a full disk, an I/O error), the bodies before the one that met it are gone too,
// through no fault of theirs. They run once more, each alone, and the one that met it hears what it was.

/// Carries out writes in one transaction.
struct WriteBatch {
    private let database: Database
    private let files: OpenedFiles?
    private let makeTransaction: (Database) -> SQLiteTransaction
    /// Successes and failures in the order of the bodies, told when the transaction is over.
    private var outcomes: [Outcome] = []

    private struct Outcome {
        let write: PendingWrite
        let result: Result<@Sendable () -> Void, any Error>

        func tell() {
            switch result {
            case .success(let tell): tell()
            case .failure(let error): write.fail(error)
            }
        }
    }

    private init(
        _ database: Database, _ files: OpenedFiles?, _ makeTransaction: @escaping (Database) -> SQLiteTransaction
    ) {
        self.database = database
        self.files = files
        self.makeTransaction = makeTransaction
    }

    /// Runs the writes until `isTimeUp`, which is asked after each, and tells their callers; `didCommit` is told how many
    /// writes lasted before any of them hears of it, and `didNotCommit` why a commit failed. Those that were not begun are
    /// returned.
    static func run(
        _ writes: [PendingWrite], on database: Database, of files: OpenedFiles?,
        makeTransaction: @escaping (Database) -> SQLiteTransaction, isTimeUp: () -> Bool,
        didCommit: (Int) -> Void, didNotCommit: (StoreError) -> Void
    ) -> ArraySlice<PendingWrite> {
        var batch = WriteBatch(database, files, makeTransaction)
        do {
            try files?.check()
            try database.beginTransaction(.immediate)
        } catch {
            let error = StoreError.from(error, while: "beginning to write \(batch.place)")
            didNotCommit(error)
            for write in writes { write.fail(error) }
            return []
        }
        for (index, write) in writes.enumerated() {
            batch.run(write, isAlone: writes.count == 1)
            guard database.isInsideTransaction else {
                batch.runAgain(didCommit: didCommit, didNotCommit: didNotCommit)
                return writes[(index + 1)...]
            }
            if isTimeUp() {
                batch.finish(didCommit: didCommit, didNotCommit: didNotCommit)
                return writes[(index + 1)...]
            }
        }
        batch.finish(didCommit: didCommit, didNotCommit: didNotCommit)
        return []
    }

    /// Runs one body within its savepoint. Afterwards either the savepoint is gone and the transaction goes on, or SQLite
    /// has rolled back everything.
    private mutating func run(_ write: PendingWrite, isAlone: Bool) {
        do {
            // Alone it has nobody to spare, and the transaction itself can be rolled back.
            if !isAlone { try database.execute(sql: Self.begin) }
            let tell = try write.run(makeTransaction(database))
            guard database.isInsideTransaction else {
                throw StoreError(.inputOutput, "SQLite has rolled back the transaction")
            }
            if !isAlone { try database.execute(sql: Self.keep) }
            outcomes.append(Outcome(write: write, result: .success(tell)))
        } catch {
            outcomes.append(Outcome(write: write, result: .failure(error)))
            undo(isAlone: isAlone)
        }
    }

    private func undo(isAlone: Bool) {
        guard database.isInsideTransaction, !isAlone else { return }
        do {
            try database.execute(sql: Self.undo)
        } catch {
            // What can't be undone by itself is undone with everything.
            rollback()
        }
    }

    /// Runs the others of a batch that SQLite has rolled back, each alone.
    private func runAgain(didCommit: (Int) -> Void, didNotCommit: (StoreError) -> Void) {
        for outcome in outcomes.dropLast() {
            // Alone, none is left over.
            _ = WriteBatch.run(
                [outcome.write], on: database, of: files, makeTransaction: makeTransaction, isTimeUp: { false },
                didCommit: didCommit,
                didNotCommit: didNotCommit)
        }
        outcomes.last?.tell()
    }

    /// Commits and tells everyone.
    private func finish(didCommit: (Int) -> Void, didNotCommit: (StoreError) -> Void) {
        let successes = outcomes.count { if case .success = $0.result { true } else { false } }
        guard successes > 0 else {
            rollback()
            for outcome in outcomes { outcome.tell() }
            return
        }
        do {
            try database.commit()
            try files?.check()
            didCommit(successes)
            for outcome in outcomes { outcome.tell() }
        } catch {
            rollback()
            let error = StoreError.from(error, while: "committing to \(place)")
            didNotCommit(error)
            for outcome in outcomes { outcome.write.fail(error) }
        }
    }

    private func rollback() {
        // It can fail only where SQLite has rolled back already, and then there is nothing left to do.
        try? database.rollback()
    }

    /// The file, for messages.
    private var place: String { files?.path ?? "memory" }

    private static let begin = "SAVEPOINT body"
    private static let keep = "RELEASE body"
    private static let undo = "ROLLBACK TO body; RELEASE body"
}
