import Dispatch
import GRDB
import LanyardStorage
import Synchronization

/// Where writes wait for the one connection that writes. While one batch is committed the next gathers, so that the
/// batches grow with the load and a lone write never waits for company.
final class WriteQueue: Sendable {
    private let writer: any DatabaseWriter
    private let state = Mutex(State())
    private let commits = Atomic<Int>(0)

    private struct State {
        var waiting: [PendingWrite] = []
        /// Whether a batch runs, or will.
        var isRunning = false
        var isClosed = false
        var whenIdle: [@Sendable () -> Void] = []
    }

    /// Beyond so many waiting writes, the next is refused.
    static let mostWaiting = 10_000
    /// The most writes in one commit.
    static let mostTogether = 256
    /// After so much work a batch is committed, whoever still waits.
    static let longestBatchNanoseconds: UInt64 = 50_000_000

    /// How often anything was committed.
    var commitCount: Int { commits.load(ordering: .relaxed) }

    init(_ writer: any DatabaseWriter) {
        self.writer = writer
    }

    /// Takes a write, or tells its caller why not.
    func submit(_ write: PendingWrite) {
        let refusal: StoreError? = state.withLock { state in
            if state.isClosed { return StoreError(.closed, "writing") }
            guard state.waiting.count < Self.mostWaiting else {
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

    private func scheduleBatch() {
        writer.asyncWriteWithoutTransaction { [self] database in runBatch(on: database) }
    }

    /// Runs on the writing connection's own queue, where blocking is allowed.
    private func runBatch(on database: Database) {
        let writes = state.withLock { state in
            let writes = Array(state.waiting.prefix(Self.mostTogether))
            state.waiting.removeFirst(writes.count)
            return writes
        }
        let start = DispatchTime.now().uptimeNanoseconds
        let report = WriteBatch.run(writes, on: database) {
            DispatchTime.now().uptimeNanoseconds - start > Self.longestBatchNanoseconds
        }
        commits.add(report.commits, ordering: .relaxed)
        let whenIdle = state.withLock { state in
            state.waiting.insert(contentsOf: report.unbegun, at: 0)
            state.isRunning = !state.waiting.isEmpty
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
