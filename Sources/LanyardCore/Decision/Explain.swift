/// How one step came out when a decision was explained.
public struct StepVerdict: Hashable, Sendable {
    /// How it came out.
    public enum Outcome: String, Hashable, Sendable {
        /// It would let the request through.
        case pass
        /// It would refuse the request.
        case fail
        /// It could not be judged, because an earlier step found no key.
        case notReached = "not_reached"
        /// Nothing to judge: the key and the demand ask for nothing here.
        case notApplicable = "not_applicable"
    }

    /// The step.
    public let step: DecisionStep
    /// How it came out.
    public let outcome: Outcome
    /// The denial's code where it fails.
    public let code: DenialCode?
    /// What was found, in one sentence.
    public let detail: String?
}

/// A decision laid open: each step with its verdict. Nothing was charged, counted or opened.
package struct Explanation: Sendable {
    package let steps: [StepVerdict]
    /// The first failure, which is what `decide` would have answered; `nil` for a grant.
    package let denial: Denial?
    package let key: ResolvedKey?
    /// How the key's limits stand.
    package let report: LimitReport

    package var limits: [LimitStatus] { report.statuses }
    /// How the key's quotas stand, as far as the ledger was asked.
    package var quotas: [QuotaStatus] { report.quotas }
}

/// Walks the steps of ``decide(_:on:now:report:)`` without spending. Every step that can be judged is, also behind a
/// failed one: whoever repairs a request wants to know all that is wrong with it.
package func explain(_ request: DecisionRequest, key: ResolvedKey?, on node: some DecisionNode, now: Now)
    -> Explanation
{
    var walk = Walk()
    walk.take(.nodeIsCurrent, Steps.nodeIsCurrent(node, now))
    switch Steps.identify(request.presented, acceptsForeign: node.acceptsForeignSecrets) {
    case .success:
        walk.take(.keyIsPresented, nil)
        walk.take(.checksum, nil)
    case .failure(let denial):
        if case .text(let bytes) = request.presented, SecretShape.inspect(bytes) == .wrongChecksum {
            walk.take(.keyIsPresented, nil)
            walk.take(.checksum, denial)
        } else {
            walk.take(.keyIsPresented, denial)
        }
        return walk.end(key: nil)
    }
    guard let key else {
        walk.take(.keyIsKnown, Denial(.unknownKey))
        return walk.end(key: nil)
    }
    walk.take(.keyIsKnown, nil)
    walk.take(.keyIsNotRevoked, Steps.notRevoked(key))
    walk.take(.keyIsEnabled, Steps.enabled(key))
    walk.take(.keyIsInTime, Steps.inTime(key, now))
    walk.take(.audience, Steps.audience(key, request.demand))
    walk.skip(.derivation, "The key is not a derived one.")
    walk.take(.proof, Steps.proof(key, request.proof))
    walk.take(.address, Steps.address(key, request.address), asked: key.restrictions?.addresses.isEmpty == false)
    let asksTarget = key.restrictions != nil || !request.demand.methods.isEmpty || !request.demand.paths.isEmpty
    walk.take(.target, Steps.target(key, request), asked: asksTarget)
    walk.take(.scope, Steps.scope(key, request.demand), asked: request.demand.scope != nil)
    var report = LimitReport()
    walk.take(.allowances, Steps.rehearse(request.demand, key, now: now, report: &report))
    return walk.end(key: key, report: report)
}

extension Steps {
    /// Step 13 without charging.
    static func rehearse(_ demand: Demand, _ key: ResolvedKey, now: Now, report: inout LimitReport) -> Denial? {
        key.state.withContent { own in
            var leased = Self.leased(demand.costs, own, now: now)
            var denial = check(demand, &own, key.state.subject, leased, now: now)
            var quotas = checkQuotas(demand.costs, own, now: now)
            read(own, now: now, report: &report)
            readQuotas(own, now: now, report: &report)
            if let account = key.account?.state {
                account.withContent { shared in
                    if own.shared == nil { leased = Self.leased(demand.costs, shared, now: now) }
                    denial = later(denial, checkLimits(demand.costs, &shared, account.subject, leased, now: now))
                    quotas = .both(quotas, checkQuotas(demand.costs, shared, now: now))
                    read(shared, now: now, report: &report)
                    readQuotas(shared, now: now, report: &report)
                }
            }
            // A quota that nobody knows would be asked for, and may well suffice.
            if denial == nil, case .denied(let found) = quotas { denial = found }
            return denial
        }
    }
}

/// Collects verdicts in order, and remembers the first failure.
private struct Walk {
    private var steps: [StepVerdict] = []
    private var denial: Denial?

    mutating func take(_ step: DecisionStep, _ denial: Denial?, asked: Bool = true) {
        if let denial {
            if self.denial == nil { self.denial = denial }
            steps.append(StepVerdict(step: step, outcome: .fail, code: denial.code, detail: denial.detail))
        } else {
            steps.append(StepVerdict(step: step, outcome: asked ? .pass : .notApplicable, code: nil, detail: nil))
        }
    }

    mutating func skip(_ step: DecisionStep, _ detail: String) {
        steps.append(StepVerdict(step: step, outcome: .notApplicable, code: nil, detail: detail))
    }

    mutating func end(key: ResolvedKey?, report: LimitReport = LimitReport()) -> Explanation {
        let taken = Set(steps.map(\.step))
        for step in DecisionStep.allCases where !taken.contains(step) {
            steps.append(StepVerdict(step: step, outcome: .notReached, code: nil, detail: nil))
        }
        return Explanation(steps: steps, denial: denial, key: key, report: report)
    }
}
