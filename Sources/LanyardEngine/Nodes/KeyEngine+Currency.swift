package import LanyardCore
import LanyardStorage
import Logging
import Synchronization

// # How long a node may go on
//
// A revocation is acknowledged when every node has confirmed it, or has been silent for so long that it denies by itself.
// So the two sides count the same time, and the node's must end first:
//
//     node    asked ─────────────────────────── + bound: denies
//     others                 seen ───────────────────────────── + bound + slack: they go on without it
//
// A node counts from before it sent its confirmation, others from when they first saw it in the store, which is later
// (see `NodeWatch`). Both measure the same length on clocks that nobody sets and that go on while the machine sleeps; the
// slack is for the little by which two quartzes differ. Decisions look at the clock themselves, with one atomic load: a
// process that was stopped denies at the first instruction after it goes on.
//
// One way past that is left. A confirmation can be on its way for longer than the bound: another node reads the table
// before it is recorded, believes the sender gone, and goes on; then the sender gets its answer. So an answer extends a
// node's time only if it comes while the time still lasts: then nobody can have believed the node gone before it was
// recorded. If it comes later, the node reads the changes once more: whoever looked at the table before the confirmation
// was recorded had committed a change earlier still, and the node, which reads after its answer, sees that.

extension KeyEngine {
    /// Whether this node may decide: everything was seen that others take it to have seen.
    @inline(__always)
    package func isCurrent(at now: MonotonicInstant) -> Bool {
        now.nanoseconds < currentUntil.load(ordering: .acquiring)
    }

    /// Goes on for as long as the bound lasts, from `asked` on.
    func extendCurrency(from asked: MonotonicInstant) {
        let end = asked.nanoseconds + configuration.stalenessBound.wholeNanoseconds
        changes.withLock { _ in
            guard !isShutDown.load(ordering: .acquiring) else { return }
            lastConfirmed.store(asked.nanoseconds, ordering: .relaxed)
            if end > currentUntil.load(ordering: .relaxed) { currentUntil.store(end, ordering: .releasing) }
        }
    }

    /// Denies from now on, until it is extended.
    func endCurrency() {
        changes.withLock { _ in currentUntil.store(.min, ordering: .sequentiallyConsistent) }
    }

    /// Tells when this node stops deciding, and when it goes on.
    func logCurrency() {
        guard let membership, !isShutDown.load(ordering: .acquiring) else { return }
        let isCurrent = isCurrent(at: now.monotonic)
        guard membership.tell({ $0.isCurrent = isCurrent }).isCurrent != isCurrent else { return }
        if isCurrent {
            logger.notice("this node knows every change again", metadata: ["epoch": "\(epoch)"])
        } else {
            logger.error(
                "this node can't confirm that it knows every change: it denies everything",
                metadata: ["epoch": "\(epoch)", "staleness_bound": "\(configuration.stalenessBound)"])
        }
    }
}
