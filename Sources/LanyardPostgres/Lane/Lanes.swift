import Dispatch
import Foundation
import LanyardStorage
import Synchronization

// # Lanes
//
// Calls wait in a queue; lanes take them from it. A lane is a thread with a connection of its own, so that libpq's waiting
// holds up nobody else: no event loop, no thread of Swift's pool. Lanes are begun when calls wait and none is free, up to
// a bound, and stay.
//
// A lane without a connection takes nothing: it connects, again and again, each time after a longer pause. Meanwhile
// calls wait in the queue, and each is refused when its time is over, whether or not any lane moves: a timer sees to it.
// So an outage of the database costs a caller its deadline, and never more.

/// A call that waits for its turn.
protocol QueuedCall: Sendable {
    /// When it has waited long enough.
    var deadline: Moment { get }
    /// Tells the caller that it was not carried out.
    func fail(_ error: StoreError)
}

/// Threads with connections, and the queue that they take calls from.
final class Lanes<Call: QueuedCall>: Sendable {
    /// Carries out calls on a connection; returns those that have to be carried out again.
    typealias Work = @Sendable ([Call], PostgresConnection) -> [Call]

    private let name: String
    private let most: Int
    private let together: Int
    private let connector: Connector
    private let watch: ConnectionWatch
    private let work: Work
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let closing = DispatchSemaphore(value: 0)

    private struct State {
        var waiting: [Call] = []
        var laneCount = 0
        var idleCount = 0
        var isClosed = false
        var isSweeping = false
        /// Why the last attempt to connect failed, as long as none has succeeded since.
        var failure: StoreError?
        /// The connections of lanes that work.
        var handles: [Int: ConnectionHandle] = [:]
        var lastLane = 0
        var whenEnded: [CheckedContinuation<Void, Never>] = []
    }

    /// Lanes named `name`, `most` of them at most, each of which takes up to `together` calls at once.
    init(
        _ name: String, most: Int, together: Int, connector: Connector, watch: ConnectionWatch, work: @escaping Work
    ) {
        self.name = name
        self.most = most
        self.together = together
        self.connector = connector
        self.watch = watch
        self.work = work
    }

    /// How many calls wait for their turn.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Takes a call, or tells its caller why not.
    func submit(_ call: Call) {
        let refusal: StoreError? = state.withLock { state in
            if state.isClosed { return StoreError(.closed, name) }
            guard state.waiting.count < connector.settings.mostWaiting else {
                return StoreError(.unavailable, "\(name): too many calls wait")
            }
            state.waiting.append(call)
            beginLane(&state)
            beginSweeping(&state)
            return nil
        }
        if let refusal { call.fail(refusal) } else { wake.signal() }
    }

    /// Begins a lane where more calls wait than lanes are free.
    private func beginLane(_ state: inout State) {
        guard state.waiting.count > state.idleCount, state.laneCount < most else { return }
        state.laneCount += 1
        state.lastLane += 1
        let number = state.lastLane
        let thread = Thread { [self] in run(number) }
        thread.name = "lanyard-\(name)"
        thread.start()
    }
}

// MARK: - A lane

extension Lanes {
    private func run(_ number: Int) {
        var connection: PostgresConnection?
        var backoff = Backoff()
        while true {
            guard let open = connection else {
                connection = connect(&backoff)
                guard let connection else { break }
                state.withLock { $0.handles[number] = connection.handle }
                continue
            }
            guard let calls = take() else { break }
            // While nobody looked the server may have ended.
            let again = open.isAlive() ? work(calls, open) : calls
            if !again.isEmpty { putBack(again) }
            if open.isLost {
                state.withLock { $0.handles[number] = nil }
                connection = nil
            }
        }
        state.withLock { $0.handles[number] = nil }
        connection = nil
        end()
    }

    /// The next calls, once there are any; `nil` when there will be none.
    private func take() -> [Call]? {
        state.withLock { $0.idleCount += 1 }
        defer { state.withLock { $0.idleCount -= 1 } }
        while true {
            wake.wait()
            let (calls, isOver) = state.withLock { state in
                let calls = Array(state.waiting.prefix(together))
                state.waiting.removeFirst(calls.count)
                return (calls, state.isClosed && calls.isEmpty)
            }
            if !calls.isEmpty { return calls }
            if isOver {
                // The next one waits for the same.
                wake.signal()
                return nil
            }
        }
    }

    private func putBack(_ calls: [Call]) {
        state.withLock { state in
            state.waiting.insert(contentsOf: calls, at: 0)
            beginSweeping(&state)
        }
        for _ in calls { wake.signal() }
    }

    /// A connection, however long it takes; `nil` when the lanes were closed meanwhile.
    private func connect(_ backoff: inout Backoff) -> PostgresConnection? {
        while true {
            if state.withLock({ $0.isClosed && $0.waiting.isEmpty }) { return nil }
            do {
                let connection = try connector.connect()
                state.withLock { $0.failure = nil }
                watch.connected()
                return connection
            } catch {
                let isClosed = state.withLock { state in
                    state.failure = error
                    return state.isClosed
                }
                watch.failed(error)
                // Whoever closes does not wait for a server that is gone.
                if isClosed { return nil }
            }
            if closing.wait(timeout: (Moment.now + backoff.next()).dispatchTime) == .success { closing.signal() }
        }
    }

    private func end() {
        let (callers, left) = state.withLock { state in
            state.laneCount -= 1
            guard state.laneCount == 0, state.isClosed else { return ([CheckedContinuation<Void, Never>](), [Call]()) }
            defer { (state.whenEnded, state.waiting) = ([], []) }
            return (state.whenEnded, state.waiting)
        }
        for call in left { call.fail(StoreError(.closed, name)) }
        for caller in callers { caller.resume() }
    }
}

// MARK: - Time

extension Lanes {
    private func beginSweeping(_ state: inout State) {
        guard !state.isSweeping, let earliest = state.waiting.map(\.deadline).min() else { return }
        state.isSweeping = true
        DispatchQueue.global().asyncAfter(deadline: earliest.dispatchTime) { [weak self] in self?.sweep() }
    }

    /// Refuses the calls whose time is over.
    private func sweep() {
        let now = Moment.now
        let (late, reason) = state.withLock { state in
            let late = state.waiting.filter { $0.deadline <= now }
            if !late.isEmpty { state.waiting.removeAll { $0.deadline <= now } }
            state.isSweeping = false
            beginSweeping(&state)
            return (late, state.failure?.context ?? "all connections are busy")
        }
        for call in late { call.fail(StoreError(.unavailable, "\(name): no turn in time: \(reason)")) }
    }

    /// Takes no more calls, and returns when those that were taken are done. What the server has not answered after a
    /// while is ended.
    func close() async {
        let (count, isFirst) = state.withLock { state in
            defer { state.isClosed = true }
            return (state.laneCount, !state.isClosed)
        }
        if isFirst {
            closing.signal()
            for _ in 0...count { wake.signal() }
            let patience = connector.settings.closingTimeout
            DispatchQueue.global().asyncAfter(deadline: (Moment.now + patience).dispatchTime) { [weak self] in
                self?.handles.forEach { $0.cancel() }
            }
            DispatchQueue.global().asyncAfter(deadline: (Moment.now + patience + patience).dispatchTime) {
                [weak self] in
                self?.handles.forEach { $0.cut() }
            }
        }
        await withCheckedContinuation { caller in
            let isEnded = state.withLock { state in
                if state.laneCount > 0 { state.whenEnded.append(caller) }
                return state.laneCount == 0
            }
            if isEnded { caller.resume() }
        }
    }

    private var handles: [ConnectionHandle] { state.withLock { Array($0.handles.values) } }
}
