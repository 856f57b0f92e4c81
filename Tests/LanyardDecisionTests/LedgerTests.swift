import LanyardCore
import LanyardTesting
import Testing

@Suite("The ledger and what nodes hold of it")
struct LedgerTests {
    @Test("a quota is never over, whatever is lost and whoever dies", arguments: 1...40)
    func neverOver(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let amount = Int64.random(in: 1...400, using: &generator)
        var model = LedgerModel(amount: amount, nodes: 3)
        for step in 0..<3000 {
            let node = Int.random(in: 0..<3, using: &generator)
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<55:
                let cost = Int64.random(in: 1...5, using: &generator)
                _ = model.decide(node, cost: cost, reserves: Bool.random(using: &generator))
            case 55..<65:
                let calls = model.nodes[node].open
                guard let call = calls.indices.randomElement(using: &generator) else { break }
                model.finish(node, call: call, used: .random(in: 0...calls[call].units, using: &generator))
            case 65..<85: model.exchange(node)
            case 85..<89: model.exchange(node, .replyIsLost)
            case 89..<92: model.exchange(node, .requestIsLost)
            case 92: model.crash(node)
            case 93: model.nodes[node].slot.recall()
            case 94: model.exchange(node, returning: true)
            case 95: model.reap(model.nodes[node].id)
            case 96: model.advance(milliseconds: .random(in: 0...20_000, using: &generator))
            default: model.advance(milliseconds: .random(in: 0...300, using: &generator))
            }
            let problem = model.problem()
            try #require(problem == nil, "seed \(seed), step \(step): \(problem ?? "")")
        }
    }

    @Test("where nothing is lost, all of a quota is granted, and what is left comes back", arguments: 1...10)
    func allOfIt(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var model = LedgerModel(amount: 1000, nodes: 3)
        var idleRounds = 0
        while idleRounds < 50 {
            let node = Int.random(in: 0..<3, using: &generator)
            var verdict = model.decide(node, cost: 1)
            if case .unknown = verdict {
                model.exchange(node)
                verdict = model.decide(node, cost: 1)
            }
            idleRounds = isCovered(verdict) ? 0 : idleRounds + 1
            model.exchange(node)
            // Whoever waits for what another holds has it recalled.
            for other in 0..<3 where other != node {
                model.nodes[other].slot.recall()
                model.exchange(other)
            }
            model.advance(milliseconds: 1)
        }
        #expect(model.granted.values.reduce(0, +) == 1000)
        for node in 0..<3 {
            model.exchange(node, returning: true)
            model.exchange(node, returning: true)
        }
        let balance = try #require(model.balances.values.first)
        #expect(balance.used == 1000)
        #expect(balance.leased == 0)
    }

    @Test("once all leases are settled, the ledger has booked what was granted, and no more than crashes took")
    func booked() throws {
        for seed: UInt64 in 1...20 {
            var generator = SeededGenerator(seed: seed)
            var model = LedgerModel(amount: 100_000, nodes: 3)
            for _ in 0..<2000 {
                let node = Int.random(in: 0..<3, using: &generator)
                _ = model.decide(node, cost: .random(in: 1...9, using: &generator))
                model.exchange(node, Int.random(in: 0..<10, using: &generator) == 0 ? .replyIsLost : .arrives)
                if Int.random(in: 0..<200, using: &generator) == 0 { model.crash(node) }
                model.advance(milliseconds: 1)
            }
            for node in 0..<3 { for _ in 0..<3 { model.exchange(node, returning: true) } }
            let granted = model.granted.values.reduce(0, +)
            let used = model.balances.values.reduce(0) { $0 + $1.used }
            #expect(model.balances.values.allSatisfy { $0.leased == 0 })
            #expect(used >= granted)
            #expect(used - granted <= model.lostLeases)
        }
    }

    @Test("a lease of a period is not spent after it, by the authority's clock and not the node's")
    func periodEnds() {
        var model = LedgerModel(amount: 100, nodes: 1)
        model.wall = model.period.end.advanced(byMilliseconds: -1000)
        _ = model.decide(0, cost: 1)
        model.exchange(0)
        #expect(isCovered(model.decide(0, cost: 1)))
        model.advance(milliseconds: 990)
        #expect(isCovered(model.decide(0, cost: 1)))
        // Its clock can't tell any more whether the period has ended.
        model.advance(milliseconds: 9)
        #expect(!isCovered(model.decide(0, cost: 1)))
        model.exchange(0)
        model.advance(milliseconds: 1)
        #expect(!isCovered(model.decide(0, cost: 1)))
        model.exchange(0)
        #expect(isCovered(model.decide(0, cost: 1)))
        #expect(model.balances.count == 2)
    }

    @Test("what is hoarded is at most a sixteenth of what there is")
    func hoarding() {
        let quota = LedgerModel(amount: 1, nodes: 1).quota
        func grant(need: Int64 = 0, least: Int64 = 1, want: Int64, held: Int64 = 0, free: Int64) -> Int64 {
            let withdrawal = LedgerBatch.Withdrawal(
                lease: LeaseID(high: 1, low: 1), quota: quota, terms: QuotaTerms(amount: 1, epoch: 1), need: need,
                least: least, want: want, held: held)
            return LedgerPage.grant(withdrawal, free: free)
        }
        #expect(grant(want: 1000, free: 1600) == 100)
        #expect(grant(want: 1000, held: 40, free: 1560) == 60)
        #expect(grant(want: 1000, held: 200, free: 1600) == 0)
        #expect(grant(want: 7, free: 1600) == 7)
        #expect(grant(want: 1000, free: 5) == 1, "the last units go one by one")
        #expect(grant(need: 90, want: 90, free: 100) == 90, "what calls wait for is spent at once")
        #expect(grant(need: 90, want: 90, free: 50) == 50)
        #expect(grant(need: 90, least: 60, want: 90, free: 50) == 0, "too little for any of them stays free")
        #expect(grant(need: 1, want: 1, free: 0) == 0)
        #expect(grant(need: 1, want: 1, free: -7) == 0)
        #expect(grant(need: .max, want: .max, held: .max, free: .max) == .max)
    }

    @Test("a lowered quota takes what was leased back, and the newer definition holds")
    func lowered() {
        var model = LedgerModel(amount: 1000, nodes: 2)
        _ = model.decide(0, cost: 10)
        model.exchange(0)
        #expect(isCovered(model.decide(0, cost: 10)))
        let old = model.rule
        let definition = QuotaDefinition(name: "q", unit: .tokens, amount: 15, period: .hour)
        model.rule = QuotaRule(definition, source: .key, billingDay: 1)
        model.epoch = 2
        model.nodes[0].slot.redefine(model.booking)
        #expect(!isCovered(model.decide(0, cost: 6)))
        model.exchange(0)
        #expect(!isCovered(model.decide(0, cost: 6)), "5 are left")
        _ = model.decide(0, cost: 5)
        model.exchange(0)
        #expect(isCovered(model.decide(0, cost: 5)))
        // The other node still knows the old definition.
        model.rule = old
        model.epoch = 1
        _ = model.decide(1, cost: 1)
        model.exchange(1)
        #expect(!isCovered(model.decide(1, cost: 1)))
    }

    @Test("each percent is told once in a period, in its order, and again in the next")
    func alerts() {
        var model = LedgerModel(amount: 10, nodes: 1, alertAt: [50, 80, 100])
        func spend(_ units: Int) {
            for _ in 0..<units {
                if !isCovered(model.decide(0, cost: 1)) {
                    model.exchange(0)
                    _ = model.decide(0, cost: 1)
                }
            }
            model.exchange(0, returning: true)
        }
        spend(4)
        #expect(model.alerts.isEmpty)
        spend(1)
        spend(4)
        #expect(model.alerts.map(\.percent) == [50, 80])
        spend(1)
        #expect(model.alerts.map(\.percent) == [50, 80, 100])
        model.advance(milliseconds: LedgerModel.hour)
        spend(8)
        #expect(model.alerts.map(\.percent) == [50, 80, 100, 50, 80])
    }

    @Test("an overrun is booked whatever is left, and holds back what comes")
    func overrun() throws {
        var model = LedgerModel(amount: 100, nodes: 1)
        _ = model.decide(0, cost: 90, reserves: true)
        model.exchange(0)
        #expect(isCovered(model.decide(0, cost: 90, reserves: true)))
        let made = model.nodes[0].open[0].made
        model.nodes[0].slot.overrun(30, madeIn: made, at: model.now)
        model.exchange(0, returning: true)
        #expect(try #require(model.balances.values.first).used == 120)
        _ = model.decide(0, cost: 1)
        model.exchange(0)
        #expect(isExhausted(model.decide(0, cost: 1)))
    }

    @Test("an hour, a day, a week and a month begin and end where the calendar says, in UTC")
    func periods() {
        func span(_ period: QuotaPeriod, _ moment: Int64, day: Int = 1) -> [String] {
            let span = period.span(containing: Timestamp(milliseconds: moment), billingDay: day)
            return [span.start.rfc3339, span.end.rfc3339].map { String($0.prefix(16)) }
        }
        let noon: Int64 = 1_795_262_400_000  // 2026-11-21T12:00:00Z, a Saturday.
        #expect(span(.hour, noon) == ["2026-11-21T12:00", "2026-11-21T13:00"])
        #expect(span(.hour, noon - 1) == ["2026-11-21T11:00", "2026-11-21T12:00"])
        #expect(span(.day, noon) == ["2026-11-21T00:00", "2026-11-22T00:00"])
        #expect(span(.week, noon) == ["2026-11-16T00:00", "2026-11-23T00:00"])
        #expect(span(.month, noon) == ["2026-11-01T00:00", "2026-12-01T00:00"])
        #expect(span(.month, noon, day: 21) == ["2026-11-21T00:00", "2026-12-21T00:00"])
        #expect(span(.month, noon, day: 22) == ["2026-10-22T00:00", "2026-11-22T00:00"])
        #expect(span(.month, 1_767_225_600_000, day: 28) == ["2025-12-28T00:00", "2026-01-28T00:00"])
        #expect(span(.month, 1_709_208_000_000, day: 28) == ["2024-02-28T00:00", "2024-03-28T00:00"])
        #expect(span(.hour, -1) == ["1969-12-31T23:00", "1970-01-01T00:00"])
        #expect(span(.week, 0) == ["1969-12-29T00:00", "1970-01-05T00:00"])
        #expect(QuotaPeriod.lifetime.span(containing: Timestamp(milliseconds: noon)).resetsAt == nil)
        for period in QuotaPeriod.allCases {
            for moment in [Int64.min, -62_135_596_800_000, 0, noon, 253_402_300_799_999, .max] {
                let span = period.span(containing: Timestamp(milliseconds: moment), billingDay: 15)
                #expect(span.start < span.end)
                let again = period.span(containing: span.start, billingDay: 15)
                #expect(again == span)
            }
        }
    }

    @Test("every day of four hundred years has the date that the calendar gives it")
    func civilDates() {
        var (year, month, day) = (1970, 1, 1)
        for days in 0..<146_097 {
            let text = Timestamp(milliseconds: Int64(days) * 86_400_000).rfc3339.prefix(10)
            let expected =
                "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
            guard text == expected else {
                Issue.record("day \(days) is \(text) instead of \(expected)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    private func isCovered(_ verdict: QuotaSlot.Verdict) -> Bool {
        if case .covered = verdict { true } else { false }
    }

    private func isExhausted(_ verdict: QuotaSlot.Verdict) -> Bool {
        if case .exhausted = verdict { true } else { false }
    }
}
