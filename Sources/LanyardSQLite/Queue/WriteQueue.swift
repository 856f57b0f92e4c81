import Dispatch
import GRDB
import LanyardStorage
import Synchronization

/// What bounds the writes that wait and those that share a commit.
package struct WriteLimits: Sendable {
    /// Beyond so many waiting writes, the next is refused.
    package var mostWaiting = 10_000
    /// The most writes in one commit.
    package var mostTogether = 256
    /// After so much work a batch is committed, whoever still waits.
    package var longestBatchNanoseconds: UInt64 = 50_000_000
    package var journal = JournalLimits()

    package init() {}
}

/// Where writes wait for the one connection that writes. While one batch is committed the next gathers, so that the
/// batches grow with the load and a lone write never waits for company.
final class WriteQueue: Sendable {
    private let writer: any DatabaseWriter
    private let files: OpenedFiles?
    private let limits: WriteLimits
    private let metrics: StoreMetrics
    private let state = Mutex(State())
    private let commits = Atomic<Int>(0)

    private struct State {
        var waiting: [PendingWrite] = []
        /// Whether a batch runs, or will.
        var isRunning = false
        var isClosed = false
        var whenIdle: [@Sendable () -> Void] = []
    }

    /// How often anything was committed.
    var commitCount: Int { commits.load(ordering: .relaxed) }

    /// How many writes wait for their turn.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    init(
        _ writer: any DatabaseWriter, _ files: OpenedFiles?, _ limits: WriteLimits, _ metrics: StoreMetrics
    ) {
        self.writer = writer
        self.files = files
        self.limits = limits
        self.metrics = metrics
    }

    /// Takes a write, or tells its caller why not.
    func submit(_ write: PendingWrite) {
        let refusal: StoreError? = state.withLock { state in
            if state.isClosed { return StoreError(.closed, "writing") }
            guard state.waiting.count < limits.mostWaiting else {
                return StoreError(.unavailable, "too many writes wait")
            }
            state.waiting.append(write)
            if !state.isRunning {
                state.isRunning = true
                scheduleBatch()
            }
            return nil
        }
        if let refusal { write.fail(refusal) }
    }

    /// Takes no more writes; `whenIdle` is called when those that were taken are done.
    func close(_ whenIdle: @escaping @Sendable () -> Void) {
        let isIdle = state.withLock { state in
            state.isClosed = true
            if state.isRunning { state.whenIdle.append(whenIdle) }
            return !state.isRunning
        }
        if isIdle { whenIdle() }
    }

    private func transaction(_ database: Database) -> SQLiteTransaction {
        SQLiteTransaction(database, journalLimits: limits.journal, metrics: metrics)
    }

    private func scheduleBatch() {
        writer.asyncWriteWithoutTransaction { [self] database in runBatch(on: database) }
    }

    /// Runs on the writing connection's own queue, where blocking is allowed.
    private func runBatch(on database: Database) {
        let writes = state.withLock { state in
            let writes = Array(state.waiting.prefix(limits.mostTogether))
            state.waiting.removeFirst(writes.count)
            return writes
        }
        let start = DispatchTime.now().uptimeNanoseconds
        let unbegun = WriteBatch.run(
            writes, on: database, of: files, makeTransaction: transaction,
            isTimeUp: { DispatchTime.now().uptimeNanoseconds - start >= limits.longestBatchNanoseconds },
            didCommit: { writes in
                commits.add(1, ordering: .relaxed)
                metrics.committed(writes, nanoseconds: DispatchTime.now().uptimeNanoseconds - start)
            },
            didNotCommit: { metrics.failed(.commit, $0) })
        let whenIdle = state.withLock { state in
            state.waiting.insert(contentsOf: unbegun, at: 0)
            state.isRunning = !state.waiting.isEmpty
            metrics.wait(state.waiting.count)
            if state.isRunning {
                scheduleBatch()
                return [@Sendable () -> Void]()
            }
            defer { state.whenIdle = [] }
            return state.whenIdle
        }
        for call in whenIdle { call() }
    }
}
