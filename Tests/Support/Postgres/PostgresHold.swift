import Dispatch
import Synchronization

/// Holds back what a server says on one connection of a ``PostgresProxy``, until it is released.
package final class PostgresHold: Sendable {
    private let passing: Atomic<Int>
    private let isTaken = Atomic<Bool>(false)
    private let holds = Atomic<Bool>(false)
    private let gate = DispatchSemaphore(value: 0)

    /// Lets `count` answers pass, and holds back the next.
    package init(after count: Int = 0) {
        passing = Atomic(count)
    }

    /// Whether an answer has come, and waits.
    package var isHolding: Bool { holds.load(ordering: .acquiring) }

    /// Lets everything go on; for ever.
    package func release() { gate.signal() }

    /// Holds the first connection on which a client says something with `part` in it, and no other.
    package func rule(onHearing part: [UInt8]) -> PostgresProxy.Rule {
        { [self] said in
            guard said.firstRange(of: part) != nil, !isTaken.exchange(true, ordering: .acquiringAndReleasing) else {
                return .forward
            }
            return .hold(self)
        }
    }

    /// Waits, if this answer is to be held back.
    func pass() {
        guard passing.subtract(1, ordering: .acquiringAndReleasing).newValue < 0 else { return }
        holds.store(true, ordering: .releasing)
        gate.wait()
        // For whatever comes after it.
        gate.signal()
    }
}
