import LanyardCore
import LanyardStorage
import Synchronization

// # Waiting for the other nodes
//
// Whoever has changed something waits here until every node that lives has confirmed the change's number. However many
// wait, the table of nodes is read for all of them together: when a node has confirmed something, and otherwise after a
// short while. Only a reading that began after a waiter came counts for it: its change was committed before it came, so a
// node that joins later than the reading has seen it.

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

    /// Reads the table for as long as anybody waits.
    func watch(
        now: @Sendable () -> MonotonicInstant, judge: @Sendable (Int64, [NodeStanding]) -> Verdict,
        read: @Sendable () async -> [NodeStanding]
    ) async {
        var pause = Duration.milliseconds(5)
        while true {
            let asking = content.withLock { $0.waiters }
            let standings = await read()
            let time = now()
            var answered = 0
            for (id, waiter) in asking {
                let verdict = judge(waiter.epoch, standings)
                guard verdict.pending.isEmpty || waiter.deadline <= time else { continue }
                _ = content.withLock { $0.waiters.removeValue(forKey: id) }
                waiter.continuation.resume(returning: verdict)
                answered += 1
            }
            let isDone = content.withLock { content in
                if content.waiters.isEmpty { content.isWatched = false }
                return content.waiters.isEmpty
            }
            if isDone { return }
            pause = answered > 0 ? .milliseconds(5) : min(pause * 2, .milliseconds(100))
            await confirmed.wait(for: pause)
        }
    }
}
