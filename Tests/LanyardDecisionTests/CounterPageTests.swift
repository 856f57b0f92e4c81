import LanyardCore
import LanyardTesting
import Testing

@Suite("Windows that nodes count together")
struct CounterPageTests {
    private struct Charged {
        let real: Int64
        let cost: Int64
    }

    private let subject = Subject(KeyID.make(atMilliseconds: 1))

    private func id(_ milliseconds: Int64) -> CounterID {
        CounterID(
            subject: subject,
            identity: WindowIdentity(unit: .requests, windowMilliseconds: milliseconds, source: .key))
    }

    @Test(
        "no stretch of real time holds more than the amount, however often the clock is set back",
        arguments: UInt64(1)...40)
    func neverOver(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let windows = [Int64(1000), 5000, 60_000].map {
            (id: id($0), amount: Int64.random(in: 1...200, using: &random))
        }
        var saved: [CounterID: SavedWindow] = [:]
        var charged: [Charged] = []
        var (real, offset) = (Int64(1_700_000_000_000_000_000), Int64(0))
        for _ in 0..<3000 {
            real += Int64.random(in: 0...200_000_000, using: &random)
            if Int.random(in: 0..<300, using: &random) == 0 {
                offset -= Int64.random(in: 0...90_000_000_000, using: &random)
            }
            var page = CounterPage(time: MonotonicInstant(nanoseconds: real + offset), windows: Array(saved.values))
            let cost = Int64.random(in: 1...3, using: &random)
            let answer = page.apply(
                CounterQuestion(parts: windows.map { .init(id: $0.id, amount: $0.amount, cost: cost) }))
            for window in page.changes {
                saved[CounterID(subject: window.subject, identity: window.identity)] = window
            }
            #expect(answer.isCharged == !answer.readings.contains(where: \.isFull))
            guard answer.isCharged else { continue }
            charged.append(Charged(real: real, cost: cost))
            for window in windows {
                let length = window.id.identity.windowMilliseconds * 1_000_000
                let stretch = charged.reversed().prefix { real - $0.real < length }.reduce(0) { $0 + $1.cost }
                #expect(stretch <= window.amount, "seed \(seed), \(window)")
            }
        }
        #expect(!charged.isEmpty)
    }

    @Test("after a clock was set back a window is empty again a window later, by that clock")
    func setBack() {
        let window = id(1000)
        let question = CounterQuestion(parts: [.init(id: window, amount: 1, cost: 1)])
        var before = CounterPage(time: MonotonicInstant(nanoseconds: 90_000_000_000), windows: [])
        #expect(before.apply(question).isCharged)
        var after = CounterPage(time: MonotonicInstant(nanoseconds: 30_000_000_000), windows: before.changes)
        let refused = after.apply(question)
        #expect(!refused.isCharged)
        let wait = refused.readings[0].retryInMilliseconds ?? 0
        #expect((900...1064).contains(wait), "\(wait)")
        let end = 30_000_000_000 + wait * 1_000_000
        var early = CounterPage(time: MonotonicInstant(nanoseconds: end - 2_000_000), windows: after.changes)
        #expect(!early.apply(question).isCharged)
        var later = CounterPage(time: MonotonicInstant(nanoseconds: end), windows: after.changes)
        #expect(later.apply(question).isCharged)
    }

    @Test("a question that costs nothing changes nothing")
    func reading() {
        var page = CounterPage(time: MonotonicInstant(nanoseconds: 1_000_000_000), windows: [])
        let answer = page.apply(CounterQuestion(parts: [.init(id: id(1000), amount: 5, cost: 0)]))
        #expect(answer.isCharged && answer.readings[0].total == 0 && page.changes.isEmpty)
    }
}
