import CoreMetrics
import LanyardCore
import LanyardStorage
import Logging
import Synchronization

// # The keeper of counters
//
// Where nodes share their windows, a call of a key with limits asks before it is granted. One batch is under way at a
// time, and the questions of all calls that come meanwhile gather for the next: the busier a node is, the more calls share
// a transaction, and a lone one never waits for company. A question whose caller has been denied meanwhile, because the
// counters were slow, is not put any more: it would charge what nobody gets.
//
// A busy key is charged ahead, by a question that goes along with that of a call (`BucketLease`); its next calls need not
// ask.
//
// Each answer tells the counters' time, and is believed only if that agrees with the node's own (`CounterClock`). So that
// a node notices a step of their clock soon, and before it matters, it reads it twice a second.

/// Asks the shared counters for calls.
final class CounterKeeper: Sendable {
    /// `nil` for a node that is alone with its store, and counts by itself.
    let counters: (any SharedCounters)?
    private let clock: EngineClock
    private let logger: Logger
    private let metrics = Metrics()
    private let state = Mutex(State())

    /// The most questions in one batch, so that its windows are not locked for long; and the most windows.
    private static let batchSize = 500
    private static let batchWindows = 2000
    /// For how long a question may wait for its turn; its caller gives up not much later.
    private static let patienceNanoseconds: Int64 = 1_500_000_000
    /// How often a batch is put that came too late, or by a clock that was wrong.
    private static let attempts = 4
    private static let tendingInterval: Duration = .milliseconds(500)

    private struct State {
        var queue = WishQueue<Waiting>()
        /// Whoever carries out a batch has it to itself.
        var clock = CounterClock()
        var isUsable = true
    }

    private struct Waiting {
        let question: CounterQuestion
        /// Whose windows it is about, in its order.
        let asked: [Asked]
        let costs: Costs
        let since: MonotonicInstant
        let asker: Asker
    }

    private typealias Asked = (state: AllowanceState, limits: LimitSet)

    private enum Asker {
        case call(CheckedContinuation<Heard, any Error>)
        /// So many calls of the costs are to be charged ahead.
        case lease(Int64)
    }

    private struct Heard: Sendable {
        let answer: CounterAnswer
        /// Before the counters read their clock.
        let askedAt: MonotonicInstant
        /// What it said.
        let time: MonotonicInstant
    }

    private struct Metrics {
        let questions = Counter(label: "lanyard_counter_questions_total")
        let batches = Counter(label: "lanyard_counter_batches_total")
        let failures = Counter(label: "lanyard_counter_failures_total")
        let leased = Counter(label: "lanyard_counter_leased_total")
        let lost = Counter(label: "lanyard_counter_leased_lost_total")
        let waived = Counter(label: "lanyard_counter_waived_total")
        let steps = Counter(label: "lanyard_counter_clock_steps_total")
        let losses = Counter(label: "lanyard_counters_lost_total")
        let usable = Gauge(label: "lanyard_counters_usable")
        let time = Timer(label: "lanyard_counter_batch_duration_seconds")
    }

    init(_ counters: (any SharedCounters)?, clock: EngineClock, logger: Logger) {
        self.counters = counters
        self.clock = clock
        self.logger = logger
    }

    /// Charges a call of `costs` to the shared windows of `states`, all of them or none.
    /// - Throws: What the counters threw, and ``EngineError/overloaded(_:)``: it may have been charged then, and must not be
    ///   granted.
    func charge(_ states: [AllowanceState], _ costs: Costs) async throws -> CounterReceipt? {
        var asked: [Asked] = []
        var parts: [CounterQuestion.Part] = []
        for state in states where counters != nil {
            guard let question = state.countersQuestion(costs) else { continue }
            asked.append((state, question.limits))
            parts += question.parts
        }
        guard !parts.isEmpty else { return nil }
        do {
            let heard = try await ask(CounterQuestion(parts: parts), of: asked, costs)
            return CounterReceipt(asked, costs: costs, heard.answer, askedAt: heard.askedAt)
        } catch {
            let rules = asked.lazy.flatMap(\.limits.rules).filter { costs[$0.definition.unit] > 0 }
            guard rules.allSatisfy({ $0.definition.onOutage == .allow }) else { throw error }
            metrics.waived.increment()
            return CounterReceipt(waiving: asked, costs: costs)
        }
    }

    /// Asks how the shared windows of `states` stand.
    func inquire(_ states: [AllowanceState]) async throws {
        _ = try await charge(states, Costs(requests: 0))
    }

    private func ask(
        _ question: CounterQuestion, of asked: [Asked] = [], _ costs: Costs = Costs(requests: 0)
    ) async throws -> Heard {
        let now = clock.now().monotonic
        let lease = lease(question, asked, at: now)
        return try await withCheckedThrowingContinuation { caller in
            submit(Waiting(question: question, asked: asked, costs: costs, since: now, asker: .call(caller)), lease)
        }
    }

    /// Takes both into the queue, so that they go in one batch.
    private func submit(_ waiting: Waiting, _ lease: Waiting?) {
        let admissions = state.withLock { state in
            (state.queue.add(waiting), lease.map { state.queue.add($0) })
        }
        switch admissions.0 {
        case .waits: break
        case .startsWork: Task { await work() }
        case .refused: fail(waiting, EngineError.overloaded("too many calls wait for the counters"))
        }
        if case .refused = admissions.1, let lease { fail(lease, EngineError.overloaded("too many wait")) }
    }

    /// - Parameter wasPut: Whether it may have been charged.
    private func fail(_ waiting: Waiting, _ error: any Error, wasPut: Bool = false) {
        switch waiting.asker {
        case .call(let caller): caller.resume(throwing: error)
        case .lease(let calls): end(waiting, wasPut ? .unknown(calls) : .refused)
        }
    }
}

// MARK: - Charging ahead

extension CounterKeeper {
    /// What to charge ahead along with `question`, which is for one call, if anything.
    private func lease(
        _ question: CounterQuestion, _ asked: [Asked], at now: MonotonicInstant
    ) -> Waiting? {
        guard let holder = asked.first, let time = state.withLock({ $0.clock.estimate(at: now) }) else { return nil }
        let (calls, lost) = holder.state.beginLease(question, of: holder.limits, at: now, time: time)
        if lost > 0 { metrics.lost.increment(by: lost) }
        guard calls > 0 else { return nil }
        let parts = question.parts.map { part in
            CounterQuestion.Part(id: part.id, amount: part.amount, cost: part.cost * calls, onLoss: part.onLoss)
        }
        return Waiting(
            question: CounterQuestion(parts: parts), asked: asked, costs: question.costs, since: now,
            asker: .lease(calls))
    }

    private func end(_ waiting: Waiting, _ outcome: LeaseAppetite.Outcome) {
        guard let holder = waiting.asked.first else { return }
        holder.state.endLease(outcome, of: holder.limits, at: clock.now().monotonic)
    }

    /// Takes over what the counters answered, in the order of their answers.
    private func take(_ heard: Heard, _ waiting: Waiting) {
        if case .lease = waiting.asker, !heard.answer.isCharged { return end(waiting, .refused) }
        var rest = heard.answer.readings[...]
        for (state, limits) in waiting.asked {
            state.takeReadings(
                Array(rest.prefix(limits.rules.count)), of: limits, costs: waiting.costs, askedAt: heard.askedAt)
            rest = rest.dropFirst(limits.rules.count)
        }
        let holder = waiting.asked.first
        switch waiting.asker {
        case .call(let caller):
            if heard.answer.isCharged, let holder { holder.state.earnLease(waiting.question, of: holder.limits) }
            caller.resume(returning: heard)
        case .lease(let calls):
            let receipt = CounterReceipt(
                waiting.asked, costs: waiting.costs, heard.answer, askedAt: heard.askedAt)
            let lease = BucketLease(
                receipt, calls: calls, of: waiting.question, askedAt: heard.askedAt, time: heard.time)
            if let holder { holder.state.takeLease(lease, of: holder.limits, at: clock.now().monotonic) }
            metrics.leased.increment(by: calls)
        }
    }
}

// MARK: - One batch

extension CounterKeeper {
    private func work() async {
        while let batch = next() { await carryOut(batch) }
    }

    /// The next questions, less those for which it is too late.
    private func next() -> [Waiting]? {
        let oldest = clock.now().monotonic.nanoseconds - CounterKeeper.patienceNanoseconds
        let (late, batch) = state.withLock { state in
            let late = state.queue.removeFirst { $0.since.nanoseconds < oldest }
            var windows = 0
            let batch = state.queue.next(CounterKeeper.batchSize) { first, waiting in
                // The first is in it, however many it has.
                if windows == 0 { windows = first.question.parts.count }
                windows += waiting.question.parts.count
                return windows <= CounterKeeper.batchWindows
            }
            return (late, batch)
        }
        for waiting in late { fail(waiting, EngineError.overloaded("the counters are slow")) }
        return batch
    }

    private func carryOut(_ batch: [Waiting]) async {
        let start = clock.now().monotonic
        metrics.batches.increment()
        metrics.questions.increment(by: batch.count)
        do {
            let (answers, askedAt, time) = try await exchange(batch.map(\.question))
            metrics.time.recordNanoseconds(clock.now().monotonic.nanoseconds - start.nanoseconds)
            guard answers.count == batch.count else {
                throw StoreError(.corrupted, "the counters answered \(answers.count) of \(batch.count) questions")
            }
            for (waiting, answer) in zip(batch, answers) {
                take(Heard(answer: answer, askedAt: askedAt, time: time), waiting)
            }
        } catch {
            metrics.failures.increment()
            // Where they are out of reach, whoever waits behind would only find out the same, later. What only this batch
            // has met is no reason to deny others.
            let isGone = (error as? StoreError)?.code == .unavailable
            let behind = state.withLock { $0.queue.removeAll { _ in isGone } }
            for waiting in batch { fail(waiting, error, wasPut: true) }
            for waiting in behind { fail(waiting, error) }
        }
    }

    /// Puts questions until the answer comes in time, by a clock that is right.
    private func exchange(
        _ questions: [CounterQuestion]
    ) async throws -> (answers: [CounterAnswer], askedAt: MonotonicInstant, time: MonotonicInstant) {
        guard let counters else { throw EngineError.overloaded("there are no counters") }
        for _ in 0..<CounterKeeper.attempts {
            let sentAt = clock.now().monotonic
            let latest = state.withLock { $0.clock.latest(at: sentAt) }
            let batch = latest.map { CounterBatch(questions: questions, latest: $0) }
            let report = try await counters.ask(batch ?? .clockReading)
            let receivedAt = clock.now().monotonic
            let step = state.withLock { $0.clock.take(report.time, sentAt: sentAt, receivedAt: receivedAt) }
            if let step {
                metrics.steps.increment()
                logger.warning(
                    "the clock of the shared counters was set forward, and is set back",
                    metadata: ["milliseconds": "\(step / 1_000_000)"])
                try await counters.setClockBack(
                    byNanoseconds: step, after: report.setBack, hasCharged: batch != nil && report.answers != nil)
            } else if batch != nil, let answers = report.answers {
                return (answers, sentAt, report.time)
            }
        }
        throw EngineError.overloaded("the counters are too slow, or their clock does not stand still")
    }
}

// MARK: - Tending

extension CounterKeeper {
    /// Sees to the counters, and reads their clock, twice a second until it is cancelled.
    func run() async {
        guard counters != nil else {
            _ = setUsable(true)
            return
        }
        while !Task.isCancelled {
            await tend()
            try? await Task.sleep(for: CounterKeeper.tendingInterval)
        }
    }

    /// One round of it.
    func tend() async {
        guard let counters else { return }
        do {
            if try await counters.tend() {
                metrics.losses.increment()
                logger.error(
                    "the shared counters were lost: what limits had counted is forgotten, but for those that stay shut")
            }
            _ = try await ask(CounterQuestion(parts: []))
            if !setUsable(true) { logger.notice("the shared counters can be used again") }
        } catch {
            guard setUsable(false) else { return }
            logger.error(
                "the shared counters can't be used: keys with limits are denied, unless these say otherwise",
                metadata: ["reason": "\(error)"])
        }
    }

    /// - Returns: Whether they could be used until now.
    private func setUsable(_ isUsable: Bool) -> Bool {
        metrics.usable.record(isUsable ? 1 : 0)
        return state.withLock { state in
            defer { state.isUsable = isUsable }
            return state.isUsable
        }
    }
}
