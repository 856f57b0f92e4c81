import LanyardCore

/// Nodes that spend one quota from one ledger, with every misfortune on the way: lost replies, crashes, recalls, periods
/// that end. What is granted is counted outside of both.
struct LedgerModel {
    static let hour: Int64 = 3_600_000
    let subject = Subject(KeyID(high: 1, low: 1))
    var rule: QuotaRule
    let quota: QuotaIdentity
    var epoch: Int64 = 1
    private(set) var balances: [QuotaBalanceID: QuotaBalance] = [:]
    private(set) var leases: [LeaseID: Lease] = [:]
    private(set) var alerts: [QuotaAlert] = []
    var nodes: [Node] = []
    /// The authority's clock.
    var wall = Timestamp(milliseconds: 1_795_262_400_000)
    var monotonic = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    /// Units granted in each period that the authority's clock said, less what came back.
    private(set) var granted: [Timestamp: Int64] = [:]
    private(set) var lostLeases: Int64 = 0

    struct Node {
        let id: NodeID
        var slot = QuotaSlot()
        var open: [(units: Int64, made: PeriodSpan?)] = []
    }

    init(amount: Int64, nodes: Int, alertAt: [Int] = []) {
        let definition = QuotaDefinition(
            name: "q", unit: .tokens, amount: amount, period: .hour, alertAt: alertAt)
        rule = QuotaRule(definition, source: .key, billingDay: 1)
        quota = rule.identity(of: subject)
        self.nodes = (0..<nodes).map { Node(id: NodeID(high: 9, low: UInt64($0))) }
    }

    var now: Now { Now(wall: wall, monotonic: monotonic) }
    var period: PeriodSpan { QuotaPeriod.hour.span(containing: wall) }
    var booking: QuotaSlot.Booking {
        QuotaSlot.Booking(
            quota: quota,
            terms: QuotaTerms(amount: rule.definition.amount, epoch: epoch, alertAt: rule.definition.alertAt))
    }

    mutating func advance(milliseconds: Int64) {
        wall = wall.advanced(byMilliseconds: milliseconds)
        monotonic.nanoseconds += milliseconds * 1_000_000
    }

    /// A decision on one node: whether it was granted.
    mutating func decide(_ index: Int, cost: Int64, reserves: Bool = false) -> QuotaSlot.Verdict {
        let verdict = nodes[index].slot.verdict(on: cost, passesOnOutage: false, at: now)
        switch verdict {
        case .covered:
            nodes[index].slot.charge(cost, at: now)
            granted[period.start, default: 0] += cost
            if reserves { nodes[index].open.append((cost, nodes[index].slot.period)) }
        case .unknown: nodes[index].slot.wait(for: cost, at: now)
        case .exhausted, .unreachable: break
        }
        return verdict
    }

    /// A call of a node's ends, having used less than was reserved.
    mutating func finish(_ index: Int, call: Int, used: Int64) {
        let (units, made) = nodes[index].open.remove(at: call)
        nodes[index].slot.refund(units - used, madeIn: made)
        if let made { granted[made.start, default: 0] -= units - used }
    }

    enum Fate { case arrives, requestIsLost, replyIsLost }

    /// A node asks the ledger; whether the reply arrived.
    @discardableResult
    mutating func exchange(_ index: Int, _ fate: Fate = .arrives, returning: Bool = false) -> Bool {
        var batch = LedgerBatch(node: nodes[index].id, localTime: wall)
        guard nodes[index].slot.ask(&batch, booking, at: now, returning: returning) else { return true }
        if fate == .requestIsLost {
            nodes[index].slot.fail(at: monotonic)
            return false
        }
        let outcome = run(batch)
        if fate == .replyIsLost {
            nodes[index].slot.fail(at: monotonic)
            return false
        }
        _ = nodes[index].slot.apply(QuotaSlot.Answers(to: batch, outcome, askedAt: monotonic), booking, at: now)
        return true
    }

    mutating func run(_ batch: LedgerBatch) -> LedgerOutcome {
        var page = page()
        let outcome = page.apply(batch)
        save(page.changes)
        return outcome
    }

    private func page() -> LedgerPage {
        LedgerPage(time: wall, balances: Array(balances.values), leases: Array(leases.values))
    }

    private mutating func save(_ changes: LedgerPage.Changes) {
        for balance in changes.balances { balances[balance.id] = balance }
        for lease in changes.leases { leases[lease.id] = lease }
        alerts += changes.alerts
    }

    /// A node dies and its successor comes; the leases are reaped at once, or later.
    mutating func crash(_ index: Int) {
        let old = nodes[index].id
        nodes[index] = Node(id: NodeID(high: old.high + 1, low: old.low))
        reap(old)
    }

    mutating func reap(_ node: NodeID) {
        let open = leases.values.filter { $0.node == node && $0.state == .open }
        lostLeases += open.reduce(0) { $0 + $1.amount }
        var page = page()
        page.reap(open)
        save(page.changes)
    }

    /// What is wrong with the ledger, or with what was granted; `nil` if nothing is.
    func problem() -> String? {
        for balance in balances.values {
            let open = leases.values.filter { $0.balance == balance.id && $0.state == .open }
            let leased = open.reduce(0) { $0 + $1.amount }
            if leased != balance.leased { return "leased says \(balance.leased), the leases \(leased)" }
            if balance.used + balance.leased > balance.limit {
                return "used \(balance.used) and leased \(balance.leased) of \(balance.limit)"
            }
        }
        for (start, units) in granted where units > rule.definition.amount {
            return "\(units) of \(rule.definition.amount) granted in the period from \(start.rfc3339)"
        }
        return nil
    }
}
