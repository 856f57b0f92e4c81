import CoreMetrics
import LanyardCore
import LanyardStorage
import Logging
import Synchronization

// # The keeper of leases
//
// It carries what states want of the ledger there, and the answers back. One batch is under way at a time, and whatever is
// wanted meanwhile gathers for the next: so the busier a node is, the more quotas share a transaction, and a lone
// question never waits for company. A batch that failed is not forgotten: each slot keeps what it asked, with the same
// ids, and asks again.
//
// Calls wait for a batch and then decide anew. The number of those that wait is bounded where they are parked, not here.

/// Renews, settles and gives back leases.
final class LeaseKeeper: Sendable {
    private let store: any Store
    private let node: NodeID
    private let clock: EngineClock
    private let logger: Logger
    private let counters: Counters
    private let state = Mutex(State())

    /// The most states whose wishes stand in one transaction, so that it is short.
    private static let batchSize = 500
    /// How long other nodes are given to hand back what a call waits for, and how often.
    private static let recallPauses: [Duration] = [.milliseconds(25), .milliseconds(75)]

    private struct State {
        var waiting: [Wish] = []
        var isRunning = false
        /// States that hold leases, or owe the ledger something.
        var holders: [Subject: AllowanceState] = [:]
        /// So that a long outage fills no log.
        var lastComplaint = MonotonicInstant(nanoseconds: .min / 2)
        /// Leases that were closed since the ledger was last pruned.
        var closed = 0
    }

    private struct Wish {
        let states: [AllowanceState]
        /// `nil` where nobody waits.
        let caller: CheckedContinuation<Set<QuotaIdentity>, any Error>?
    }

    private struct Counters {
        let batches = Counter(label: "lanyard_ledger_batches_total")
        let failures = Counter(label: "lanyard_ledger_failures_total")
        let withdrawn = Counter(label: "lanyard_leases_withdrawn_total")
        let settled = Counter(label: "lanyard_leases_settled_total")
        let reaped = Counter(label: "lanyard_leases_reaped_total")
        let time = Timer(label: "lanyard_ledger_batch_duration_seconds")
        let holders = Gauge(label: "lanyard_lease_holders")
    }

    init(store: any Store, node: NodeID, clock: EngineClock, logger: Logger) {
        self.store = store
        self.node = node
        self.clock = clock
        self.logger = logger
        counters = Counters()
    }

    /// Asks the ledger for what `states` lack, and for what is wanted anyway; returns when it has answered.
    /// - Throws: What the store threw: nothing is known then.
    func fetch(_ states: [AllowanceState]) async throws {
        for pause in LeaseKeeper.recallPauses {
            let short = try await ask(states)
            guard !short.isEmpty, let shared = store as? any SharedStore else { return }
            for quota in short { try await shared.recall(quota) }
            try await Task.sleep(for: pause)
        }
        _ = try await ask(states)
        for state in states { state.forgetWaitingCalls() }
    }

    private func ask(_ states: [AllowanceState]) async throws -> Set<QuotaIdentity> {
        try await withCheckedThrowingContinuation { submit(Wish(states: states, caller: $0)) }
    }

    /// Sees to it that the ledger is asked soon.
    func enqueue(_ state: AllowanceState) {
        submit(Wish(states: [state], caller: nil))
    }

    private func submit(_ wish: Wish) {
        let mustStart = state.withLock { state in
            state.waiting.append(wish)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if mustStart { Task { await work() } }
    }

    private func work() async {
        while let wishes = next() { await carryOut(wishes, returning: false) }
    }

    private func next() -> [Wish]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isRunning = false
                return nil
            }
            let wishes = Array(state.waiting.prefix(LeaseKeeper.batchSize))
            state.waiting.removeFirst(wishes.count)
            return wishes
        }
    }
}

// MARK: - One batch

extension LeaseKeeper {
    private func carryOut(_ wishes: [Wish], returning: Bool) async {
        var states: [Subject: AllowanceState] = [:]
        for state in wishes.lazy.flatMap(\.states) { states[state.subject] = state }
        do {
            let short = try await exchange(Array(states.values), returning: returning)
            for wish in wishes {
                guard let caller = wish.caller else { continue }
                let subjects = Set(wish.states.map(\.subject))
                caller.resume(returning: short.filter { subjects.contains($0.subject) })
            }
        } catch {
            for wish in wishes { wish.caller?.resume(throwing: error) }
        }
    }

    /// Asks the ledger for what the states want.
    /// - Returns: The quotas that calls wait for and that other nodes hold.
    private func exchange(_ states: [AllowanceState], returning: Bool) async throws -> Set<QuotaIdentity> {
        let now = clock.now()
        var batch = LedgerBatch(node: node, localTime: now.wall)
        let asking = states.filter { $0.askLedger(&batch, at: now, returning: returning) }
        guard !asking.isEmpty else { return [] }
        let answers: QuotaSlot.Answers
        do {
            let (question, start) = (batch, clock.now().monotonic)
            let outcome = try await store.ledger { try $0.run(question) }
            answers = QuotaSlot.Answers(to: batch, outcome, askedAt: start)
            count(batch, outcome, since: start)
        } catch {
            fail(asking, error)
            throw error
        }
        let end = clock.now().monotonic
        var short: Set<QuotaIdentity> = []
        var again: [AllowanceState] = []
        for holder in asking {
            let progress = holder.takeAnswers(answers, at: end)
            short.formUnion(progress.short)
            if progress.wantsMore { again.append(holder) }
            state.withLock { $0.holders[holder.subject] = progress.mustBeKept ? holder : nil }
        }
        if !again.isEmpty, !returning { submit(Wish(states: again, caller: nil)) }
        return short
    }

    private func count(_ batch: LedgerBatch, _ outcome: LedgerOutcome, since start: MonotonicInstant) {
        state.withLock { $0.closed += batch.settlements.count + batch.adjustments.count }
        counters.batches.increment()
        counters.withdrawn.increment(by: outcome.withdrawals.count { $0.granted > 0 })
        counters.settled.increment(by: batch.settlements.count - outcome.reaped.count)
        counters.reaped.increment(by: outcome.reaped.count)
        counters.time.recordNanoseconds(clock.now().monotonic.nanoseconds - start.nanoseconds)
    }

    private func fail(_ states: [AllowanceState], _ error: any Error) {
        let now = clock.now().monotonic
        counters.failures.increment()
        for state in states { state.ledgerFailed(at: now) }
        let mustComplain = state.withLock { state in
            for holder in states { state.holders[holder.subject] = holder }
            guard now.nanoseconds - state.lastComplaint.nanoseconds > 1_000_000_000 else { return false }
            state.lastComplaint = now
            return true
        }
        if mustComplain {
            logger.error("the ledger of quotas could not be asked; trying again", metadata: ["reason": "\(error)"])
        }
    }
}

// MARK: - Housekeeping

extension LeaseKeeper {
    /// Asks again what failed, and gives back what nobody uses or whose period is over. Called each second.
    func maintain() {
        let now = clock.now().monotonic
        let holders = state.withLock { Array($0.holders.values) }
        counters.holders.record(holders.count)
        for holder in holders where holder.wantsLedger(at: now) { enqueue(holder) }
    }

    /// Deletes what the ledger need not remember any more: closed leases after two minutes, the traces of what was booked
    /// once after a week, and balances as long after their period as usage is kept.
    func prune(balancesAfter age: Duration) async {
        let closed = state.withLock { state in
            defer { state.closed = 0 }
            return state.closed
        }
        guard closed > 0 else { return }
        let local = clock.now().wall
        do {
            _ = try await store.ledger { store in
                let now = try store.authorityTime(local)
                let horizon = LedgerHorizon(
                    balances: now.advanced(byMilliseconds: -age.wholeNanoseconds / 1_000_000),
                    leases: now.advanced(byMilliseconds: -120_000),
                    traces: now.advanced(byMilliseconds: -7 * 86_400_000))
                // A few more than there came, so that a backlog grows shorter.
                return try store.deleteLedger(before: horizon, limit: closed * 2 + 100)
            }
        } catch {
            // They are tried again with the next that come.
            state.withLock { $0.closed += closed }
        }
    }

    /// Gives back what is unspent of a quota, because another node needs it.
    func giveBack(_ quota: QuotaIdentity) {
        guard let holder = state.withLock({ $0.holders[quota.subject] }) else { return }
        holder.recallLeases(of: quota)
        enqueue(holder)
    }

    /// Settles every lease; at shutdown, when nothing is decided any more.
    /// - Returns: The first failure; the leases that are left then count as used.
    func settleEverything() async -> (any Error)? {
        // A withdrawal whose reply was lost becomes a lease first, and is settled in the second round.
        for _ in 0..<3 {
            let holders = state.withLock { Array($0.holders.values) }
            if holders.isEmpty { return nil }
            var rest = holders[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(LeaseKeeper.batchSize))
                rest = rest.dropFirst(LeaseKeeper.batchSize)
                do {
                    _ = try await exchange(piece, returning: true)
                } catch {
                    return error
                }
            }
        }
        return nil
    }

    /// The store is another one, or an earlier state of itself: no lease is worth anything.
    func voidEverything() {
        let holders = state.withLock { state in
            defer { state.holders = [:] }
            return Array(state.holders.values)
        }
        for holder in holders { holder.voidLeases() }
    }
}
