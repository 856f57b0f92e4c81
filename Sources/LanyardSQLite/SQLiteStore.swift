import Dispatch
package import GRDB
package import LanyardStorage
import Synchronization

// # The store on SQLite
//
// One connection writes, on a queue of its own; several read, each in a transaction that sees one state (SQLite's WAL
// mode). Neither ever blocks an event loop or a thread of Swift's pool: bodies run on Dispatch's threads.
//
// A commit has reached the disk when it returns: `synchronous` is FULL, which the opening sets and reads back.

/// A store in a SQLite database: a file, or memory.
package final class SQLiteStore: Store {
    private let database: any DatabaseWriter & Sendable
    private let writes: WriteQueue
    private let metrics: StoreMetrics
    /// `nil` in memory, which nobody else can open.
    private let lock: StoreLock?
    /// `nil` in memory, where there is nothing to delete.
    private let files: OpenedFiles?
    private let state = Mutex(State())

    private struct State {
        var readsInProgress = 0
        /// Called when the last read has ended.
        var whenReadsEnd: (@Sendable () -> Void)?
        var phase = Phase.open
    }

    private enum Phase {
        case open
        /// Closing; those who asked for it again wait for the end.
        case closing([CheckedContinuation<Void, Never>])
        case closed
    }

    /// Beyond so many reads at once, the next is refused.
    static let mostReads = 10_000

    init(
        _ database: any DatabaseWriter & Sendable, lock: StoreLock?, files: OpenedFiles?, limits: WriteLimits,
        metrics: StoreMetrics
    ) {
        self.database = database
        self.lock = lock
        self.files = files
        self.metrics = metrics
        writes = WriteQueue(database, files, limits, metrics)
    }

    /// How often anything was committed since the opening.
    package var commitCount: Int { writes.commitCount }
    /// How many writes wait for their turn.
    package var waitingWriteCount: Int { writes.waitingCount }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReading) throws -> Result
    ) async throws -> Result {
        do {
            return try await withReader { database in
                let transaction = SQLiteTransaction(database)
                let result = try body(transaction)
                if let failure = transaction.failure { throw failure }
                return result
            }
        } catch {
            metrics.failed(.read, error)
            throw error
        }
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreWriting) throws -> Result
    ) async throws -> Result {
        do {
            return try await withCheckedThrowingContinuation { caller in
                writes.submit(PendingWrite(body, caller))
            }
        } catch {
            metrics.failed(.write, error)
            throw error
        }
    }

    /// Runs a body on a reading connection, within a transaction.
    private func withReader<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try beginRead()
        defer { endRead() }
        // Not GRDB's asynchronous read: that one throws when its task is cancelled, and a load that others wait for too
        // must not fail because the first who asked has hung up.
        return try await withCheckedThrowingContinuation { caller in
            database.asyncRead { connection in
                caller.resume(
                    with: Swift.Result {
                        let connection = try connection.mapError { StoreError.from($0, while: "reading") }.get()
                        return try body(connection)
                    })
            }
        }
    }

    private func beginRead() throws {
        try state.withLock { state in
            guard case .open = state.phase else { throw StoreError(.closed, "reading") }
            guard state.readsInProgress < Self.mostReads else {
                throw StoreError(.unavailable, "too many reads wait")
            }
            state.readsInProgress += 1
        }
    }

    private func endRead() {
        let whenReadsEnd = state.withLock { state in
            state.readsInProgress -= 1
            return state.readsInProgress == 0 ? state.whenReadsEnd : nil
        }
        whenReadsEnd?()
    }

    /// Calls back once no read is in progress; none may begin any more.
    private func waitForReads(_ whenReadsEnd: @escaping @Sendable () -> Void) {
        let isIdle = state.withLock { state in
            state.whenReadsEnd = whenReadsEnd
            return state.readsInProgress == 0
        }
        if isIdle { whenReadsEnd() }
    }
}

// MARK: - Closing

extension SQLiteStore {
    package func close() async throws {
        guard await isFirstToClose() else { return }
        await withCheckedContinuation { done in writes.close { done.resume() } }
        await withCheckedContinuation { done in waitForReads { done.resume() } }
        let result = await onThread { [self] in
            // What the log of writes still holds goes into the database, so that the file alone is whole. It can fail (a
            // full disk); nothing is lost then, for the log stays and is read at the next opening.
            let emptying = Result {
                try files?.check()
                try database.writeWithoutTransaction { try emptyLog($0) }
            }
            let closing = Result { try database.close() }
            lock?.release()
            return closing.flatMap { emptying }
        }
        let waiting = state.withLock { state in
            defer { state.phase = .closed }
            if case .closing(let waiting) = state.phase { return waiting }
            return []
        }
        for caller in waiting { caller.resume() }
        do { try result.get() } catch { throw StoreError.from(error, while: "closing \(database.path)") }
    }

    /// `false` where another call closes, after waiting for its end.
    private func isFirstToClose() async -> Bool {
        var isFirst = false
        await withCheckedContinuation { caller in
            let canGoOn = state.withLock { state in
                switch state.phase {
                case .open:
                    state.phase = .closing([])
                    isFirst = true
                    return true
                case .closing(let waiting):
                    state.phase = .closing(waiting + [caller])
                    return false
                case .closed:
                    return true
                }
            }
            if canGoOn { caller.resume() }
        }
        return isFirst
    }

    private func emptyLog(_ connection: Database) throws {
        if lock != nil { try connection.checkpoint(.truncate) }
    }
}

// MARK: - Checks

extension SQLiteStore {
    /// Reads the whole database and lists what is damaged; empty if nothing is. Costs minutes for millions of keys.
    package func damage(limit: Int = 100) async throws -> [String] {
        try await withReader { database in
            do {
                return try String.fetchAll(database, sql: "PRAGMA integrity_check(\(limit))").filter { $0 != "ok" }
            } catch {
                throw StoreError.from(error, while: "checking the database")
            }
        }
    }

    /// Runs a body on the one connection that writes, outside any transaction: for those who check how it is set up.
    package func withWriter<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        let database = database
        return try await onThread { Swift.Result { try database.writeWithoutTransaction(body) } }.get()
    }
}

/// Runs what blocks on a thread that may block.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { caller in
        DispatchQueue.global().async { caller.resume(returning: body()) }
    }
}
