import LanyardStorage
import Synchronization

/// Which idempotent requests this process is answering now: a repetition that overtakes the first is told so, and does
/// not wait in line for a lock. Bounded by the number of requests that are open.
final class RunningRequests: Sendable {
    private let running = Mutex<Set<IdempotencyID>>([])

    /// Whether the request may begin: no other with the same name is running.
    func begin(_ id: IdempotencyID) -> Bool {
        running.withLock { $0.insert(id).inserted }
    }

    func end(_ id: IdempotencyID) {
        _ = running.withLock { $0.remove(id) }
    }
}
