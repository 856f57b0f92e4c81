// The last step: it looks at every allowance under the locks, and either charges all of them or none.

extension Steps {
    /// Step 13. Charges where everything suffices; counts the outcome in either case.
    package static func spend(
        _ demand: Demand, _ key: ResolvedKey, on node: some DecisionNode, now: Now, receipt: CounterReceipt? = nil,
        report: inout LimitReport
    ) -> Decision {
        let (ownSubject, accountSubject) = (key.state.subject, key.account?.state.subject)
        let spent = key.state.withContent { own in
            var receipt = receipt
            let isAsked = receipt != nil
            if !isAsked { receipt = leased(demand.costs, own, now: now) }
            var spending = Spending(demand, denial: check(demand, &own, ownSubject, receipt, now: now))
            if let account = key.account?.state, let accountSubject {
                account.withContent { shared in
                    if !isAsked, own.shared == nil { receipt = leased(demand.costs, shared, now: now) }
                    let limited = checkLimits(demand.costs, &shared, accountSubject, receipt, now: now)
                    spending.denial = later(spending.denial, limited)
                    spending.checkPlace(own, now: now)
                    if own.quotas != nil || shared.quotas != nil {
                        spending.checkQuotas(demand, own, shared, now: now)
                    }
                    spending.checkCounters(own, ownSubject, receipt)
                    spending.checkCounters(shared, accountSubject, receipt)
                    if spending.mustWait { return }
                    spending.openCall(demand, key, &own, now: now, on: node) { shared.reservedPieces($0, now: now) }
                    spending.chargeLimits(&own, now: now, report: &report)
                    spending.chargeLimits(&shared, now: now, report: &report)
                    if spending.denial == nil {
                        if !isAsked, receipt != nil { (own.shared ?? shared.shared)?.spendLease() }
                        spending.ownMustAsk = chargeQuotas(spending.costs, own, now: now)
                        spending.accountMustAsk = chargeQuotas(spending.costs, shared, now: now)
                    }
                    readQuotas(own, now: now, report: &report)
                    readQuotas(shared, now: now, report: &report)
                    spending.accountMustFlush = shared.isUnsaved && shared.markListed()
                }
            } else {
                spending.checkPlace(own, now: now)
                if own.quotas != nil { spending.checkQuotas(demand, own, now: now) }
                spending.checkCounters(own, ownSubject, receipt)
                if !spending.mustWait {
                    spending.openCall(demand, key, &own, now: now, on: node) { _ in [] }
                    spending.chargeLimits(&own, now: now, report: &report)
                    if spending.denial == nil {
                        if !isAsked, receipt != nil { own.shared?.spendLease() }
                        spending.ownMustAsk = chargeQuotas(spending.costs, own, now: now)
                    }
                    readQuotas(own, now: now, report: &report)
                }
            }
            if !spending.mustWait { spending.count(&own, now: now) }
            return spending
        }
        return spent.decision(on: key, node)
    }

    /// In-flight calls and then the limits of one subject, without charging.
    static func check(
        _ demand: Demand, _ content: inout AllowanceState.Content, _ subject: Subject, _ receipt: CounterReceipt?,
        now: Now
    ) -> Denial? {
        let limited = checkLimits(demand.costs, &content, subject, receipt, now: now)
        let maximum = content.maximumInFlight
        if maximum != .max, !demand.canFinish || content.inFlight >= maximum {
            return Denial(.tooManyInFlight, .inFlight(maximum: maximum, canFinish: demand.canFinish))
        }
        return limited
    }

    /// A subject's limits, wherever they are counted.
    static func checkLimits(
        _ costs: Costs, _ content: inout AllowanceState.Content, _ subject: Subject, _ receipt: CounterReceipt?,
        now: Now
    ) -> Denial? {
        if let windows = content.shared { return checkSharedLimits(costs, windows, subject, receipt, now: now) }
        return checkLimits(costs, &content, now: now)
    }

    /// Moves every window on to now; of those that are full, names the one that takes longest to have room.
    private static func checkLimits(_ costs: Costs, _ content: inout AllowanceState.Content, now: Now) -> Denial? {
        let limits = content.limits
        if limits.gauges.isEmpty { return nil }
        if !content.windows.areThere { content.windows = WindowMemory(words: limits.words) }
        var denial: Denial?
        for index in limits.gauges.indices {
            let gauge = limits.gauges[index]
            let cost = costs[gauge.unit]
            let isFull = content.windows.withRing(gauge) { ring in
                ring.advance(to: now.monotonic)
                return cost > 0 && ring.total > gauge.amount - cost
            }
            if isFull { denial = later(denial, full(limits, at: index, content.windows, cost: cost, now: now)) }
        }
        return denial
    }

    private static func full(
        _ limits: LimitSet, at index: Int, _ windows: borrowing WindowMemory, cost: Int64, now: Now
    ) -> Denial {
        let gauge = limits.gauges[index]
        return windows.withRing(gauge) { ring in
            let wait = ring.admits(cost, within: gauge.amount).map { milliseconds(until: $0, from: now.monotonic) }
            let reading = read(ring, of: limits, at: index, now: now)
            return Denial(.rateLimited, .limit(reading, retryAfterMilliseconds: wait))
        }
    }

    /// Charges every window, and reads into `report` how the limits stand then.
    static func charge(
        _ costs: Costs, _ content: inout AllowanceState.Content, now: Now, report: inout LimitReport
    ) {
        // Those that are counted elsewhere were charged there.
        guard content.windows.areThere else { return readShared(content, now: now, report: &report) }
        let limits = content.limits
        for index in limits.gauges.indices {
            let gauge = limits.gauges[index]
            let cost = costs[gauge.unit]
            if cost > 0 { content.isUnsaved = true }
            report.append(
                content.windows.withRing(gauge) { ring in
                    if cost > 0 { ring.charge(cost) }
                    return read(ring, of: limits, at: index, now: now)
                })
        }
    }

    /// Reads into `report` how the limits stand; they have been moved on to now.
    static func read(_ content: borrowing AllowanceState.Content, now: Now, report: inout LimitReport) {
        guard content.windows.areThere else { return readShared(content, now: now, report: &report) }
        let limits = content.limits
        for index in limits.gauges.indices {
            report.append(content.windows.withRing(limits.gauges[index]) { read($0, of: limits, at: index, now: now) })
        }
    }

    private static func read(_ ring: WindowRing, of limits: LimitSet, at index: Int, now: Now) -> LimitReading {
        LimitReading(
            limits: limits, index: index, remaining: max(0, limits.gauges[index].amount - ring.total),
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
        if let tally, tally.content.minute == minute {
            count(&tally.content)
            return nil
        }
        let old = tally?.content
        let fresh = TallyBox(minute: minute)
        count(&fresh.content)
        tally = fresh
        return old
    }
}
