package import LanyardCore
import LanyardStorage
import Logging

extension KeyEngine {
    /// Ends a call that a grant opened. What was reserved for it and not used comes back, if `actual` says what was used; a
    /// unit that it doesn't name was used as it was reserved.
    package func finish(_ id: GrantID, actual: ActualCosts? = nil) -> FinishOutcome {
        let now = now
        let (outcome, call) = calls.finish(id, at: now.monotonic)
        if let call {
            if call.isInFlight, call.state.endCall() { places.enqueue(call.state) }
            if let actual, let reservation = call.reservation {
                settle(reservation, of: call.state, actual: actual.completed(by: reservation.costs), at: now)
            }
        }
        if case .unknown = outcome, membership != nil, NodeMark(of: id) != NodeMark(nodeID) { return .elsewhere }
        return outcome
    }

    /// Ends a call that another node granted, by leaving word for it. Waits for a moment for what came of it.
    /// - Throws: ``EngineError`` where no word could be left: then it must be told again.
    package func finishElsewhere(_ id: GrantID, actual: ActualCosts?) async throws -> FinishOutcome {
        guard let membership else { return .unknown }
        do {
            let finish = PassedFinish(
                grant: id, requests: actual?.requests, tokens: actual?.tokens, nanoUSD: actual?.nanoUSD)
            return switch try await membership.finishes.pass(finish) {
            case .finished: .finished
            case .alreadyFinished: .alreadyFinished
            case .unknown: .unknown
            }
        } catch {
            throw EngineError(error)
        }
    }

    /// Ends the calls whose end others were told of. What fails is tried again within a second.
    func endPassedCalls() async {
        guard let membership else { return }
        do {
            while true {
                let finishes = try await membership.store.finishes(
                    passedTo: NodeMark(nodeID), limit: KeyEngine.passedTogether)
                guard !finishes.isEmpty else { return }
                var outcomes: [GrantID: PassedFinish.Outcome] = [:]
                for finish in finishes {
                    let actual = ActualCosts(
                        requests: finish.requests, tokens: finish.tokens, nanoUSD: finish.nanoUSD)
                    outcomes[finish.grant] =
                        switch self.finish(finish.grant, actual: actual == ActualCosts() ? nil : actual) {
                        case .finished: .finished
                        case .alreadyFinished: .alreadyFinished
                        case .unknown, .elsewhere: .unknown
                        }
                }
                try await membership.store.answer(outcomes)
                if finishes.count < KeyEngine.passedTogether { return }
            }
        } catch {
            logger.debug("ends of calls can't be read", metadata: ["reason": "\(error)"])
        }
    }

    private static let passedTogether = 500

    private func settle(_ reservation: Reservation, of state: AllowanceState, actual: Costs, at now: Now) {
        for state in state.settle(reservation, actual: actual, at: now) { leases.enqueue(state) }
        // Usage counted what was reserved, in the minute of the grant.
        var correction = UsageTally(minute: reservation.minute)
        correction.tokens = actual.tokens - reservation.costs.tokens
        correction.nanoUSD = actual.nanoUSD - reservation.costs.nanoUSD
        if correction.tokens != 0 || correction.nanoUSD != 0 { pending.add(correction, of: state.subject) }
    }
}
