import CoreMetrics
import LanyardCore
import LanyardStorage
import Logging
import Synchronization

// # Usage does not grow for ever
//
// A row for each key, minute and outcome is what a chart of the last hour needs, and 60 times what a chart of the last
// year does. So what is older than `usageByMinute` is put together by the hour, and what is older than `usageRetention`
// goes. Both happen once an hour, in pieces of one short transaction a second, so that nobody who writes waits for long.
// How far the hours have come stands in the store, in the same transaction: after a crash it goes on from there.

/// How far old usage has been dealt with.
struct UsageRetention: Sendable {
    /// The hour, counted since 1970, in which nothing was left to do.
    var finishedHour: Int32?
    /// After a failure, the minute in which it is not tried again.
    var failedMinute: Int32?
}

extension KeyEngine {
    /// The most rows that one transaction puts together or deletes, so that it is short.
    private static let retentionPiece = 2_000

    /// One step of putting old usage together and deleting what is older still, if anything is left to do in this hour.
    func keepUsageBounded() async {
        let minute = now.wall.minute
        let isDue = retention.withLock { $0.finishedHour != minute / 60 && $0.failedMinute != minute }
        guard isDue else { return }
        let rollUpBefore = (minute - configuration.usageByMinute.wholeMinutes) / 60 * 60
        let deleteBefore = minute - configuration.usageRetention.wholeMinutes
        do {
            let step = try await store.write { store in
                try KeyEngine.step(store, rollUpBefore: rollUpBefore, deleteBefore: deleteBefore)
            }
            counters.deletedUsage.increment(by: step.deleted)
            if step.isLast { retention.withLock { $0.finishedHour = minute / 60 } }
        } catch {
            retention.withLock { $0.failedMinute = minute }
            counters.failedRetention.increment()
            logger.error("old usage could not be put together; trying again", metadata: ["reason": "\(error)"])
        }
    }

    private struct Step: Sendable {
        var deleted = 0
        var isLast = false
    }

    private static func step(
        _ store: any StoreWriting, rollUpBefore: Int32, deleteBefore: Int32
    ) throws -> Step {
        let deleted = try store.deleteUsage(before: deleteBefore, limit: retentionPiece)
        guard deleted < retentionPiece else { return Step(deleted: deleted) }
        let first = try store.marker(.usageRolledUpTo).flatMap { Int32($0) } ?? 0
        // The clock, or the setting, may have gone back.
        guard first < rollUpBefore else { return Step(deleted: deleted, isLast: true) }
        let next = try store.rollUpUsage(from: first, before: rollUpBefore, limit: retentionPiece)
        if next != first { try store.setMarker(.usageRolledUpTo, to: "\(next)") }
        return Step(deleted: deleted, isLast: next >= rollUpBefore)
    }
}

extension Duration {
    /// Not below 0, and at most a thousand years, which leaves room to subtract it.
    fileprivate var wholeMinutes: Int32 { Int32(clamping: min(max(components.seconds / 60, 0), 525_600_000)) }
}
