import LanyardCore
import LanyardStorage
import Synchronization

// A single notice may be lost. So each check causes what it waits for again and again, and fails only if nothing ever
// comes.

extension SharedStoreConformance {
    static let noticeChecks = [
        SharedStoreCheck("a change is told to every node", checkChangeNotices),
        SharedStoreCheck("a confirmation is told to the others", checkConfirmationNotices),
        SharedStoreCheck("a recall is told with its quota", checkRecalls),
    ]

    private static let attemptTime = Duration.milliseconds(100)

    /// Causes something until `isIt` is told of it.
    private static func await(
        _ what: String, from store: any SharedStore, _ expect: Expectations,
        cause: @escaping @Sendable (_ attempt: Int) async throws -> Void,
        until isIt: @escaping @Sendable (StoreNotice) -> Bool
    ) async throws {
        let notices = store.notices()
        let came = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await notice in notices where isIt(notice) { return true }
                return false
            }
            group.addTask {
                let end = ContinuousClock.now + expect.patience
                var attempt = 0
                while ContinuousClock.now < end {
                    attempt += 1
                    try await cause(attempt)
                    try await Task.sleep(for: attemptTime)
                }
                return false
            }
            let first = try await group.next()
            group.cancelAll()
            do {
                try await group.waitForAll()
            } catch is CancellationError {}
            return first ?? false
        }
        try expect.isTrue(came, "\(what) was never told")
    }

    @Sendable private static func checkChangeNotices(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        for store in stores {
            let changes = Mutex(0)
            try await self.await("a change", from: store, expect) { attempt in
                try await stores[0].change(.role(Samples.role(attempt).id))
                changes.withLock { $0 += 1 }
            } until: { notice in
                guard case .changed(let epoch) = notice else { return false }
                // One without a number may be the store's own beginning; one of those that follow tells of a change.
                return epoch.map { $0 > 0 } ?? (changes.withLock { $0 } > 2)
            }
        }
    }

    @Sendable private static func checkConfirmationNotices(
        _ stores: [any SharedStore], _ expect: Expectations
    ) async throws {
        _ = try await stores[0].join(Samples.node(1))
        try await self.await("a confirmation", from: stores[1], expect) { attempt in
            let epoch = try await stores[0].change(.role(Samples.role(attempt).id))
            _ = try await stores[0].confirm(Samples.node(1).id, epoch: epoch)
        } until: {
            $0 == .confirmed
        }
    }

    @Sendable private static func checkRecalls(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        for quota in [LedgerSamples.quota(1), LedgerSamples.quota(2, .usd, .lifetime)] {
            try await self.await("a recall", from: stores[1], expect) { _ in
                try await stores[0].recall(quota)
            } until: {
                $0 == .recalled(quota)
            }
        }
    }
}
