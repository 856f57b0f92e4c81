import LanyardCore
import LanyardStorage
import Synchronization

// # Waiting for the other nodes
//
// Whoever has changed something waits here until every node that lives has confirmed the change's number. However many
// wait, the table of nodes is read for all of them together: when a node has confirmed something, and otherwise after a
// short while. Only a reading that began after a waiter came counts for it: its change was committed before it came, so a
// node that joins later than the reading has seen it. A reading that fails, or does not end, says nothing: whoever waits goes
// on waiting, and once its time is over is told that nobody who is known has confirmed.

/// Where changes wait to be confirmed.
final class AcknowledgementDesk: Sendable {
    private let confirmed = WakeSignal()
    private let content = Mutex(Content())

    private struct Content {
        var waiters: [Int: Waiter] = [:]
        var next = 0
        var isWatched = false
    }

    /// Somebody who waits for a change.
    struct Waiter: Sendable {
        let epoch: Int64
        let deadline: MonotonicInstant
        let continuation: CheckedContinuation<Verdict, Never>
    }

    /// Where a change holds.
    struct Verdict: Sendable, Equatable {
        var acknowledgedBy: [NodeID] = []
        var pending: [NodeID] = []
    }

    /// Whether anybody waits.
    var isWaitedAt: Bool { content.withLock { $0.isWatched } }

    /// Somebody may have confirmed something.
    func wake() {
        if content.withLock({ $0.isWatched }) { confirmed.wake() }
    }

    /// Adds a waiter, unless `limit` are there already.
    /// - Returns: `nil` if there was no room; otherwise whether the caller must see to it that somebody watches.
    func add(_ waiter: Waiter, limit: Int) -> Bool? {
        content.withLock { content in
            guard content.waiters.count < limit else { return nil }
            content.next += 1
            content.waiters[content.next] = waiter
            defer { content.isWatched = true }
            return !content.isWatched
        }
    }

    /// What a watch needs to know of its node.
    struct Judgement: Sendable {
        let now: @Sendable () -> MonotonicInstant
        /// Reads the table; `nil` where that fails.
        let read: @Sendable () async -> [WatchedNode]?
        let judge: @Sendable (_ epoch: Int64, [WatchedNode]) -> Verdict
        /// What is told where the table can't be read.
        let unread: @Sendable (_ epoch: Int64) -> Verdict
    }

    /// Reads the table for as long as anybody waits.
    func watch(_ judgement: Judgement) async {
        var pause = Duration.milliseconds(5)
        while true {
            let asking = content.withLock { $0.waiters }
            let nodes = await reading(judgement)
            let time = judgement.now()
            var answered = 0
            for (id, waiter) in asking {
                guard let nodes else { break }
                let verdict = judgement.judge(waiter.epoch, nodes)
                guard verdict.pending.isEmpty || waiter.deadline <= time else { continue }
                if answer(id, verdict) { answered += 1 }
            }
            if nodes == nil { giveUp(judgement) }
            let isDone = content.withLock { content in
                if content.waiters.isEmpty { content.isWatched = false }
                return content.waiters.isEmpty
            }
            if isDone { return }
            pause = answered > 0 ? .milliseconds(5) : min(pause * 2, .milliseconds(100))
            await confirmed.wait(for: pause)
        }
    }

    /// Reads the table, and meanwhile answers those whose time is over: a store that hangs holds nobody up.
    private func reading(_ judgement: Judgement) async -> [WatchedNode]? {
        let reading = Reading()
        Task { reading.end(await judgement.read()) }
        while true {
            await reading.ended.wait(for: .milliseconds(100))
            if let result = reading.result { return result }
            giveUp(judgement)
        }
    }

    /// A reading of the table that is under way.
    private final class Reading: Sendable {
        let ended = WakeSignal()
        private let content = Mutex<[WatchedNode]??>(nil)

        /// `nil` until it has ended; `nil` within if it failed.
        var result: [WatchedNode]?? { content.withLock { $0 } }

        func end(_ nodes: [WatchedNode]?) {
            content.withLock { $0 = .some(nodes) }
            ended.wake()
        }
    }

    /// Answers those whose time is over.
    private func giveUp(_ judgement: Judgement) {
        let time = judgement.now()
        let late = content.withLock { content in content.waiters.filter { $0.value.deadline <= time } }
        for (id, waiter) in late { answer(id, judgement.unread(waiter.epoch)) }
    }

    /// - Returns: Whether it still waited.
    @discardableResult
    private func answer(_ id: Int, _ verdict: Verdict) -> Bool {
        let waiter = content.withLock { $0.waiters.removeValue(forKey: id) }
        waiter?.continuation.resume(returning: verdict)
        return waiter != nil
    }
}
