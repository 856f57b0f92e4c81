import CoreMetrics
import LanyardCore
import LanyardStorage
import Logging
public import ServiceLifecycle
import Synchronization

// # Writing down what decisions counted
//
// Each second, the states that changed hand over their tallies and their changed windows, and these are written in pieces,
// so that no transaction holds other writers up for long. What can't be written is taken back and tried again: a full disk
// costs no counts while the memory for them lasts. A crash loses at most what came since the last flush; a shutdown
// nothing.

extension KeyEngine: Service {
    /// Flushes, ends calls that timed out and forgets what nobody needs, until the service group shuts down; then flushes
    /// for the last time.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.follow() }
                group.addTask { await self.maintainRegularly() }
                group.addTask { await self.counterKeeper.run() }
                await group.waitForAll()
            }
        }
        await flush(everything: false)
    }

    private func maintainRegularly() async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: configuration.flushInterval)
            } catch {
                return  // Cancelled: time to shut down.
            }
            await maintain()
        }
    }

    /// One round of background work.
    package func maintain() async {
        _ = await save(everything: false, restsUntil: now.monotonic.advanced(byMilliseconds: KeyEngine.restInFlush))
        await settleStore()
        await reloadUnread()
        let now = now.monotonic
        for call in calls.sweep(now: now) where call.state.endCall() { places.enqueue(call.state) }
        places.maintain()
        leases.maintain()
        allowances.sweep(now: now)
        resolver.sweep()
        attempts.forget(now: self.now.wall)
        logAttempts()
        reportMetrics()
        await forgetIdempotentAnswers()
        await keepUsageBounded()
        await leases.prune(balancesAfter: configuration.usageRetention)
        await tendNodes()
        await forgetSharedWindows()
        await forgetPassedFinishes()
    }

    /// Answers that may not be given again are erased, at the latest a minute after their time: a store that is stolen
    /// later must not hold what was promised for a quarter of an hour.
    private func forgetIdempotentAnswers() async {
        let minute = Int(now.wall.minute)
        guard lastForgetting.exchange(minute, ordering: .relaxed) != minute else { return }
        let now = now.wall
        do {
            try await store.write { store in
                try store.deleteIdempotentAnswers(before: now.advanced(byMilliseconds: -IdempotencyPeriod.memory))
                try store.eraseIdempotentBodies(before: now.advanced(byMilliseconds: -IdempotencyPeriod.replay))
            }
        } catch {
            lastForgetting.store(0, ordering: .relaxed)
            logger.error("old answers could not be erased; trying again", metadata: ["reason": "\(error)"])
        }
    }

    /// Saves everything and closes the store; from the first moment on, every decision is denied `unavailable`.
    /// - Throws: ``StoreError`` if the last windows and usage could not be saved, or the store can't be closed. It is
    ///   closed even then.
    public func shutDown() async throws {
        guard !isShutDown.exchange(true, ordering: .acquiringAndReleasing) else { return }
        endCurrency()
        let unsettled = await leases.settleEverything()
        let unsaved = await save(everything: true)
        let failure = unsaved ?? unsettled
        await settleStoreAtEnd()
        await leave()
        await counterKeeper.counters?.closeCounters()
        do {
            try await store.close()
        } catch {
            throw failure ?? error
        }
        if let failure { throw failure }
    }

    /// Writes down tallies and windows now.
    /// - Returns: Whether everything was written.
    @discardableResult
    package func flush(everything: Bool) async -> Bool {
        await save(everything: everything) == nil
    }

    /// Writes down tallies and windows, and returns the first failure.
    /// - Parameter restsUntil: Until when it may rest, so that others get their turns meanwhile.
    private func save(everything: Bool, restsUntil: MonotonicInstant? = nil) async -> (any Error)? {
        let start = now.monotonic
        let (waiting, dropped) = pending.takeTallies()
        if dropped > 0 { counters.droppedUsage.increment(by: dropped) }
        var rest = waiting[...]
        var failure: (any Error)?
        while !rest.isEmpty {
            let piece = Array(rest.prefix(KeyEngine.flushPiece))
            rest = rest.dropFirst(KeyEngine.flushPiece)
            let failed = await write(piece, [], isLast: false)
            failure = failure ?? failed
        }
        var states = (everything ? allowances.all : pending.takeStates())[...]
        repeat {
            let piece = states.prefix(KeyEngine.flushPiece)
            states = states.dropFirst(KeyEngine.flushPiece)
            let isLast = everything && states.isEmpty && failure == nil
            let failed = await save(Array(piece), everything: everything, isLast: isLast, restsUntil: restsUntil)
            failure = failure ?? failed
        } while !states.isEmpty
        counters.flushTime.recordNanoseconds(now.monotonic.nanoseconds - start.nanoseconds)
        if failure == nil { lastFlush.store(start.nanoseconds, ordering: .relaxed) }
        return failure
    }

    private static let flushPiece = 5000
    /// States between two rests: a fraction of a millisecond's work.
    private static let flushSlice = 100
    /// From its beginning on, a flush may rest for so many milliseconds. What is not done by then goes without.
    private static let restInFlush: Int64 = 200

    private func save(
        _ states: [AllowanceState], everything: Bool, isLast: Bool, restsUntil: MonotonicInstant?
    ) async -> (any Error)? {
        if states.isEmpty, !isLast { return nil }
        var tallies: [(subject: Subject?, tally: UsageTally)] = []
        var windows: [(state: AllowanceState, windows: [SavedWindow])] = []
        var rest = states[...]
        while !rest.isEmpty {
            let now = now.monotonic
            for state in rest.prefix(KeyEngine.flushSlice) {
                let flushed = state.flush(now: now, everything: everything)
                if let tally = flushed.tally { tallies.append((state.subject, tally)) }
                if !flushed.windows.isEmpty { windows.append((state, flushed.windows)) }
            }
            rest = rest.dropFirst(KeyEngine.flushSlice)
            // Where all processors are busy, whoever answers gets its turn now, and not when the scheduler thinks that this
            // task has had enough.
            if let restsUntil, !rest.isEmpty, self.now.monotonic < restsUntil {
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        guard let failure = await write(tallies, windows.flatMap(\.windows), isLast: isLast) else { return nil }
        for (state, _) in windows where state.markUnsaved() { pending.list(state) }
        return failure
    }

    /// - Returns: Why nothing was written.
    private func write(
        _ tallies: [(subject: Subject?, tally: UsageTally)], _ windows: [SavedWindow], isLast: Bool
    ) async -> (any Error)? {
        let rows = tallies.flatMap { KeyEngine.rows($0.tally, of: $0.subject) }
        let clock = clock.saved(isClean: isLast)
        let savesWindows = membership == nil && (!windows.isEmpty || isLast)
        do {
            try await store.write { store in
                if !rows.isEmpty { try store.addUsage(rows) }
                if savesWindows { try store.save(windows, clock: clock) }
            }
            counters.savedWindows.increment(by: windows.count)
            mayBeUnsettled.store(true, ordering: .relaxed)
            return nil
        } catch {
            counters.failedFlushes.increment()
            logger.error(
                "usage and windows could not be written; trying again",
                metadata: ["reason": "\(error)", "fix": "\((error as? StoreError)?.code.fix ?? "none known")"])
            pending.giveBack(tallies)
            return error
        }
    }

    private static func rows(_ tally: UsageTally, of subject: Subject?) -> [UsageRow] {
        // Only keys have tallies; what an account used is the sum over its keys.
        let key = subject.map { KeyID(high: $0.high, low: $0.low) }
        var rows: [UsageRow] = []
        // A call that was settled changes what it cost in the minute in which it was granted.
        if tally.granted > 0 || tally.tokens != 0 || tally.nanoUSD != 0 {
            rows.append(
                UsageRow(
                    key: key, minute: tally.minute, outcome: UsageRow.granted, count: tally.granted,
                    tokens: tally.tokens, nanoUSD: tally.nanoUSD))
        }
        for (code, count) in tally.denied {
            rows.append(UsageRow(key: key, minute: tally.minute, outcome: code.text, count: count))
        }
        return rows
    }
}
