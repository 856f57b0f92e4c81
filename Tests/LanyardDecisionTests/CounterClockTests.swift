import LanyardCore
import LanyardTesting
import Testing

@Suite("What a node knows of the counters' clock")
struct CounterClockTests {
    /// Counters whose clock goes a little wrong, and a node whose clock goes a little wrong the other way.
    private struct World {
        /// Parts in a million by which the counters' clock goes fast.
        let drift: Int64
        var real: Int64 = 1_000_000_000
        var offset: Int64 = 1_700_000_000_000_000_000
        var clock = CounterClock()

        var counters: Int64 { offset + real + real / 1_000_000 * drift }

        /// A question that takes so long there and so long back; by how much the answer says the clock was set forward.
        mutating func ask(there: Int64, back: Int64) -> Int64? {
            let sent = real
            real += there
            let time = counters
            real += back
            return clock.take(
                MonotonicInstant(nanoseconds: time), sentAt: MonotonicInstant(nanoseconds: sent),
                receivedAt: MonotonicInstant(nanoseconds: real))
        }
    }

    @Test("no answer is taken for a step where there was none, however slow or unsteady", arguments: UInt64(1)...20)
    func steady(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var world = World(drift: Int64.random(in: -900...900, using: &random))
        for _ in 0..<5000 {
            world.real += Int64.random(in: 0...2_000_000_000, using: &random)
            let step = world.ask(
                there: Int64.random(in: 20_000...300_000_000, using: &random),
                back: Int64.random(in: 20_000...300_000_000, using: &random))
            #expect(step == nil, "seed \(seed)")
        }
    }

    @Test("a step is seen in the next answer, and set back by no less than it was", arguments: UInt64(1)...50)
    func forward(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var world = World(drift: Int64.random(in: -400...400, using: &random))
        for _ in 0..<100 {
            world.real += 500_000_000
            _ = world.ask(there: Int64.random(in: 50_000...5_000_000, using: &random), back: 200_000)
        }
        for _ in 0..<20 {
            let step = Int64.random(in: 12_000_000...20_000_000_000, using: &random)
            world.offset += step
            world.real += Int64.random(in: 0...500_000_000, using: &random)
            let seen = world.ask(there: 100_000, back: 300_000)
            guard let seen else {
                Issue.record("seed \(seed): a step of \(step) ns was not seen")
                return
            }
            #expect(seen >= step && seen < step + 12_000_000, "seed \(seed): \(seen) of \(step)")
            world.offset -= seen
            #expect(world.ask(there: 100_000, back: 100_000) == nil)
        }
    }

    @Test("what must come later than a question's latest time is beyond its patience, or a step")
    func latest() throws {
        var world = World(drift: 0)
        #expect(world.clock.latest(at: MonotonicInstant(nanoseconds: 0)) == nil)
        _ = world.ask(there: 1_000_000, back: 1_000_000)
        world.real += 10_000_000_000
        let latest = try #require(world.clock.latest(at: MonotonicInstant(nanoseconds: world.real))).nanoseconds
        let patience = CounterClock.patienceNanoseconds
        #expect(latest > world.counters + patience && latest < world.counters + patience + 50_000_000)
        // Set back, it is believed at once.
        world.offset -= 3_600_000_000_000
        #expect(world.ask(there: 1_000_000, back: 1_000_000) == nil)
        let earlier = try #require(world.clock.latest(at: MonotonicInstant(nanoseconds: world.real))).nanoseconds
        #expect(earlier < latest - 3_000_000_000_000)
        world.clock.reset()
        #expect(world.clock.latest(at: MonotonicInstant(nanoseconds: 0)) == nil)
    }
}
