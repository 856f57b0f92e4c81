import CoreMetrics
import LanyardCore
import LanyardEngine
import LanyardHTTP
import Logging
import NIOCore
import NIOHTTP1

// # Requests that wait
//
// A decision is taken on the event loop, and whatever needs the store leaves it: the request is parked, and the loop goes
// on with other connections. Three things bound this. Each event loop parks a limited number of requests; one more is
// denied `unavailable` at once. A request waits until a deadline, whatever it still lacks. And a decision goes and fetches
// at most ``KeyEngine/maximumRounds`` times.

/// The parked requests of one event loop.
final class ParkedCalls {
    private let eventLoop: any EventLoop
    private let service: any DecisionService
    private let limits: ParkingLimits
    private let metrics: DataPlaneMetrics
    private let logger: Logger
    private var count = 0

    init(
        eventLoop: any EventLoop, service: any DecisionService, limits: ParkingLimits, metrics: DataPlaneMetrics,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.service = service
        self.limits = limits
        self.metrics = metrics
        self.logger = logger
    }

    private final class Parked {
        let call: any ResumableCall
        /// For the log.
        let head: HTTPRequestHead
        let deferred = DeferredAnswer()
        let complete: (CallAnswer, DeferredAnswer) -> Void
        var deadline: Scheduled<Void>?
        var isLate = false
        /// Tells the fetch that is waited for from one that came too late.
        var fetches = 0

        init(
            _ call: any ResumableCall, _ head: HTTPRequestHead,
            _ complete: @escaping (CallAnswer, DeferredAnswer) -> Void
        ) {
            self.call = call
            self.head = head
            self.complete = complete
        }
    }

    enum Start {
        case answer(CallAnswer)
        case later(DeferredAnswer)
    }

    /// Goes on with a call that has come as far as `progress`. What is not answered at once is given to `complete` later.
    func run(
        _ call: any ResumableCall, from progress: CallProgress, head: HTTPRequestHead,
        complete: @escaping (CallAnswer, DeferredAnswer) -> Void
    ) -> Start {
        var progress = progress
        while true {
            switch progress {
            case .answer(let answer):
                return .answer(answer)
            case .needs where count >= limits.callsOnEachLoop:
                metrics.parkingRefused.increment()
                call.miss()
                progress = call.advance()
            case .runs where count >= limits.callsOnEachLoop:
                metrics.parkingRefused.increment()
                call.abandon()
                return .answer(.unavailable)
            case .needs, .runs:
                let parked = Parked(call, head, complete)
                count += 1
                park(parked, progress)
                return .later(parked.deferred)
            }
        }
    }

    private func park(_ parked: Parked, _ progress: CallProgress) {
        metrics.parked.increment()
        parked.deadline = eventLoop.assumeIsolated().scheduleTask(in: limits.deadline) { [self] in
            deadlinePassed(parked)
        }
        go(on: parked, from: progress)
    }

    private func go(on parked: Parked, from progress: CallProgress) {
        var progress = progress
        while true {
            switch progress {
            case .answer(let answer):
                return end(parked, answer)
            case .needs where parked.isLate:
                parked.call.miss()
                progress = parked.call.advance()
            case .needs(let tickets):
                return fetch(tickets, for: parked)
            case .runs(let operation):
                return run(operation, for: parked)
            }
        }
    }

    private func fetch(_ tickets: [Ticket], for parked: Parked) {
        parked.fetches += 1
        let number = parked.fetches
        let bound = NIOLoopBound((self, parked), eventLoop: eventLoop)
        Task { [service, eventLoop] in
            let fetched = await ParkedCalls.fetch(tickets, by: service)
            eventLoop.execute {
                let (calls, parked) = bound.value
                calls.fetched(parked, number: number, fetched)
            }
        }
    }

    private enum Fetched: Sendable {
        case done(CounterReceipt?)
        case failed(reason: String)
    }

    /// Fetches all at the same time, and tells what became of the first.
    private static func fetch(_ tickets: [Ticket], by service: any DecisionService) async -> Fetched {
        guard let first = tickets.first else { return .done(nil) }
        if tickets.count == 1 { return await fetch(first, by: service) }
        return await withTaskGroup(of: Void.self, returning: Fetched.self) { group in
            for ticket in tickets.dropFirst() {
                group.addTask { _ = try? await service.resolve(ticket) }  // Asked for again when it is its turn.
            }
            return await fetch(first, by: service)
        }
    }

    private static func fetch(_ ticket: Ticket, by service: any DecisionService) async -> Fetched {
        do {
            return .done(try await service.resolve(ticket))
        } catch {
            // Only our own errors vouch for a description without secrets.
            return .failed(reason: (error as? EngineError)?.description ?? "\(type(of: error))")
        }
    }

    private func fetched(_ parked: Parked, number: Int, _ fetched: Fetched) {
        if case .failed(let reason) = fetched {
            let label = RequestLabel(requestID: parked.call.requestID, fields: RequestFields(parked.head))
            var metadata = Logger.Metadata(label)
            metadata["reason"] = "\(reason)"
            logger.error("a decision could not be taken", metadata: metadata)
        }
        guard parked.fetches == number else { return }
        switch fetched {
        case .done(let receipt?): parked.call.receipt = receipt
        case .done(nil): break  // What was charged before stays so.
        case .failed: parked.call.miss()
        }
        resume(parked)
    }

    private func deadlinePassed(_ parked: Parked) {
        guard !parked.isLate else { return }
        metrics.parkingExpired.increment()
        parked.isLate = true
        parked.fetches += 1  // What was waited for comes too late.
        parked.call.miss()
        resume(parked)
    }

    private func resume(_ parked: Parked) {
        if parked.deferred.isAbandoned { return end(parked, nil) }
        go(on: parked, from: parked.call.advance())
    }

    /// What runs elsewhere may change the store, so it is waited for: its own bounds hold, and not the deadline.
    private func run(_ operation: @escaping @Sendable () async -> CallAnswer, for parked: Parked) {
        parked.deadline?.cancel()
        let bound = NIOLoopBound((self, parked), eventLoop: eventLoop)
        Task { [eventLoop] in
            let answer = await operation()
            eventLoop.execute {
                let (calls, parked) = bound.value
                calls.end(parked, answer)
            }
        }
    }

    private func end(_ parked: Parked, _ answer: CallAnswer?) {
        count -= 1
        parked.deadline?.cancel()
        if let answer, !parked.deferred.isAbandoned {
            parked.complete(answer, parked.deferred)
        } else {
            parked.call.abandon()
        }
    }
}
