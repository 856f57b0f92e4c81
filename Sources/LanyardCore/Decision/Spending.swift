/// A charge under way: what was found under the locks, and what is to be done once they are let go.
struct Spending: Sendable {
    /// What is charged: as demanded, or clamped.
    private(set) var costs: Costs
    /// Why nothing is.
    var denial: Denial?
    /// Who must be asked before it can be told; nothing was counted.
    private var lacking: Ticket.Authorities = []
    var mustWait: Bool { denial == nil && !lacking.isEmpty }
    var ownMustAsk = false
    var accountMustAsk = false
    var accountMustFlush = false
    private var ownMustFlush = false
    private let isClamped: Bool
    private var grantID: GrantID?
    private var retired: UsageTally?

    init(_ demand: Demand, denial: Denial?) {
        costs = demand.costs
        isClamped = demand.leastCosts != nil
        self.denial = denial
    }
}

// MARK: - Under the locks

extension Spending {
    mutating func checkQuotas(_ demand: Demand, _ own: borrowing AllowanceState.Content, now: Now) {
        guard denial == nil else { return }
        if let least = demand.leastCosts { costs = Steps.clamp(costs, least: least, own, now: now) }
        take(Steps.checkQuotas(costs, own, now: now))
    }

    mutating func checkQuotas(
        _ demand: Demand, _ own: borrowing AllowanceState.Content, _ shared: borrowing AllowanceState.Content, now: Now
    ) {
        guard denial == nil else { return }
        if let least = demand.leastCosts {
            costs = Steps.clamp(costs, least: least, own, now: now)
            costs = Steps.clamp(costs, least: least, shared, now: now)
        }
        take(.both(Steps.checkQuotas(costs, own, now: now), Steps.checkQuotas(costs, shared, now: now)))
    }

    private mutating func take(_ check: Steps.QuotaCheck) {
        switch check {
        case .covered: break
        case .denied(let denial): self.denial = denial
        case .unknown: lacking.insert(.ledger)
        }
    }

    /// Where several nodes count the calls in flight, this one must hold a place for another.
    mutating func checkPlace(_ own: borrowing AllowanceState.Content, now: Now) {
        guard denial == nil else { return }
        switch own.place(at: now.monotonic) {
        case .free: break
        case .none: denial = Denial(.tooManyInFlight, .inFlight(maximum: own.maximumInFlight, canFinish: true))
        case .unknown: lacking.insert(.places)
        }
    }

    /// Once everything that this node can tell suffices: asking the counters charges them.
    mutating func checkCounters(
        _ content: borrowing AllowanceState.Content, _ subject: Subject, _ receipt: CounterReceipt?
    ) {
        guard denial == nil, Steps.mustAskCounters(costs, content, subject, receipt) else { return }
        lacking.insert(.counters)
    }

    /// Opens a call where the key bounds them, or where a part of the costs may come back. Before anything is charged, for
    /// there may be no room to remember it.
    mutating func openCall(
        _ demand: Demand, _ key: ResolvedKey, _ own: inout AllowanceState.Content, now: Now,
        on node: some DecisionNode, shared: (Costs) -> [Reservation.Piece]
    ) {
        guard denial == nil, demand.canFinish else { return }
        let isInFlight = own.maximumInFlight != .max
        var reservation: Reservation?
        // What is counted in requests is known beforehand.
        if costs.tokens > 0 || costs.nanoUSD > 0 {
            let pieces = (own: own.reservedPieces(costs, now: now), shared: shared(costs))
            if !pieces.own.isEmpty || !pieces.shared.isEmpty {
                reservation = Reservation(
                    costs, minute: now.wall.minute, own: pieces.own, shared: pieces.shared, account: key.account?.state)
            }
        }
        guard isInFlight || reservation != nil else { return }
        let call = OpenedCall(state: key.state, isInFlight: isInFlight, reservation: reservation)
        grantID = node.openCall(call, at: now.monotonic)
        // A reservation that can't be remembered stays charged; but a clamped one may cost more, and that must be booked.
        if grantID == nil, isInFlight || demand.leastCosts != nil {
            denial = Denial(.unavailable)
        } else if isInFlight {
            own.inFlight += 1
            own.places?.lastUse = now.monotonic
        }
    }

    /// Charges the limits unless there is a denial, and reads into `report` how they stand.
    func chargeLimits(_ content: inout AllowanceState.Content, now: Now, report: inout LimitReport) {
        if denial == nil {
            Steps.charge(costs, &content, now: now, report: &report)
        } else {
            Steps.read(content, now: now, report: &report)
        }
    }

    /// Counts the outcome.
    mutating func count(_ own: inout AllowanceState.Content, now: Now) {
        retired = own.tally(for: now.wall.minute) { tally in
            if let denial { tally.countDenial(denial.code) } else { tally.countGrant(costs) }
        }
        ownMustFlush = own.markListed()
    }
}

// MARK: - Once they are let go

extension Spending {
    /// The counters are asked after the ledger has answered, and after whoever counts the calls in flight: what these refuse
    /// must charge nothing, and what a call is clamped to is known only then.
    private var authorities: Ticket.Authorities {
        lacking.isDisjoint(with: [.ledger, .places]) ? lacking : lacking.subtracting(.counters)
    }

    func decision(on key: ResolvedKey, _ node: some DecisionNode) -> Decision {
        if mustWait {
            return .needs(
                .allowances(key: key.state.subject, account: key.account?.state.subject, costs, authorities))
        }
        if let retired { node.retire(retired, of: key.state.subject) }
        if ownMustFlush { node.needsFlush(key.state) }
        if ownMustAsk { node.needsLedger(key.state) }
        if let account = key.account?.state {
            if accountMustFlush { node.needsFlush(account) }
            if accountMustAsk { node.needsLedger(account) }
        }
        if let denial { return .deny(denial) }
        return .grant(Granted(key: key, grantID: grantID, costs: costs))
    }
}
