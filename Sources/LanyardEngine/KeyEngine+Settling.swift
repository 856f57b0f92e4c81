import CoreMetrics
import LanyardStorage
import Logging
import Synchronization

// # Settling
//
// A store may write usage and windows in short form first, and put them in their place later. The engine gives it the time
// for that: after each flush a little, so that a key which is busy all the time costs a row a minute and not one a second,
// and nobody ever waits for a whole minute's rows at once. Nothing depends on when it happens.

extension KeyEngine {
    /// The most rows of one step, about. A step is a transaction; others wait for it.
    private static let settlingPiece = 5_000
    /// As many steps as a shutdown waits for; what is left is settled after the next start.
    private static let stepsAtEnd = 64

    /// One step, if anything may be left to settle.
    /// - Returns: Whether another step would have something to do.
    @discardableResult
    func settleStore() async -> Bool {
        // Taken back before the step: what is written meanwhile must not be forgotten.
        guard mayBeUnsettled.exchange(false, ordering: .relaxed) else { return false }
        do {
            let isLeft = try await store.write { try $0.settle(limit: KeyEngine.settlingPiece) }
            if isLeft { mayBeUnsettled.store(true, ordering: .relaxed) }
            return isLeft
        } catch {
            mayBeUnsettled.store(true, ordering: .relaxed)
            counters.failedSettling.increment()
            logger.error(
                "usage and windows could not be put in their place; trying again", metadata: ["reason": "\(error)"])
            return false
        }
    }

    /// Leaves as little as can be for the next start.
    func settleStoreAtEnd() async {
        for _ in 0..<KeyEngine.stepsAtEnd {
            guard await settleStore() else { return }
        }
    }
}
