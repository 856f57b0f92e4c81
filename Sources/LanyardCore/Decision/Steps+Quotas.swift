// Quotas within the last step: they come after limits, and are charged with them or not at all.

extension Steps {
    /// How a subject's quotas, all of them, take a cost.
    enum QuotaCheck {
        case covered
        case denied(Denial)
        /// The ledger must be asked first.
        case unknown

        /// Of two subjects' answers: a denial says more than a question, and a question more than none.
        static func both(_ left: QuotaCheck, _ right: QuotaCheck) -> QuotaCheck {
            switch (left, right) {
            case (.denied, _): left
            case (_, .denied): right
            case (.unknown, _): left
            case (.covered, _): right
            }
        }
    }

    static func checkQuotas(_ costs: Costs, _ content: borrowing AllowanceState.Content, now: Now) -> QuotaCheck {
        guard let book = content.quotas else { return .covered }
        var check = QuotaCheck.covered
        for index in book.slots.indices {
            let gauge = book.set.gauges[index]
            let cost = costs[gauge.unit]
            if cost <= 0 { continue }
            switch book.slots[index].verdict(on: cost, passesOnOutage: gauge.passesOnOutage, at: now) {
            case .covered: break
            case .exhausted: check = .both(check, .denied(exhausted(book, at: index, cost: cost, now: now)))
            case .unknown: check = .both(check, .unknown)
            case .unreachable: check = .both(check, .denied(Denial(.unavailable)))
            }
        }
        return check
    }

    private static func exhausted(_ book: QuotaBook, at index: Int, cost: Int64, now: Now) -> Denial {
        let rule = book.set.rules[index]
        let slot = book.slots[index]
        let reading = slot.reading(at: now)
        let status = QuotaStatus(
            definition: rule.definition, source: rule.source, limit: reading?.limit ?? rule.definition.amount,
            used: reading.map { max(0, $0.limit - $0.remaining) } ?? 0, remaining: reading?.remaining ?? 0,
            resetsAt: reading?.period.resetsAt)
        let wait = cost > status.limit ? nil : slot.millisecondsUntilReset(at: now.monotonic)
        let code: DenialCode = rule.definition.unit == .usd ? .budgetExceeded : .quotaExceeded
        return Denial(code, .quota(status, retryAfterMilliseconds: wait))
    }

    /// Charges what ``checkQuotas(_:_:now:)`` found covered; `true` if a slot is running dry, and the state is in no list
    /// of the keeper's yet.
    static func chargeQuotas(_ costs: Costs, _ content: borrowing AllowanceState.Content, now: Now) -> Bool {
        guard let book = content.quotas else { return false }
        var isRunningDry = false
        for index in book.slots.indices {
            let cost = costs[book.set.gauges[index].unit]
            if cost <= 0 { continue }
            book.slots[index].charge(cost, at: now)
            if book.slots[index].isRunningDry { isRunningDry = true }
        }
        return isRunningDry && book.list()
    }

    /// Reads into `report` how the quotas stand that the ledger was asked about.
    static func readQuotas(_ content: borrowing AllowanceState.Content, now: Now, report: inout LimitReport) {
        guard let book = content.quotas else { return }
        for index in book.slots.indices {
            guard let reading = book.slots[index].reading(at: now) else { continue }
            report.append(
                QuotaReading(
                    set: book.set, index: index, limit: reading.limit, remaining: reading.remaining,
                    period: reading.period))
        }
    }

    /// The largest costs, between `least` and `most`, that the quotas could still bear.
    ///
    /// For calls whose cost is known only afterwards and can be bounded beforehand: the call is clamped to what it may
    /// cost, and not refused because it could have cost more.
    static func clamp(
        _ most: Costs, least: Costs, _ content: borrowing AllowanceState.Content, now: Now
    ) -> Costs {
        guard let book = content.quotas else { return most }
        var costs = most
        for index in book.slots.indices {
            let unit = book.set.gauges[index].unit
            guard case .exhausted = book.slots[index].verdict(on: costs[unit], passesOnOutage: false, at: now)
            else { continue }
            let remaining = book.slots[index].reading(at: now)?.remaining ?? 0
            // Never to nothing: what costs nothing is not looked at.
            costs[unit] = min(costs[unit], max(least[unit], remaining, 1))
        }
        return costs
    }
}
