import LanyardTesting
import Testing

@testable import LanyardCore

@Suite("Calls that are charged ahead")
struct BucketLeaseTests {
    /// A node whose clock runs apart from the counters', and what it was charged ahead.
    private struct Node {
        /// How much faster its clock is, in parts in ten thousand.
        let drift: Int64
        let offset: Int64
        var lease: BucketLease?

        func clock(at real: Int64) -> MonotonicInstant {
            MonotonicInstant(nanoseconds: offset + real + real / 10_000 * drift)
        }
    }

    private let state = AllowanceState(subject: Subject(KeyID.make(atMilliseconds: 1)), countsTogether: true)

    private func question(_ windows: [Int64: Int64], calls: Int64 = 1) -> CounterQuestion {
        CounterQuestion(
            parts: windows.sorted { $0.key < $1.key }.map { milliseconds, amount in
                let identity = WindowIdentity(unit: .requests, windowMilliseconds: milliseconds, source: .key)
                return .init(id: CounterID(subject: state.subject, identity: identity), amount: amount, cost: calls)
            })
    }

    private func receipt() -> CounterReceipt {
        let limit = LimitDefinition(name: "limit", unit: .requests, amount: 9, windowMilliseconds: 1000)
        return CounterReceipt(waiving: [(state, LimitSet([(limit, .key)]))], costs: .oneRequest)
    }

    /// What is charged and granted, in real time; the counters' clock tells it.
    private struct Course {
        let windows: [Int64: Int64]
        var random: SeededGenerator
        var real: Int64 = 7_000_000_000_000
        var saved: [CounterID: SavedWindow] = [:]
        /// When each call was granted.
        var dates: [Int64] = []

        mutating func passes(atMost nanoseconds: Int64) {
            real += Int64.random(in: 0...nanoseconds, using: &random)
        }

        mutating func isCharged(_ question: CounterQuestion) -> Bool {
            var page = CounterPage(time: MonotonicInstant(nanoseconds: real), windows: Array(saved.values))
            let isCharged = page.apply(question).isCharged
            for window in page.changes {
                saved[CounterID(subject: window.subject, identity: window.identity)] = window
            }
            return isCharged
        }

        /// The most that were granted within less than a window's length, the last of them now.
        func held(within milliseconds: Int64) -> Int64 {
            Int64(dates.reversed().prefix { real - $0 < milliseconds * 1_000_000 }.count)
        }
    }

    @Test(
        "no stretch of real time holds more than the amount, though nodes use what they leased at the last moment",
        arguments: UInt64(1)...40)
    func neverOver(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let lengths = [Int64(3000), 5000, 20_000].shuffled(using: &random).prefix(2)
        let windows = lengths.reduce(into: [:]) { $0[$1] = Int64.random(in: 5...60, using: &random) }
        let nodes = (0..<3).map { _ in
            Node(drift: .random(in: -9...9, using: &random), offset: .random(in: 0...9_000_000_000_000, using: &random))
        }
        var course = Course(windows: windows, random: random)
        var spent = 0
        for _ in 0..<25 {
            // Now and then the windows empty; then one node leases, and uses it up at some moment before its end, or after.
            if Bool.random(using: &random) { course.real += 22_000_000_000 }
            let node = nodes[Int.random(in: 0..<3, using: &random)]
            let asked = question(windows, calls: Int64.random(in: 2...20, using: &random))
            let askedAt = node.clock(at: course.real)
            course.passes(atMost: 20_000_000)
            let time = MonotonicInstant(nanoseconds: course.real)
            if course.isCharged(asked) {
                var lease = BucketLease(
                    receipt(), calls: asked.parts[0].cost, of: asked, askedAt: askedAt, time: time)
                course.passes(atMost: (lease.end.nanoseconds - askedAt.nanoseconds) * 5 / 4)
                while lease.receipt(for: .oneRequest, at: node.clock(at: course.real)) != nil {
                    lease.spend()
                    spent += 1
                    course.dates.append(course.real)
                }
            }
            // Others take every unit that comes back, as soon as it does.
            let length = lengths.randomElement(using: &random) ?? 1
            for _ in 0..<150 {
                course.passes(atMost: length * 1_000_000 / 64)
                while course.isCharged(question(windows)) { course.dates.append(course.real) }
                for (length, amount) in windows {
                    #expect(course.held(within: length) <= amount, "seed \(seed), \(length) ms")
                }
            }
        }
        #expect(spent > 0, "seed \(seed)")
    }

    @Test("a lease ends with the first bucket of its windows, and within a second")
    func ends() {
        let asked = MonotonicInstant(nanoseconds: 7)
        func length(_ windows: [Int64: Int64], at time: Int64) -> Int64 {
            let lease = BucketLease(
                receipt(), calls: 9, of: question(windows, calls: 9), askedAt: asked,
                time: MonotonicInstant(nanoseconds: time))
            return lease.end.nanoseconds - asked.nanoseconds
        }
        // 3.2 s: buckets of 100 ms.
        #expect(length([3200: 1], at: 1_000_000_000) == 99_900_000)
        #expect(length([3200: 1], at: 1_090_000_000) == 9_990_000)
        #expect(length([3200: 1, 6400: 1], at: 1_190_000_000) == 9_990_000)
        #expect(length([86_400_000: 1], at: 0) == 899_100_000)
    }

    @Test("a lease is for calls of its cost, as many as were charged, from its question on until its end")
    func covers() {
        let asked = MonotonicInstant(nanoseconds: 1_000_000_000)
        var lease = BucketLease(
            receipt(), calls: 2, of: question([3200: 9], calls: 2), askedAt: asked,
            time: MonotonicInstant(nanoseconds: 0))
        #expect(lease.receipt(for: .oneRequest, at: asked) != nil)
        #expect(lease.receipt(for: Costs(requests: 2), at: asked) == nil)
        // Tokens are not limited.
        #expect(lease.receipt(for: Costs(tokens: 1), at: asked) != nil)
        #expect(lease.receipt(for: .oneRequest, at: lease.end) == nil)
        #expect(lease.receipt(for: .oneRequest, at: MonotonicInstant(nanoseconds: 0)) == nil)
        lease.spend()
        lease.spend()
        #expect(lease.receipt(for: .oneRequest, at: asked) == nil)
    }

    @Test("a window lends a 128th of its amount at most, and the smallest of them says how much")
    func most() {
        #expect(BucketLease.most(question([1000: 255])) == 1)
        #expect(BucketLease.most(question([1000: 256])) == 2)
        #expect(BucketLease.most(question([1000: 1_000_000, 60_000: 640])) == 5)
    }
}
