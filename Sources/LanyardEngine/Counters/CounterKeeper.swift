import CoreMetrics
import LanyardCore
import LanyardStorage
import Synchronization

// # The keeper of counters
//
// Where nodes share their windows, every call of a key with limits asks before it is granted. One batch is under way at a
// time, and the questions of all calls that come meanwhile gather for the next: the busier a node is, the more calls share
// a transaction, and a lone one never waits for company.

/// Asks the shared counters for calls.
final class CounterKeeper: Sendable {
    /// `nil` for a node that is alone with its store, and counts by itself.
    private let counters: (any SharedCounters)?
    private let clock: EngineClock
    private let metrics = Metrics()
    private let state = Mutex(State())

    /// The most questions in one batch, so that its windows are not locked for long.
    private static let batchSize = 500
    /// The most questions that wait, beyond which the next is refused: counters that hang must not gather memory.
    private static let mostWaiting = 20_000

    private struct State {
        var waiting: [Waiting] = []
        var isRunning = false
    }

    private struct Waiting {
        let question: CounterQuestion
        let caller: CheckedContinuation<Heard, any Error>
    }

    private struct Heard: Sendable {
        let answer: CounterAnswer
        /// Before the counters read their clock.
        let askedAt: MonotonicInstant
    }

    private struct Metrics {
        let questions = Counter(label: "lanyard_counter_questions_total")
        let batches = Counter(label: "lanyard_counter_batches_total")
        let failures = Counter(label: "lanyard_counter_failures_total")
        let time = Timer(label: "lanyard_counter_batch_duration_seconds")
    }

    init(_ counters: (any SharedCounters)?, clock: EngineClock) {
        self.counters = counters
        self.clock = clock
    }

    /// Charges a call of `costs` to the shared windows of `states`, all of them or none.
    /// - Throws: What the counters threw, and ``EngineError/overloaded(_:)``: it may have been charged then, and must not be
    ///   granted.
    func charge(_ states: [AllowanceState], _ costs: Costs) async throws -> CounterReceipt? {
        var asked: [(state: AllowanceState, limits: LimitSet)] = []
        var parts: [CounterQuestion.Part] = []
        for state in states where counters != nil {
            guard let question = state.countersQuestion(costs) else { continue }
            asked.append((state, question.limits))
            parts += question.parts
        }
        guard !parts.isEmpty else { return nil }
        let heard = try await ask(CounterQuestion(parts: parts))
        var rest = heard.answer.readings[...]
        for (state, limits) in asked {
            state.takeReadings(
                Array(rest.prefix(limits.rules.count)), of: limits, costs: costs, askedAt: heard.askedAt)
            rest = rest.dropFirst(limits.rules.count)
        }
        return CounterReceipt(asked, costs: costs, heard.answer)
    }

    /// Asks how the shared windows of `states` stand.
    func inquire(_ states: [AllowanceState]) async throws {
        _ = try await charge(states, Costs(requests: 0))
    }

    private func ask(_ question: CounterQuestion) async throws -> Heard {
        try await withCheckedThrowingContinuation { caller in
            let (isTaken, mustStart) = state.withLock { state in
                guard state.waiting.count < CounterKeeper.mostWaiting else { return (false, false) }
                state.waiting.append(Waiting(question: question, caller: caller))
                defer { state.isRunning = true }
                return (true, !state.isRunning)
            }
            if mustStart { Task { await work() } }
            if !isTaken { caller.resume(throwing: EngineError.overloaded("too many calls wait for the counters")) }
        }
    }

    private func work() async {
        while let batch = next() { await carryOut(batch) }
    }

    private func next() -> [Waiting]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isRunning = false
                return nil
            }
            let batch = Array(state.waiting.prefix(CounterKeeper.batchSize))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    private func carryOut(_ batch: [Waiting]) async {
        let askedAt = clock.now().monotonic
        metrics.batches.increment()
        metrics.questions.increment(by: batch.count)
        do {
            let answers = try await counters?.ask(batch.map(\.question)) ?? []
            metrics.time.recordNanoseconds(clock.now().monotonic.nanoseconds - askedAt.nanoseconds)
            guard answers.count == batch.count else {
                throw StoreError(.corrupted, "the counters answered \(answers.count) of \(batch.count) questions")
            }
            for (waiting, answer) in zip(batch, answers) {
                waiting.caller.resume(returning: Heard(answer: answer, askedAt: askedAt))
            }
        } catch {
            metrics.failures.increment()
            // Whoever waits behind would only find out the same, later.
            let behind = state.withLock { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            for waiting in batch + behind { waiting.caller.resume(throwing: error) }
        }
    }
}
