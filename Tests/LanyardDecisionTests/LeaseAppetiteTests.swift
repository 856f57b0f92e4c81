import LanyardTesting
import Testing

@testable import LanyardCore

@Suite("How much is charged ahead")
struct LeaseAppetiteTests {
    /// A key, and its windows.
    private struct Key {
        let limits: LimitSet
        let windows: SharedWindows
        let state = AllowanceState(subject: Subject(KeyID.make(atMilliseconds: 1)), countsTogether: true)
        /// Nanoseconds, by the node's clock and the counters'.
        var now: Int64 = 1_000_000_000_000
        var used = 0
        var asked = 0
        var chargedAhead: Int64 = 0
        var lost: Int64 = 0
        private var saved: [SavedWindow] = []

        init(windowMilliseconds: Int64, amount: Int64 = 1_000_000) {
            let limit = LimitDefinition(
                name: "limit", unit: .requests, amount: amount, windowMilliseconds: windowMilliseconds)
            limits = LimitSet([(limit, .key)])
            windows = SharedWindows(limits)
        }

        /// One call; how many were charged ahead along with it.
        @discardableResult
        mutating func call(_ costs: Costs = .oneRequest, isHeld: Bool = true) -> Int64 {
            burst(1, costs, isHeld: isHeld)
        }

        /// So many calls at once, which are all asked about before the first is answered.
        @discardableResult
        mutating func burst(_ count: Int, _ costs: Costs = .oneRequest, isHeld: Bool = true) -> Int64 {
            let time = MonotonicInstant(nanoseconds: now)
            var wishes: [Int64] = []
            for _ in 0..<count {
                if windows.leased(for: costs, at: time) != nil {
                    windows.spendLease()
                    used += 1
                } else {
                    let wish = windows.beginLease(question(costs, 1), at: time, time: time)
                    lost += wish.lost
                    wishes.append(wish.calls)
                }
            }
            asked += wishes.count
            for calls in wishes {
                if isCharged(question(costs, 1)) {
                    used += 1
                    windows.earnLease(question(costs, 1).costs)
                }
                guard calls > 0 else { continue }
                let wanted = question(costs, calls)
                guard isHeld, isCharged(wanted) else {
                    windows.endLease(.refused, at: time)
                    continue
                }
                chargedAhead += calls
                let receipt = CounterReceipt(waiving: [(state, limits)], costs: costs)
                windows.takeLease(
                    BucketLease(receipt, calls: calls, of: wanted, askedAt: time, time: time), at: time)
            }
            return wishes.reduce(0, +)
        }

        private func question(_ costs: Costs, _ calls: Int64) -> CounterQuestion {
            CounterQuestion(
                parts: limits.rules.map { rule in
                    .init(
                        id: CounterID(subject: state.subject, identity: rule.identity),
                        amount: rule.definition.amount, cost: costs.requests * calls)
                })
        }

        private mutating func isCharged(_ question: CounterQuestion) -> Bool {
            var page = CounterPage(time: MonotonicInstant(nanoseconds: now), windows: saved)
            let isCharged = page.apply(question).isCharged
            if isCharged { saved = page.changes }
            return isCharged
        }

        mutating func passes(milliseconds: Int64) { now += milliseconds * 1_000_000 }
    }

    @Test("a busy key hardly asks", arguments: [Int64(1000), 60_000, 86_400_000])
    func busy(windowMilliseconds: Int64) {
        var key = Key(windowMilliseconds: windowMilliseconds)
        for _ in 0..<100_000 {
            key.call()
            key.now += 40_000
        }
        // Four seconds: a hundred and twenty-eight buckets of a second's window.
        #expect(key.asked < (windowMilliseconds == 1000 ? 3000 : 300), "\(key.asked)")
    }

    @Test(
        "at most a twentieth of what is used is lost, whatever the calls come like",
        arguments: [Int64(1000), 10_000, 3_600_000, 86_400_000])
    func lost(windowMilliseconds: Int64) {
        var random = SeededGenerator(seed: UInt64(windowMilliseconds))
        for _ in 0..<40 {
            var key = Key(windowMilliseconds: windowMilliseconds)
            let size = Int.random(in: 1...200, using: &random)
            let pause = Int64.random(in: 1...3000, using: &random)
            let isMixed = Bool.random(using: &random)
            for _ in 0..<60 {
                for _ in 0..<size {
                    let isOther = isMixed && Int.random(in: 0..<5, using: &random) == 0
                    key.call(isOther ? Costs(requests: 2) : .oneRequest)
                    key.passes(milliseconds: .random(in: 0...2, using: &random))
                    #expect(key.lost <= key.used / 20, "\(size) calls, then \(pause) ms")
                }
                key.passes(milliseconds: .random(in: 1...pause, using: &random))
            }
            #expect(key.chargedAhead > 0 || size < 45)
        }
    }

    @Test("nor where more is asked than the window holds", arguments: [Int64(1000), 4000])
    func lostWhereFull(amount: Int64) {
        var key = Key(windowMilliseconds: 30_000, amount: amount)
        for round in 0..<120 {
            for _ in 0..<(25 + round % 5) {
                key.call()
                key.passes(milliseconds: 2)
            }
            key.burst(Int(amount) / 5)
            // A bucket.
            key.passes(milliseconds: 870)
            #expect(key.lost <= key.used / 20, "\(key.lost) of \(key.used)")
        }
        #expect(key.chargedAhead > 0)
    }

    @Test("what may have been charged, though nobody heard of it, counts as lost")
    func unknown() {
        var appetite = LeaseAppetite()
        var now: Int64 = 1_000_000_000_000
        func begin() -> Int64 {
            now += 1_000_000
            appetite.earn(.oneRequest)
            return appetite.begin(
                .oneRequest, after: nil, most: 1000, remaining: 900_000_000, at: MonotonicInstant(nanoseconds: now))
        }
        var calls: Int64 = 0
        for _ in 0..<2000 where calls == 0 { calls = begin() }
        #expect(calls > 1)
        appetite.ended(.unknown(calls), at: MonotonicInstant(nanoseconds: now))
        #expect(appetite.takeLost() == calls)
        now += 1_000_000_000 - 30_000_000
        // It must be earned anew.
        for _ in 0..<36 { #expect(begin() == 0) }
    }

    @Test("leases are earned, a call for twenty; and a key that rests begins anew")
    func earned() {
        var key = Key(windowMilliseconds: 3_600_000)
        func callsUntilLease() -> Int {
            for number in 1...1000 {
                key.passes(milliseconds: 1)
                if key.call() > 0 { return number }
            }
            return 0
        }
        #expect((40...41).contains(callsUntilLease()))
        key.passes(milliseconds: 3000)
        #expect((40...41).contains(callsUntilLease()))
    }

    @Test("calls that differ in cost ask one by one; rare ones don't disturb the others")
    func otherCosts() {
        var key = Key(windowMilliseconds: 3_600_000)
        for number in 0..<5000 {
            #expect(key.call(Costs(requests: Int64(1 + number % 5))) == 0)
            key.passes(milliseconds: 1)
        }
        // A call of another cost now and then: first they are all there is.
        for _ in 0..<30 {
            key.call(Costs(requests: 9))
            key.passes(milliseconds: 900)
        }
        for number in 0..<5000 {
            key.call(Costs(requests: number % 50 == 49 ? 7 : 1))
            key.passes(milliseconds: 1)
        }
        #expect(key.chargedAhead > 2000)
    }

    @Test("what a window can't bear is not asked for again at once; and a small window lends nothing")
    func refused() {
        var key = Key(windowMilliseconds: 3_600_000)
        var refused: [Int64] = []
        for _ in 0..<5000 {
            if key.call(isHeld: false) > 0 { refused.append(key.now) }
            key.passes(milliseconds: 1)
        }
        #expect(refused.count == 5)
        #expect(zip(refused, refused.dropFirst()).allSatisfy { $1 - $0 >= 1_000_000_000 })
        var small = Key(windowMilliseconds: 3_600_000, amount: 255)
        for _ in 0..<5000 { #expect(small.call() == 0) }
    }
}
