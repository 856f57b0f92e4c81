import LanyardCore
import LanyardStorage
import Synchronization

// # Ends of calls that other nodes granted
//
// Whoever tells this node of the end of a call that another one granted waits here, for a moment, until that one has said
// what came of it. However many wait, word of all of them is left together, and the store is asked for all of them. Once
// word is left the end is certain; so who has waited long enough is told that the call has ended.

/// Where ends of calls wait that were passed on.
final class FinishDesk: Sendable {
    private let store: any SharedFinishes
    private let now: @Sendable () -> MonotonicInstant
    private let state = Mutex(State())
    private let news = WakeSignal()

    /// How long another node is waited for.
    private static let patienceNanoseconds: Int64 = 1_500_000_000
    private static let batchSize = 500
    /// The most that wait, beyond which the next is refused.
    private static let mostWaiting = 20_000

    private struct State {
        var new: [Waiter] = []
        var count = 0
        var isRunning = false
    }

    private struct Waiter: Sendable {
        let finish: PassedFinish
        let deadline: MonotonicInstant
        let caller: CheckedContinuation<PassedFinish.Outcome, any Error>
    }

    init(_ store: any SharedFinishes, now: @escaping @Sendable () -> MonotonicInstant) {
        self.store = store
        self.now = now
    }

    /// Passes an end on, and returns what came of it.
    /// - Throws: What the store threw: word may not have been left.
    func pass(_ finish: PassedFinish) async throws -> PassedFinish.Outcome {
        let deadline = MonotonicInstant(nanoseconds: now().nanoseconds + Self.patienceNanoseconds)
        return try await withCheckedThrowingContinuation { caller in
            let (isTaken, mustStart) = state.withLock { state in
                guard state.count < Self.mostWaiting else { return (false, false) }
                state.new.append(Waiter(finish: finish, deadline: deadline, caller: caller))
                state.count += 1
                defer { state.isRunning = true }
                return (true, !state.isRunning)
            }
            guard isTaken else { return caller.resume(throwing: EngineError.overloaded("too many ends of calls wait")) }
            // Nobody's child: the caller may be cancelled while others wait.
            if mustStart { Task { await work() } } else { news.wake() }
        }
    }

    private func work() async {
        var waiting: [Waiter] = []
        var pause = Duration.milliseconds(2)
        while true {
            let new = state.withLock { state in
                defer { state.new.removeFirst(min(Self.batchSize, state.new.count)) }
                return Array(state.new.prefix(Self.batchSize))
            }
            if !new.isEmpty { pause = .milliseconds(2) }
            waiting += await leave(new)
            waiting = await look(waiting)
            let isDone = state.withLock { state in
                if waiting.isEmpty, state.new.isEmpty { state.isRunning = false }
                return !state.isRunning
            }
            if isDone { return }
            await news.wait(for: pause)
            pause = min(pause * 2, .milliseconds(100))
        }
    }

    /// Leaves word; those that must wait.
    private func leave(_ new: [Waiter]) async -> [Waiter] {
        guard !new.isEmpty else { return [] }
        do {
            let outcomes = try await store.pass(new.map(\.finish))
            guard outcomes.count == new.count else {
                throw StoreError(.corrupted, "the store answered \(outcomes.count) of \(new.count) ends of calls")
            }
            var waiting: [Waiter] = []
            for (waiter, outcome) in zip(new, outcomes) {
                if let outcome { end(waiter, .success(outcome)) } else { waiting.append(waiter) }
            }
            return waiting
        } catch {
            for waiter in new { end(waiter, .failure(error)) }
            return []
        }
    }

    /// Answers those whose outcome is there, or whose time is over; the others wait on.
    private func look(_ waiting: [Waiter]) async -> [Waiter] {
        guard !waiting.isEmpty else { return [] }
        // Word is left: a store that can't be asked takes nothing back.
        let outcomes = (try? await store.outcomes(of: waiting.map(\.finish.grant))) ?? [:]
        let time = now()
        return waiting.filter { waiter in
            if let outcome = outcomes[waiter.finish.grant] {
                end(waiter, .success(outcome))
            } else if waiter.deadline <= time {
                end(waiter, .success(.finished))
            } else {
                return true
            }
            return false
        }
    }

    private func end(_ waiter: Waiter, _ result: Result<PassedFinish.Outcome, any Error>) {
        state.withLock { $0.count -= 1 }
        waiter.caller.resume(with: result)
    }
}
