// The last step: it looks at every allowance under the locks, and either charges all of them or none.

extension Steps {
    /// Step 13. Charges where everything suffices; counts the outcome in either case.
    package static func spend(
        _ demand: Demand, _ key: ResolvedKey, on node: some DecisionNode, now: Now, report: inout LimitReport
    ) -> Decision {
        let spent = key.state.withContent { own in
            var grantID: GrantID?
            var denial = check(demand, &own, now: now, report: &report)
            if let account = key.account?.state {
                denial = account.withContent { shared in
                    let sharedDenial = checkLimits(demand.costs, &shared, now: now, report: &report)
                    if let worst = later(denial, sharedDenial) { return worst }
                    if let refused = openCall(key, &own, on: node, now: now, id: &grantID) { return refused }
                    charge(demand.costs, &own, now: now, report: &report, from: 0)
                    charge(demand.costs, &shared, now: now, report: &report, from: own.limits.rules.count)
                    return nil
                }
            } else if denial == nil {
                denial = openCall(key, &own, on: node, now: now, id: &grantID)
                if denial == nil { charge(demand.costs, &own, now: now, report: &report, from: 0) }
            }
            let retired = own.tally(for: now.wall.minute) { tally in
                if let denial { tally.countDenial(denial.code) } else { tally.countGrant(demand.costs) }
            }
            return Spent(denial: denial, grantID: grantID, mustList: own.markListed(), retired: retired)
        }
        if let retired = spent.retired { node.retire(retired, of: key.state.subject) }
        if spent.mustList { node.needsFlush(key.state) }
        if let denial = spent.denial { return .deny(denial) }
        if let account = key.account?.state, account.withContent({ $0.isUnsaved && $0.markListed() }) {
            node.needsFlush(account)
        }
        return .grant(Granted(key: key, grantID: spent.grantID))
    }

    private struct Spent {
        let denial: Denial?
        let grantID: GrantID?
        let mustList: Bool
        let retired: UsageTally?
    }

    /// Opens a call where the key bounds them. Before anything is charged, for there may be no room to remember it.
    private static func openCall(
        _ key: ResolvedKey, _ own: inout AllowanceState.Content, on node: some DecisionNode, now: Now,
        id: inout GrantID?
    ) -> Denial? {
        guard own.maximumInFlight != .max else { return nil }
        guard let opened = node.openCall(key.state, at: now.monotonic) else { return Denial(.unavailable) }
        own.inFlight += 1
        id = opened
        return nil
    }

    /// In-flight calls and then the limits of one subject, without charging.
    static func check(
        _ demand: Demand, _ content: inout AllowanceState.Content, now: Now, report: inout LimitReport
    ) -> Denial? {
        let limited = checkLimits(demand.costs, &content, now: now, report: &report)
        let maximum = content.maximumInFlight
        if maximum != .max, !demand.canFinish || content.inFlight >= maximum {
            return Denial(.tooManyInFlight, .inFlight(maximum: maximum, canFinish: demand.canFinish))
        }
        return limited
    }

    /// Reads every limit into `report`; of those that are full, names the one that takes longest to have room.
    static func checkLimits(
        _ costs: Costs, _ content: inout AllowanceState.Content, now: Now, report: inout LimitReport
    ) -> Denial? {
        let limits = content.limits
        if limits.rules.isEmpty { return nil }
        let block = content.block ?? .make(words: limits.words)
        content.block = block
        var denial: Denial?
        for index in limits.rules.indices {
            let rule = limits.rules[index]
            let cost = costs[rule.definition.unit]
            let full = block.withRing(rule) { ring -> Denial? in
                ring.advance(to: now.monotonic)
                let amount = rule.definition.amount
                let reading = read(ring, of: limits, at: index, now: now)
                report.append(reading)
                if cost == 0 || ring.total <= amount - cost { return nil }
                let wait = ring.admits(cost, within: amount).map { milliseconds(until: $0, from: now.monotonic) }
                return Denial(.rateLimited, .limit(reading, retryAfterMilliseconds: wait))
            }
            denial = later(denial, full)
        }
        return denial
    }

    private static func charge(
        _ costs: Costs, _ content: inout AllowanceState.Content, now: Now, report: inout LimitReport, from first: Int
    ) {
        let limits = content.limits
        guard let block = content.block else { return }
        for index in limits.rules.indices {
            let rule = limits.rules[index]
            let cost = costs[rule.definition.unit]
            if cost == 0 { continue }
            content.isUnsaved = true
            let updated = block.withRing(rule) { ring in
                ring.charge(cost)
                return read(ring, of: limits, at: index, now: now)
            }
            report.replace(first + index, with: updated)
        }
    }

    private static func read(_ ring: WindowRing, of limits: LimitSet, at index: Int, now: Now) -> LimitReading {
        LimitReading(
            limits: limits, index: index, remaining: max(0, limits.rules[index].definition.amount - ring.total),
            resetMilliseconds: ring.emptyAt.map { milliseconds(until: $0, from: now.monotonic) } ?? 0)
    }

    /// Milliseconds, rounded up: whoever waits them finds room.
    private static func milliseconds(until instant: MonotonicInstant, from now: MonotonicInstant) -> Int64 {
        max(1, (instant.nanoseconds - now.nanoseconds + 999_999) / 1_000_000)
    }

    /// Of two denials the one that says more: in-flight first, then a limit that never fits, then the longer wait.
    static func later(_ left: Denial?, _ right: Denial?) -> Denial? {
        guard let left, let right else { return left ?? right }
        if left.code != .rateLimited { return left }
        guard let leftWait = left.retryAfterMilliseconds, let rightWait = right.retryAfterMilliseconds else {
            return left.retryAfterMilliseconds == nil ? left : right
        }
        return leftWait >= rightWait ? left : right
    }
}

extension AllowanceState.Content {
    /// Notes that there is something to flush; `true` if the caller must put the state into the list.
    mutating func markListed() -> Bool {
        defer { isListed = true }
        return !isListed
    }

    /// Counts in the tally of `minute`; returns the tally of an earlier minute that it had to give up.
    mutating func tally(for minute: Int32, _ count: (inout UsageTally) -> Void) -> UsageTally? {
        // Taken out while it counts: a second owner would make it copy its dictionary.
        let old = tally.take()
        guard var current = old, current.minute == minute else {
            var fresh = UsageTally(minute: minute)
            count(&fresh)
            tally = fresh
            return old
        }
        count(&current)
        tally = current
        return nil
    }
}
