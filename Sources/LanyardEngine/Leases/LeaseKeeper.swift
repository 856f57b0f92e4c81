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
    /// A quota is recalled once for all calls that wait for it meanwhile.
    private static let recallNanoseconds: Int64 = 20_000_000
    /// How long the end of a period is waited for, once no clock can tell on which side of it one is.
    private static let endPause: Duration = .milliseconds(5)
    private static let complaintNanoseconds: Int64 = 1_000_000_000

    private struct State {
        var queue = WishQueue<Wish>()
        /// Nothing is withdrawn any more, and everything that is asked gives back.
        var isClosing = false
        /// States that hold leases, or owe the ledger something.
        var holders: [Subject: AllowanceState] = [:]
        /// When quotas were last recalled from other nodes.
        var recalled: [QuotaIdentity: MonotonicInstant] = [:]
        /// So that a long outage fills no log.
        var lastComplaint = MonotonicInstant(nanoseconds: .min / 2)
        /// Leases that were closed since the ledger was last pruned.
        var closed = 0
    }

    private struct Wish {
        let states: [AllowanceState]
        /// What is to be forgotten, in place of a batch.
        var voids: Voiding?
        /// `nil` where nobody waits.
        let caller: CheckedContinuation<Answer, any Error>?
    }

    /// What becomes void.
    enum Voiding: Sendable {
        /// Every lease: the store counts them as used.
        case leases
        /// Whatever the store was to hear of besides: it is another one.
        case everything
    }

    /// What calls still lack after a batch.
    private struct Answer: Sendable {
        var short: Set<QuotaIdentity> = []
        var isEnding = false
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

    /// Asks the ledger for what a call of `costs` lacks of `states`' quotas; returns when the call should decide anew.
    /// - Throws: What the store threw: nothing is known then.
    func fetch(_ states: [AllowanceState], _ costs: Costs) async throws {
        var pauses = LeaseKeeper.recallPauses[...]
        while true {
            let now = clock.now()
            for state in states { state.waitForLeases(costs, at: now) }
            let answer = try await ask(states)
            if answer.isEnding {
                try await Task.sleep(for: LeaseKeeper.endPause)
            } else if answer.short.isEmpty {
                return
            } else if let shared = store as? any SharedStore, let pause = pauses.popFirst() {
                for quota in answer.short where mustRecall(quota) { try await shared.recall(quota) }
                try await Task.sleep(for: pause)
            } else {
                let now = clock.now().monotonic
                for quota in answer.short {
                    for state in states where state.subject == quota.subject { state.wasRecalledInVain(quota, at: now) }
                }
                return
            }
        }
    }

    /// Asks the ledger how `states`' quotas stand.
    func inquire(_ states: [AllowanceState]) async throws {
        for state in states { state.inquireQuotas() }
        _ = try await ask(states)
    }

    private func ask(_ states: [AllowanceState]) async throws -> Answer {
        try await withCheckedThrowingContinuation { submit(Wish(states: states, caller: $0)) }
    }

    /// Whether nobody else has recalled it just now.
    private func mustRecall(_ quota: QuotaIdentity) -> Bool {
        let now = clock.now().monotonic
        return state.withLock { state in
            if let last = state.recalled[quota], now.nanoseconds - last.nanoseconds < LeaseKeeper.recallNanoseconds {
                return false
            }
            state.recalled[quota] = now
            return true
        }
    }

    /// Sees to it that the ledger is asked soon.
    func enqueue(_ state: AllowanceState) {
        submit(Wish(states: [state], caller: nil))
    }

    private func submit(_ wish: Wish) {
        switch state.withLock({ $0.queue.add(wish, always: wish.voids != nil) }) {
        case .waits: break
        case .startsWork: Task { await work() }
        case .refused:
            if let caller = wish.caller {
                caller.resume(throwing: EngineError.overloaded("too many calls wait for leases"))
            } else {
                // The next round of maintenance looks after it.
                for state in wish.states { state.wasNotListed() }
            }
        }
    }

    private func work() async {
        while let (wishes, isClosing) = next() {
            if let voiding = wishes.first?.voids {
                forget(voiding)
                wishes.first?.caller?.resume(returning: Answer())
            } else {
                await carryOut(wishes, returning: isClosing)
            }
        }
    }

    private func next() -> (wishes: [Wish], isClosing: Bool)? {
        state.withLock { state in
            let wishes = state.queue.next(LeaseKeeper.batchSize) { $0.voids == nil && $1.voids == nil }
            return wishes.map { ($0, state.isClosing) }
        }
    }
}

// MARK: - One batch

extension LeaseKeeper {
    private func carryOut(_ wishes: [Wish], returning: Bool) async {
        var states: [Subject: AllowanceState] = [:]
        for state in wishes.lazy.flatMap(\.states) { states[state.subject] = state }
        do {
            let answers = try await exchange(Array(states.values), returning: returning)
            for wish in wishes {
                guard let caller = wish.caller else { continue }
                let subjects = Set(wish.states.map(\.subject))
                caller.resume(
                    returning: Answer(
                        short: answers.short.filter { subjects.contains($0.subject) },
                        isEnding: answers.ending.contains { subjects.contains($0.subject) }))
            }
        } catch {
            // Whoever waits behind would only find out the same, later.
            let behind = state.withLock { $0.queue.removeAll { $0.voids == nil } }
            let now = clock.now().monotonic
            for wish in behind { for state in wish.states { state.ledgerFailed(at: now) } }
            for wish in wishes + behind { wish.caller?.resume(throwing: error) }
        }
    }

    private struct Exchanged {
        /// Quotas that calls wait for and that other nodes hold.
        var short: Set<QuotaIdentity> = []
        /// Quotas that calls wait for and whose period is all but over.
        var ending: Set<QuotaIdentity> = []
    }

    /// Asks the ledger for what the states want. The one place that does, and never twice at once.
    private func exchange(_ states: [AllowanceState], returning: Bool) async throws -> Exchanged {
        // Before any clock of the batch's is read: an answer is as old as its question at least.
        let now = clock.now()
        var batch = LedgerBatch(node: node, localTime: now.wall)
        var asking: [AllowanceState] = []
        for state in states {
            let wanted = state.askLedger(by: node, at: now, returning: returning)
            if wanted.isEmpty { continue }
            asking.append(state)
            batch.append(wanted)
        }
        guard !asking.isEmpty else { return Exchanged() }
        let answers: QuotaSlot.Answers
        do {
            let question = batch
            let outcome = try await store.ledger { try $0.run(question) }
            answers = QuotaSlot.Answers(to: batch, outcome, askedAt: now.monotonic)
            count(batch, outcome, since: now.monotonic)
        } catch {
            fail(asking, error)
            throw error
        }
        let end = clock.now()
        var exchanged = Exchanged()
        for holder in asking {
            let progress = holder.takeAnswers(answers, at: end)
            exchanged.short.formUnion(progress.short)
            exchanged.ending.formUnion(progress.ending)
            state.withLock { $0.holders[holder.subject] = progress.mustBeKept ? holder : nil }
            if progress.wantsMore { enqueue(holder) }
        }
        return exchanged
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
            guard now.nanoseconds - state.lastComplaint.nanoseconds > LeaseKeeper.complaintNanoseconds else {
                return false
            }
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
        let now = clock.now()
        let holders = state.withLock { state in
            state.recalled = state.recalled.filter {
                now.monotonic.nanoseconds - $0.value.nanoseconds < LeaseKeeper.recallNanoseconds
            }
            return Array(state.holders.values)
        }
        counters.holders.record(holders.count)
        for holder in holders {
            if holder.listForLedger(at: now) {
                enqueue(holder)
            } else if !holder.holdsLeases {
                state.withLock { $0.holders[holder.subject] = nil }
            }
        }
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
                // A few more than there came, so that a backlog grows shorter, in a transaction that stays short.
                return try store.deleteLedger(before: horizon, limit: min(closed * 2 + 100, 10_000))
            }
        } catch {
            // They are tried again with the next that come.
            state.withLock { $0.closed += closed }
        }
    }

    /// Gives back what is unspent of a quota, because another node needs it.
    func giveBack(_ quota: QuotaIdentity) {
        guard let holder = state.withLock({ $0.holders[quota.subject] }) else { return }
        if holder.recallLeases(of: quota) { enqueue(holder) }
    }

    /// Settles every lease; at shutdown, when nothing is decided any more. What is asked meanwhile gives back too.
    /// - Returns: The first failure; the leases that are left then count as used.
    func settleEverything() async -> (any Error)? {
        state.withLock { $0.isClosing = true }
        var failure: (any Error)?
        // A withdrawal that was under way, or whose reply was lost, becomes a lease first, and is settled after that. What
        // has no holder yet stands in the queue, before this.
        for _ in 0..<4 {
            do {
                _ = try await ask([])
            } catch {
                failure = failure ?? error
            }
            let holders = state.withLock { Array($0.holders.values) }
            if holders.isEmpty { break }
            var rest = holders[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(LeaseKeeper.batchSize))
                rest = rest.dropFirst(LeaseKeeper.batchSize)
                do {
                    _ = try await ask(piece)
                } catch {
                    failure = failure ?? error
                }
            }
        }
        return state.withLock { $0.holders.isEmpty } ? nil : failure
    }

    /// Forgets what is void. Returns once nothing is under way that was asked before, so that no lease is withdrawn after
    /// this that nobody would know of.
    func void(_ voiding: Voiding) async {
        // It is never refused, and waits for nothing that can fail.
        _ = try? await withCheckedThrowingContinuation { submit(Wish(states: [], voids: voiding, caller: $0)) }
    }

    private func forget(_ voiding: Voiding) {
        for holder in state.withLock({ Array($0.holders.values) }) {
            holder.voidLeases(withBookings: voiding == .everything)
            // What is left to book is asked for by the next round of maintenance.
            if !holder.holdsLeases { state.withLock { $0.holders[holder.subject] = nil } }
        }
    }
}
