import LanyardCore
import LanyardTesting
import Testing

/// A ring with memory of its own.
final class OwnedRing {
    let ring: WindowRing
    private let memory: UnsafeMutablePointer<Int64>

    init(amount: Int64, windowMilliseconds: Int64) {
        let width = WindowRing.Width(amount: amount)
        memory = .allocate(capacity: width.words)
        memory.initialize(repeating: 0, count: width.words)
        ring = WindowRing(base: memory, width: width, windowMilliseconds: windowMilliseconds)
    }

    deinit { memory.deallocate() }

    func admit(_ cost: Int64, within amount: Int64, at now: Int64) -> Bool {
        ring.advance(to: MonotonicInstant(nanoseconds: now))
        guard ring.total <= amount - cost else { return false }
        ring.charge(cost)
        return true
    }
}

@Suite("Rolling windows")
struct WindowTests {
    private struct Admitted {
        /// When the clock was read, and when the answer was given: the reading may be older.
        let read: Int64
        let answered: Int64
        let cost: Int64
    }

    static let seeds: [UInt64] = Array(1...60)

    @Test("no stretch of a window's length ever holds more than the amount", arguments: seeds)
    func neverOver(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let amount = random.next(in: [1, 3, 32, 1000, 5_000_000_000])
        let windowMilliseconds = random.next(in: [1000, 1001, 5000, 60_000, 86_400_000])
        let window = windowMilliseconds * 1_000_000
        let ring = OwnedRing(amount: amount, windowMilliseconds: windowMilliseconds)
        var time = Int64.random(in: 0..<window * 40, using: &random)
        var admitted: [Admitted] = []
        var first = 0
        for _ in 0..<4000 {
            time += step(window, &random)
            // A thread may read the clock, and get the lock only after others that read it later.
            let jitter = Bool.random(using: &random) ? 0 : Int64.random(in: 0...window / 8, using: &random)
            let read = max(0, time - jitter)
            let cost = Int64.random(in: 1...max(1, amount / Int64.random(in: 1...40, using: &random)), using: &random)
            guard ring.admit(cost, within: amount, at: read) else { continue }
            admitted.append(Admitted(read: read, answered: time, cost: cost))
            while time - admitted[first].read >= 2 * window { first += 1 }
            let stretch = admitted[first...].filter { time - $0.read < window }.reduce(0) { $0 + $1.cost }
            #expect(stretch <= amount, "seed \(seed): \(stretch) of \(amount) in \(windowMilliseconds) ms")
        }
        #expect(admitted.count > 10)
    }

    @Test("a unit comes back at most a 32nd of the window late", arguments: seeds)
    func promptlyBack(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 1000)
        let amount = random.next(in: [1, 7, 100])
        let windowMilliseconds = random.next(in: [1000, 3000, 60_000])
        let window = windowMilliseconds * 1_000_000
        let late = window / 32
        let ring = OwnedRing(amount: amount, windowMilliseconds: windowMilliseconds)
        var time: Int64 = 0
        var admitted: [Admitted] = []
        for _ in 0..<3000 {
            time += step(window, &random)
            let stillCounted = admitted.suffix(400).filter { time - $0.read < window + late }.reduce(0) { $0 + $1.cost }
            let fits = ring.admit(1, within: amount, at: time)
            if stillCounted + 1 <= amount {
                #expect(fits, "seed \(seed): refused with \(stillCounted) of \(amount) counted")
            }
            if fits { admitted.append(Admitted(read: time, answered: time, cost: 1)) }
        }
    }

    @Test("what the ring says of the wait is true: refused just before, admitted then", arguments: seeds)
    func waitIsExact(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &+ 2000)
        let amount: Int64 = 20
        let ring = OwnedRing(amount: amount, windowMilliseconds: 1000)
        var time: Int64 = 0
        for _ in 0..<500 {
            time += Int64.random(in: 0...60_000_000, using: &random)
            let cost = Int64.random(in: 1...amount, using: &random)
            if ring.admit(cost, within: amount, at: time) { continue }
            let free = try #require(ring.ring.admits(cost, within: amount))
            #expect(free.nanoseconds > time)
            #expect(!ring.admit(cost, within: amount, at: free.nanoseconds - 1))
            #expect(ring.admit(cost, within: amount, at: free.nanoseconds))
            time = free.nanoseconds
        }
    }

    @Test("a cost above the amount never fits")
    func neverFits() {
        let ring = OwnedRing(amount: 5, windowMilliseconds: 1000)
        #expect(ring.ring.admits(6, within: 5) == nil)
    }

    @Test("a saved window restored into a ring of either width counts the same", arguments: seeds)
    func saveAndRestore(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 3000)
        let ring = OwnedRing(amount: 1000, windowMilliseconds: 60_000)
        var time: Int64 = 0
        for _ in 0..<200 {
            time += step(60_000_000_000, &random)
            _ = ring.admit(Int64.random(in: 1...100, using: &random), within: 1000, at: time)
        }
        for amount in [1000, 10_000_000_000] as [Int64] {
            let other = OwnedRing(amount: amount, windowMilliseconds: 60_000)
            other.ring.restore(ring.ring.snapshot())
            #expect(other.ring.total == ring.ring.total)
            #expect(other.ring.snapshot() == ring.ring.snapshot())
            #expect(other.ring.emptyAt == ring.ring.emptyAt)
        }
    }

    @Test("a saved window with absurd amounts restores without overflow, and full")
    func hostileSnapshot() {
        let ring = OwnedRing(amount: 10_000_000_000, windowMilliseconds: 1000)
        ring.ring.restore(WindowSnapshot(head: 100, amounts: Array(repeating: .max, count: 40)))
        #expect(ring.ring.total >= 10_000_000_000)
        #expect(!ring.admit(1, within: 10_000_000_000, at: ring.ring.head * 31_250_000))
    }

    @Test("of a window too large for its new ring the newest units are kept: nothing is forgotten before its time")
    func saturatingRestore() {
        let limit: Int64 = 4_000_000_000
        let ring = OwnedRing(amount: limit, windowMilliseconds: 1000)
        var amounts = [Int64](repeating: 0, count: WindowRing.slotCount)
        amounts[0] = 10_000_000_000
        amounts[WindowRing.slotCount - 1] = 3_000_000_000
        ring.ring.restore(WindowSnapshot(head: 100, amounts: amounts))
        let bucket: Int64 = 31_250_000
        #expect(!ring.admit(1, within: limit, at: 100 * bucket))
        // The oldest bucket has left; the newest still counts whole.
        #expect(!ring.admit(1_000_000_001, within: limit, at: 101 * bucket))
        #expect(ring.admit(1_000_000_000, within: limit, at: 101 * bucket))
        #expect(!ring.admit(1, within: limit, at: 132 * bucket))
        #expect(ring.ring.total == limit)
    }

    @Test("a saved window may name any bucket as its newest", arguments: [Int64.min, .max, -1, 0])
    func hostileHead(head: Int64) {
        let ring = OwnedRing(amount: 10, windowMilliseconds: 1000)
        ring.ring.restore(WindowSnapshot(head: head, amounts: Array(repeating: 1, count: WindowRing.slotCount)))
        #expect(ring.ring.total == Int64(WindowRing.slotCount))
        #expect(ring.ring.admits(5, within: 40) != nil)
        let isShut = !ring.admit(10, within: 10, at: .max)
        #expect(isShut == (head == .max))
    }

    /// Mostly within the window, sometimes at once, seldom far ahead: as a clock that was stepped or a machine that slept.
    private func step(_ window: Int64, _ random: inout SeededGenerator) -> Int64 {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<20: 0
        case 20..<70: Int64.random(in: 0...window / 200, using: &random)
        case 70..<98: Int64.random(in: 0...window / 20, using: &random)
        case 98: Int64.random(in: 0...window * 2, using: &random)
        default: Int64.random(in: 0...window * 100, using: &random)
        }
    }
}

extension SeededGenerator {
    mutating func next(in choices: [Int64]) -> Int64 {
        choices[Int.random(in: choices.indices, using: &self)]
    }
}
