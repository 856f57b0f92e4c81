import CoreMetrics
import LanyardCore
import LanyardStorage
import Logging
import Synchronization

// # The keeper of places
//
// Where several nodes share a store, it asks for the places in flight that calls need, and gives back those that are empty.
// One batch is under way at a time, so that no claim overtakes an earlier one of the same key, and what is wanted meanwhile
// gathers for the next.
//
// A place that another node is just giving back is on its way for a moment; so a call that finds none asks a few times
// more before it is denied.

/// Asks the store for places in flight.
final class PlaceKeeper: Sendable {
    /// `nil` for a node that is alone with its store, and counts by itself.
    private let store: (any SharedPlaces)?
    private let node: NodeID
    private let clock: EngineClock
    private let logger: Logger
    private let metrics = Metrics()
    private let state = Mutex(State())

    /// The most claims in one transaction, so that it is short.
    private static let batchSize = 500
    /// How long a call waits for places that are being given back, and how often it asks again.
    private static let pauses: [Duration] = [.milliseconds(25), .milliseconds(75)]

    private struct State {
        var queue = WishQueue<Wish>()
        /// States that hold places, or whose last claim was not answered.
        var holders: [Subject: AllowanceState] = [:]
        var isComplaining = false
    }

    private struct Wish {
        /// `nil` where every place is to be forgotten.
        let state: AllowanceState?
        /// `nil` where nobody waits.
        let caller: CheckedContinuation<Void, any Error>?
    }

    private struct Metrics {
        let claims = Counter(label: "lanyard_place_claims_total")
        let batches = Counter(label: "lanyard_place_batches_total")
        let failures = Counter(label: "lanyard_place_failures_total")
    }

    init(_ store: (any SharedPlaces)?, node: NodeID, clock: EngineClock, logger: Logger) {
        self.store = store
        self.node = node
        self.clock = clock
        self.logger = logger
    }

    /// Asks for a place for a call; returns when the call should decide anew.
    /// - Throws: What the store threw: nothing is known then.
    func fetch(_ state: AllowanceState) async throws {
        var pauses = Self.pauses[...]
        while true {
            state.waitForPlace(at: clock.now().monotonic)
            try await withCheckedThrowingContinuation { submit(Wish(state: state, caller: $0)) }
            if state.hasFreePlace { return }
            guard let pause = pauses.popFirst() else { break }
            try await Task.sleep(for: pause)
        }
        state.foundNoPlace(at: clock.now().monotonic)
    }

    /// Sees to it that the store hears of a state soon.
    func enqueue(_ state: AllowanceState) {
        submit(Wish(state: state, caller: nil))
    }

    /// Forgets all places: the store is about to count none of them. Returns once no claim is under way.
    func forgetPlaces() async {
        // It is never refused, and waits for nothing that can fail.
        _ = try? await withCheckedThrowingContinuation { submit(Wish(state: nil, caller: $0)) }
    }

    /// Asks again what was not answered, and gives back what nobody uses. Called each second.
    func maintain() {
        let now = clock.now().monotonic
        for holder in state.withLock({ Array($0.holders.values) }) {
            if holder.listForPlaces(at: now) {
                enqueue(holder)
            } else if !holder.holdsPlaces {
                state.withLock { $0.holders[holder.subject] = nil }
            }
        }
    }

    private func submit(_ wish: Wish) {
        switch state.withLock({ $0.queue.add(wish, always: wish.state == nil) }) {
        case .waits: break
        case .startsWork: Task { await work() }
        case .refused: refuse(wish, EngineError.overloaded("too many calls wait for places"))
        }
    }

    /// A wish that no batch took: its call waits no more, and is not asked for.
    private func refuse(_ wish: Wish, _ error: any Error) {
        if let caller = wish.caller {
            wish.state?.waitsNoMoreForPlace()
            caller.resume(throwing: error)
        } else {
            wish.state?.wasNotListedForPlaces()
        }
    }

    private func work() async {
        while let wishes = next() {
            if let first = wishes.first, first.state == nil {
                for holder in state.withLock({ Array($0.holders.values) }) { holder.resetPlaces() }
                first.caller?.resume()
            } else {
                await carryOut(wishes)
            }
        }
    }

    private func next() -> [Wish]? {
        state.withLock { state in
            state.queue.next(Self.batchSize) { $0.state != nil && $1.state != nil }
        }
    }

    private func carryOut(_ wishes: [Wish]) async {
        let now = clock.now().monotonic
        var states: [Subject: AllowanceState] = [:]
        for state in wishes.lazy.compactMap(\.state) { states[state.subject] = state }
        var asked: [AllowanceState] = []
        var claims: [PlaceClaim] = []
        for state in states.values {
            guard let places = state.askForPlaces(at: now) else { continue }
            asked.append(state)
            claims.append(
                PlaceClaim(
                    subject: state.subject, floor: places.floor, wanted: places.wanted, maximum: places.maximum))
        }
        do {
            try await claim(claims, for: asked)
            for wish in wishes { wish.caller?.resume() }
        } catch {
            metrics.failures.increment()
            complain(error, about: asked)
            // Whoever waits behind would only find out the same, later.
            let behind = state.withLock { $0.queue.removeAll { $0.state != nil } }
            for wish in wishes { wish.caller?.resume(throwing: error) }
            for wish in behind { refuse(wish, error) }
        }
    }

    private func claim(_ claims: [PlaceClaim], for asked: [AllowanceState]) async throws {
        guard let store, !claims.isEmpty else { return }
        metrics.batches.increment()
        metrics.claims.increment(by: claims.count)
        let answers = try await store.hold(claims, by: node)
        guard answers.count == claims.count else {
            throw StoreError(.corrupted, "the store answered \(answers.count) of \(claims.count) claims")
        }
        for (holder, held) in zip(asked, answers) {
            holder.takePlaces(held)
            let isHolder = holder.holdsPlaces
            state.withLock { $0.holders[holder.subject] = isHolder ? holder : nil }
        }
        state.withLock { $0.isComplaining = false }
    }

    private func complain(_ error: any Error, about asked: [AllowanceState]) {
        let isNews = state.withLock { state in
            for holder in asked { state.holders[holder.subject] = holder }
            defer { state.isComplaining = true }
            return !state.isComplaining
        }
        if isNews {
            logger.error("places in flight could not be asked for; trying again", metadata: ["reason": "\(error)"])
        }
    }
}
