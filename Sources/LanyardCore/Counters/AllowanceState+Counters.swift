// What the keeper of counters does with a state: it carries its question to the counters, and the answer back.

extension AllowanceState {
    /// The parts of a question for a call of `costs`, one for each limit; `nil` where there is nothing to ask.
    package func countersQuestion(_ costs: Costs) -> (limits: LimitSet, parts: [CounterQuestion.Part])? {
        let subject = subject
        return withContent { content in
            guard let limits = content.shared?.limits else { return nil }
            let parts = limits.rules.map { rule in
                CounterQuestion.Part(
                    id: CounterID(subject: subject, identity: rule.identity), amount: rule.definition.amount,
                    cost: max(0, costs[rule.definition.unit]), onLoss: rule.definition.onLoss)
            }
            return (limits, parts)
        }
    }

    /// Takes over what the counters answered about `limits`.
    package func takeReadings(
        _ readings: [CounterAnswer.Reading], of limits: LimitSet, costs: Costs, askedAt: MonotonicInstant
    ) {
        withContent { content in
            guard let windows = content.shared, windows.limits === limits else { return }
            windows.take(readings, costs: costs, askedAt: askedAt)
        }
    }

    /// How many calls to charge ahead along with `question`, which is for one: whoever gets a number must call
    /// ``takeLease(_:of:at:)`` or ``endLease(_:of:at:)``. And how many were charged ahead before, and lost.
    package func beginLease(
        _ question: CounterQuestion, of limits: LimitSet, at now: MonotonicInstant, time: MonotonicInstant
    ) -> (calls: Int64, lost: Int64) {
        withContent { content in
            guard let windows = content.shared, windows.limits === limits else { return (0, 0) }
            return windows.beginLease(question, at: now, time: time)
        }
    }

    /// Takes over what was charged ahead.
    package func takeLease(_ lease: BucketLease, of limits: LimitSet, at now: MonotonicInstant) {
        withContent { content in
            guard let windows = content.shared, windows.limits === limits else { return }
            windows.takeLease(lease, at: now)
        }
    }

    /// Nothing was charged ahead, as far as is known.
    package func endLease(_ outcome: LeaseAppetite.Outcome, of limits: LimitSet, at now: MonotonicInstant) {
        withContent { content in
            guard let windows = content.shared, windows.limits === limits else { return }
            windows.endLease(outcome, at: now)
        }
    }

    /// A call that asked was charged: more like it may be charged ahead.
    package func earnLease(_ question: CounterQuestion, of limits: LimitSet) {
        withContent { content in
            guard let windows = content.shared, windows.limits === limits else { return }
            windows.earnLease(question.costs)
        }
    }
}

extension CounterQuestion {
    /// What a call costs in the units that are asked about: in others, calls may differ.
    package var costs: Costs {
        parts.reduce(into: Costs(requests: 0)) { costs, part in
            if part.cost > 0 { costs[part.id.identity.unit] = part.cost }
        }
    }
}

extension CounterReceipt {
    /// Puts together what was asked for one call, and what was answered; of each state, as many parts as it has limits.
    package init(
        _ asked: [(state: AllowanceState, limits: LimitSet)], costs: Costs, _ answer: CounterAnswer,
        askedAt: MonotonicInstant
    ) {
        var rest = answer.readings[...]
        parts = asked.map { state, limits in
            defer { rest = rest.dropFirst(limits.rules.count) }
            let refusals = rest.prefix(limits.rules.count).map { reading in
                reading.isFull ? Refusal(until: reading.retryInMilliseconds.map(askedAt.advanced)) : nil
            }
            return Part(subject: state.subject, limits: limits, refusals: refusals)
        }
        self.costs = costs
        isCharged = answer.isCharged
    }

    /// For a call that passes uncounted, as all of these limits allow while the counters are out of reach.
    package init(waiving asked: [(state: AllowanceState, limits: LimitSet)], costs: Costs) {
        parts = asked.map { Part(subject: $0.state.subject, limits: $0.limits, refusals: []) }
        self.costs = costs
        isCharged = true
    }
}
