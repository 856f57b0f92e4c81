import LanyardCore
import LanyardStorage

// What a batch does to rows is tested where it is done (`LedgerPage`); here it is whether a store keeps the rows, and
// whether a batch is whole, alone with its rows, and the same when it comes twice.

extension StoreConformance {
    static let ledgerChecks = [
        StoreCheck("balances and leases last with every field", checkLedgerRows),
        StoreCheck("a batch that is asked again changes nothing and answers the same", checkLedgerAgain),
        StoreCheck("a batch that fails leaves nothing of itself", checkLedgerWhole),
        StoreCheck("leases of nodes that are gone count as used, and no others", checkReaping),
        StoreCheck("alerts are told once, in their order", checkAlerts),
        StoreCheck("the quotas of a deleted key or account go with it", checkLedgerOfDeleted),
        StoreCheck("an old ledger is deleted, but for what is open", checkOldLedger),
        StoreCheck("many nodes at once never withdraw more than there is", checkLedgerRaces),
    ]

    @Sendable private static func checkLedgerRows(_ store: any Store, _ expect: Expectations) async throws {
        var balances: [QuotaBalance] = []
        var leases: [Lease] = []
        let subjects = [Subject(Samples.key(1).id), Subject(Samples.key(2).id), Subject(Samples.account(1).id)]
        for subject in subjects {
            for (index, period) in QuotaPeriod.allCases.enumerated() {
                let unit = AllowanceUnit.allCases[index % AllowanceUnit.allCases.count]
                let source: AllowanceSource = [.key, .plan, .account][index % 3]
                let quota = QuotaIdentity(subject: subject, unit: unit, period: period, source: source)
                let span = period.span(containing: LedgerSamples.now, billingDay: 28)
                let id = QuotaBalanceID(quota: quota, start: span.start)
                let number = Int64(balances.count)
                balances.append(
                    QuotaBalance(
                        id: id, end: span.end, amount: .max - number, amountEpoch: number, credits: -number,
                        used: .max - 2 * number, leased: 3 * number, alerted: Int(number)))
                for state in Lease.State.allCases {
                    leases.append(
                        Lease(
                            id: Samples.id(100 + leases.count), node: LedgerSamples.node, balance: id, end: span.end,
                            amount: .max - number, used: -number, state: state, changedAt: Samples.time(number)))
                }
            }
        }
        let changes = LedgerPage.Changes(balances: balances.sorted { $0.id < $1.id }, leases: leases, alerts: [])
        let ids = changes.balances.map(\.id)
        try await store.write { try $0.save(changes) }
        let leaseIDs = leases.map(\.id)
        try await store.ledger { store in
            try expect.equal(Set(store.leases(leaseIDs + [Samples.id(9)])), Set(changes.leases), "leases")
            try expect.equal(Set(store.lockBalances(ids)), Set(changes.balances), "locked balances")
        }
        try await store.read { store in
            try expect.equal(Set(store.balances(ids)), Set(changes.balances), "balances")
            let other = QuotaBalanceID(quota: ids[0].quota, start: Samples.time(1))
            try expect.equal(store.balances([other]), [], "another period's balance")
        }
        // Over what is there.
        var (balance, lease) = (changes.balances[0], leases[0])
        (balance.used, balance.credits, lease.used, lease.state) = (5, 6, 7, .settled)
        let again = LedgerPage.Changes(balances: [balance], leases: [lease], alerts: [])
        try await store.ledger { store in
            try store.save(again)
            try expect.equal(store.lockBalances([ids[0]]), again.balances, "a balance after it was saved again")
            try expect.equal(store.leases([leaseIDs[0]]), again.leases, "a lease after it was saved again")
        }
    }

    @Sendable private static func checkLedgerAgain(_ store: any Store, _ expect: Expectations) async throws {
        let terms = LedgerSamples.terms(100)
        let take = LedgerBatch(
            node: LedgerSamples.node, localTime: LedgerSamples.now,
            withdrawals: [LedgerSamples.withdrawal(1, need: 30, terms)])
        let first = try await store.ledger { try $0.run(take) }
        try expect.equal(first.withdrawals.map(\.granted), [30], "units of a first lease")
        let balance = QuotaBalanceID(quota: LedgerSamples.quota(1), start: first.withdrawals[0].period.start)
        let second = try await store.ledger { try $0.run(take) }
        try expect.equal(second.withdrawals, first.withdrawals, "the answer to the same withdrawal")
        let lifetime = LedgerSamples.quota(1, .usd, .lifetime)
        let give = LedgerBatch(
            node: LedgerSamples.node, localTime: LedgerSamples.now,
            settlements: [LedgerSamples.settlement(1, of: balance, used: 10, terms)],
            adjustments: [
                LedgerBatch.Adjustment(
                    id: Samples.id(2), quota: LedgerSamples.quota(1), period: first.withdrawals[0].period, terms: terms,
                    units: 5)
            ],
            credits: [
                LedgerBatch.Credit(id: Samples.id(3), quota: lifetime, terms: LedgerSamples.terms(0), units: 40)
            ])
        for round in 1...3 {
            let outcome = try await store.ledger { try $0.run(give) }
            try expect.equal(outcome.reaped, [], "reaped leases in round \(round)")
            guard case .added(let credited)? = outcome.credits.first else { throw expect.fail("a credit was refused") }
            try expect.equal(credited.credits, 40, "credits in round \(round)")
            let row = try await store.read { try $0.balances([balance]) }
            try expect.equal(row.map(\.used), [15], "what was used in round \(round)")
            try expect.equal(row.map(\.leased), [0], "what is leased in round \(round)")
        }
    }

    @Sendable private static func checkLedgerWhole(_ store: any Store, _ expect: Expectations) async throws {
        struct Interruption: Error {}
        let batch = LedgerBatch(
            node: LedgerSamples.node, localTime: LedgerSamples.now,
            withdrawals: (1...3).map {
                LedgerSamples.withdrawal($0, of: LedgerSamples.quota($0), need: 1, LedgerSamples.terms(9))
            })
        do {
            try await store.ledger { store in
                _ = try store.run(batch)
                throw Interruption()
            }
            throw expect.fail("a body that threw came to its end")
        } catch is Interruption {}
        try await store.ledger { store in
            try expect.equal(store.leases(batch.leaseIDs), [], "leases of a batch that failed")
        }
        let ids = (1...3).map { LedgerSamples.balance($0) }
        try await store.read { try expect.equal($0.balances(ids), [], "balances of a batch that failed") }
    }

    @Sendable private static func checkReaping(_ store: any Store, _ expect: Expectations) async throws {
        let terms = LedgerSamples.terms(100)
        for (node, first) in [(LedgerSamples.node, 10), (LedgerSamples.otherNode, 20)] {
            let batch = LedgerBatch(
                node: node, localTime: LedgerSamples.now,
                withdrawals: (first..<first + 3).map { LedgerSamples.withdrawal($0, need: 5, terms) })
            _ = try await store.ledger { try $0.run(batch) }
        }
        let holders = LeaseHolders.everyNodeBut(LedgerSamples.node)
        let reap = { (limit: Int) in
            try await store.ledger {
                try $0.reapLeases(of: holders, localTime: LedgerSamples.now, limit: limit)
            }
        }
        try expect.equal(try await reap(2), 2, "leases that were reaped at first")
        try expect.equal(try await reap(2), 1, "leases that were left")
        try expect.equal(try await reap(2), 0, "leases when none is left")
        try await store.ledger { store in
            let own = try store.openLeases(of: .node(LedgerSamples.node), limit: 10)
            try expect.equal(own.map(\.id), [10, 11, 12].map { Samples.id($0) }, "the other node's leases")
            let balances = try store.lockBalances(Array(Set(own.map(\.balance))))
            try expect.equal(balances.map(\.used), [15], "what counts as used")
            try expect.equal(balances.map(\.leased), [15], "what is leased still")
        }
        let late = LedgerBatch(
            node: LedgerSamples.otherNode, localTime: LedgerSamples.now,
            settlements: [LedgerSamples.settlement(20, of: LedgerSamples.balance(1), used: 0, terms)])
        let outcome = try await store.ledger { try $0.run(late) }
        try expect.equal(outcome.reaped, [Samples.id(20)], "a settlement of a reaped lease")
    }

    @Sendable private static func checkAlerts(_ store: any Store, _ expect: Expectations) async throws {
        let terms = LedgerSamples.terms(10, alertAt: [50, 80, 100])
        var lease = 0
        let use = { (units: Int64, lease: Int) in
            try await store.ledger { store in
                let take = LedgerBatch(
                    node: LedgerSamples.node, localTime: LedgerSamples.now,
                    withdrawals: [LedgerSamples.withdrawal(lease, need: units, terms)])
                let period = try store.run(take).withdrawals[0].period
                let balance = QuotaBalanceID(quota: LedgerSamples.quota(1), start: period.start)
                let give = LedgerBatch(
                    node: LedgerSamples.node, localTime: LedgerSamples.now,
                    settlements: [LedgerSamples.settlement(lease, of: balance, used: units, terms)])
                _ = try store.run(give)
            }
        }
        for units: Int64 in [4, 1, 3, 1] {
            lease += 1
            try await use(units, lease)
        }
        let alerts = try await store.write { try $0.takeAlerts(limit: 1) + $0.takeAlerts(limit: 10) }
        try expect.equal(alerts.map(\.percent), [50, 80], "percents")
        try expect.equal(alerts.map(\.used), [5, 8], "what was used at each")
        try expect.equal(alerts.map(\.limit), [10, 10], "the limit")
        try expect.equal(alerts.map(\.balance.quota), [1, 1].map { LedgerSamples.quota($0) }, "the quota")
        try await store.write { try expect.equal($0.takeAlerts(limit: 10), [], "alerts that were told already") }
    }

    @Sendable private static func checkLedgerOfDeleted(_ store: any Store, _ expect: Expectations) async throws {
        try await store.write { store in
            try store.insert(Samples.project(1))
            try store.insert(Samples.account(1))
            for number in 1...2 {
                _ = try store.insert(Samples.key(number), secret: Samples.secret(number, of: Samples.key(number).id))
            }
        }
        let day = QuotaPeriod.day.span(containing: Samples.time(0))
        let subjects = [Samples.key(1).id, Samples.key(2).id].map { Subject($0) } + [Subject(Samples.account(1).id)]
        let ids = subjects.map { subject in
            QuotaBalanceID(
                quota: QuotaIdentity(subject: subject, unit: .requests, period: .day, source: .key), start: day.start)
        }
        let rows = ids.map { QuotaBalance(id: $0, end: day.end, amount: 9, amountEpoch: 1, used: 1) }
        try await store.write { store in
            try store.save(LedgerPage.Changes(balances: rows, leases: [], alerts: []))
            try store.deleteKey(Samples.key(1).id)
            try store.deleteAccount(Samples.account(1).id)
        }
        try await store.read { store in
            try expect.equal(store.balances(ids), [rows[1]], "balances after a key and an account were deleted")
        }
    }

    @Sendable private static func checkOldLedger(_ store: any Store, _ expect: Expectations) async throws {
        let day: Int64 = 86_400_000
        var balances: [QuotaBalance] = []
        var leases: [Lease] = []
        for number in 1...4 {
            let span = QuotaPeriod.day.span(containing: Samples.time(Int64(number) * day))
            let id = QuotaBalanceID(quota: LedgerSamples.quota(number), start: span.start)
            let isOpen = number == 2
            balances.append(
                QuotaBalance(id: id, end: span.end, amount: 9, amountEpoch: 1, leased: isOpen ? 3 : 0))
            leases.append(
                Lease(
                    // The third is a trace, which stays for longer.
                    id: Samples.id(number), node: LedgerSamples.node, balance: id, end: span.end,
                    amount: number == 3 ? 0 : 3,
                    state: isOpen ? .open : .settled, changedAt: span.end))
        }
        let (rows, all) = (balances, leases)
        try await store.write { store in
            try store.insert(Samples.project(1))
            _ = try store.insert(Samples.key(2), secret: Samples.secret(2, of: Samples.key(2).id))
            try store.save(LedgerPage.Changes(balances: rows, leases: all, alerts: []))
        }
        let horizon = LedgerHorizon(balances: rows[3].end, leases: rows[3].end, traces: rows[2].end)
        var deleted = 0
        for _ in 1...5 { deleted += try await store.write { try $0.deleteLedger(before: horizon, limit: 1) } }
        try expect.equal(deleted, 3, "rows that went")
        try await store.ledger { store in
            try expect.equal(Set(store.lockBalances(rows.map(\.id))), [rows[1], rows[3]], "balances that stayed")
            try expect.equal(Set(store.leases(all.map(\.id))), [all[1], all[2], all[3]], "leases that stayed")
        }
    }

    @Sendable private static func checkLedgerRaces(_ store: any Store, _ expect: Expectations) async throws {
        let terms = LedgerSamples.terms(500)
        // Each node takes from three quotas at once, in an order of its own, and gives a part back.
        let taken = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for node in 0..<8 {
                group.addTask {
                    var generator = SeededGenerator(seed: UInt64(node))
                    var used: [Int64] = [0, 0, 0]
                    for round in 0..<12 {
                        let order = [1, 2, 3].shuffled(using: &generator)
                        var batch = LedgerBatch(node: Samples.id(8000 + node), localTime: LedgerSamples.now)
                        for key in order {
                            batch.withdrawals.append(
                                LedgerSamples.withdrawal(
                                    node * 1000 + round * 10 + key, of: LedgerSamples.quota(key),
                                    need: .random(in: 1...20, using: &generator), terms))
                        }
                        let (ask, repeats) = (batch, round % 3 == 0 ? 2 : 1)
                        var outcome = try await store.ledger { try $0.run(ask) }
                        if repeats == 2 { outcome = try await store.ledger { try $0.run(ask) } }
                        var give = LedgerBatch(node: ask.node, localTime: LedgerSamples.now)
                        for (withdrawal, answer) in zip(ask.withdrawals, outcome.withdrawals) where answer.granted > 0 {
                            let units = Int64.random(in: 0...answer.granted, using: &generator)
                            let index = (1...3).first { LedgerSamples.quota($0) == withdrawal.quota } ?? 1
                            used[index - 1] += units
                            give.settlements.append(
                                LedgerBatch.Settlement(
                                    lease: withdrawal.lease,
                                    balance: QuotaBalanceID(quota: withdrawal.quota, start: answer.period.start),
                                    terms: terms, used: units))
                        }
                        let settle = give
                        _ = try await store.ledger { try $0.run(settle) }
                    }
                    return used
                }
            }
            return try await group.reduce(into: [Int64](repeating: 0, count: 3)) { sums, used in
                for index in 0..<3 { sums[index] += used[index] }
            }
        }
        for key in 1...3 {
            let rows = try await store.ledger { store in
                try store.lockBalances([
                    QuotaBalanceID(
                        quota: LedgerSamples.quota(key),
                        start: QuotaPeriod.day.span(containing: try store.authorityTime(LedgerSamples.now)).start)
                ])
            }
            try expect.equal(rows.map(\.used), [taken[key - 1]], "what quota \(key) has booked")
            try expect.equal(rows.map(\.leased), [0], "what quota \(key) has leased when all is given back")
            try expect.isTrue(taken[key - 1] <= 500, "quota \(key) is over: \(taken[key - 1])")
        }
    }
}
