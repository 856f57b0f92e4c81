import LanyardCore
public import LanyardStorage

// # What all counters promise that nodes share
//
// Whether they are in a store or elsewhere. As the other checks of what is shared, these look at them from several nodes.

/// The suite that every `SharedCounters` passes.
public struct CounterConformance: Sendable {
    private let open: @Sendable (_ count: Int) async throws -> [any SharedCounters]
    private let patience: Duration

    /// The suite for counters that `open` opens so many times: each time other ones, which have counted nothing.
    public init(
        patience: Duration = .seconds(20),
        _ open: @escaping @Sendable (_ count: Int) async throws -> [any SharedCounters]
    ) {
        self.patience = patience
        self.open = open
    }

    /// Opens counters, runs one check on them and closes them.
    /// - Throws: ``ConformanceFailure`` where the promise is broken.
    public func run(_ check: CounterCheck) async throws {
        let counters = try await open(SharedStoreConformance.openings)
        do {
            try await check.body(counters, Expectations(check: check.name, patience: patience))
        } catch {
            for one in counters { await one.closeCounters() }
            throw error
        }
        for one in counters { await one.closeCounters() }
    }

    /// Every check.
    public static let checks = [
        CounterCheck("a question charges all of its windows, or none", checkAllOrNothing),
        CounterCheck("what one node charged, every other finds", checkCommonCount),
        CounterCheck("questions at once never charge more than a window holds", checkRace),
        CounterCheck("a unit comes back once it has left the window", checkReturn),
        CounterCheck("what is put too late charges nothing", checkLateness),
        CounterCheck("the clock of the counters is set back once for each step that was seen", checkCorrection),
        CounterCheck("after a step of the clock that was seen late, windows stay shut", checkClosing),
    ]
}

/// One promise of counters; its description is its name.
public struct CounterCheck: Sendable, CustomStringConvertible {
    let name: String
    let body: @Sendable ([any SharedCounters], Expectations) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable ([any SharedCounters], Expectations) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// What is promised.
    public var description: String { name }
}

extension SharedStoreConformance {
    static let counterChecks =
        CounterConformance.checks.map { check in SharedStoreCheck(check.name) { try await check.body($0, $1) } }
        + [SharedStoreCheck("the counters have one name at a time", checkNames)]

    @Sendable private static func checkNames(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        try expect.isTrue(try await !stores[0].confirmCounters("one"), "there is no name at first")
        let first = try await stores[0].nameCounters("one", afterSilenceOf: .seconds(60))
        try expect.equal(first, CounterNaming(name: "one", losses: 0), "the first name")
        let second = try await stores[1].nameCounters("two", afterSilenceOf: .seconds(60))
        try expect.equal(second, CounterNaming(name: "one", losses: 0), "while it is in use it stays")
        try expect.isTrue(try await stores[2].confirmCounters("one"), "it is confirmed")
        try expect.isTrue(try await !stores[2].confirmCounters("two"), "another is not")
        try await Task.sleep(for: .milliseconds(50))
        let third = try await stores[1].nameCounters("two", afterSilenceOf: .milliseconds(10))
        try expect.equal(third, CounterNaming(name: "two", losses: 1), "after a silence another takes its place")
        try expect.isTrue(try await !stores[0].confirmCounters("one"), "the old one is not confirmed any more")
    }
}

extension CounterConformance {
    /// A time that is never too late.
    private static let anyTime = MonotonicInstant(nanoseconds: .max)

    private static func window(_ number: Int, seconds: Int64 = 3600) -> CounterID {
        CounterID(
            subject: Subject(Samples.key(number).id),
            identity: WindowIdentity(unit: .requests, windowMilliseconds: seconds * 1000, source: .key))
    }

    private static func question(_ parts: (CounterID, amount: Int64, cost: Int64)...) -> CounterQuestion {
        CounterQuestion(parts: parts.map { CounterQuestion.Part(id: $0.0, amount: $0.amount, cost: $0.cost) })
    }

    private static func ask(
        _ store: any SharedCounters, _ question: CounterQuestion, _ expect: Expectations
    ) async throws -> CounterAnswer {
        try expect.value(try await askAll(store, [question]).first, "an answer to the question")
    }

    private static func askAll(
        _ store: any SharedCounters, _ questions: [CounterQuestion]
    ) async throws -> [CounterAnswer] {
        try await store.ask(CounterBatch(questions: questions, latest: anyTime)).answers ?? []
    }

    @Sendable private static func checkAllOrNothing(_ stores: [any SharedCounters], _ expect: Expectations) async throws
    {
        let (wide, narrow) = (window(1), window(1, seconds: 7200))
        let both = question((wide, 10, 4), (narrow, 5, 4))
        let first = try await ask(stores[0], both, expect)
        try expect.isTrue(first.isCharged, "what fits is charged")
        try expect.equal(first.readings.map(\.total), [4, 4], "the windows after it")
        try expect.isTrue(first.readings.allSatisfy { $0.emptyInMilliseconds > 3_000_000 }, "they empty in an hour")
        let second = try await ask(stores[0], both, expect)
        try expect.isTrue(!second.isCharged, "what does not fit one window is not charged")
        try expect.equal(second.readings.map(\.total), [4, 4], "the windows after a refusal")
        try expect.equal(second.readings.map(\.isFull), [false, true], "which of them refused")
        try expect.isTrue((second.readings[1].retryInMilliseconds ?? 0) > 0, "when to try again is told")
        let never = try await ask(stores[0], question((narrow, 5, 6)), expect)
        try expect.equal(never.readings[0].retryInMilliseconds, nil, "what never fits has no time to try again")
        // Several in one batch see each other, in order; one that is refused hides nothing from the next.
        let answers = try await askAll(
            stores[0],
            [question((wide, 10, 4)), question((wide, 10, 4)), question((wide, 10, 2)), question((wide, 10, 0))])
        try expect.equal(answers.map(\.isCharged), [true, false, true, true], "a batch, in order")
        try expect.equal(answers.map { $0.readings[0].total }, [8, 8, 10, 10], "the window after each of a batch")
    }

    @Sendable private static func checkCommonCount(_ stores: [any SharedCounters], _ expect: Expectations) async throws
    {
        for (index, store) in stores.enumerated() {
            let answer = try await ask(store, question((window(1), 100, 7)), expect)
            try expect.equal(answer.readings[0].total, Int64(7 * (index + 1)), "units after node \(index)'s")
            let other = try await ask(store, question((window(2), 100, 0)), expect)
            try expect.equal(other.readings[0].total, 0, "units of another's window")
        }
    }

    @Sendable private static func checkRace(_ stores: [any SharedCounters], _ expect: Expectations) async throws {
        let amount: Int64 = 50
        let charged = try await withThrowingTaskGroup(of: Int.self) { group in
            for store in stores {
                for _ in 0..<4 {
                    group.addTask {
                        var charged = 0
                        for _ in 0..<10 {
                            // In both orders, so that whoever locks in the order of questions gets stuck.
                            for order in [[1, 2], [2, 1]] {
                                let parts = order.map { CounterQuestion.Part(id: window($0), amount: amount, cost: 1) }
                                charged += try await askAll(store, [CounterQuestion(parts: parts)]).count(
                                    where: \.isCharged)
                            }
                        }
                        return charged
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        try expect.equal(charged, Int(amount), "questions that were charged")
        let last = try await ask(stores[0], question((window(1), amount, 0), (window(2), amount, 0)), expect)
        try expect.equal(last.readings.map(\.total), [amount, amount], "units in the end")
    }

    @Sendable private static func checkReturn(_ stores: [any SharedCounters], _ expect: Expectations) async throws {
        let full = question((window(1, seconds: 1), 3, 3))
        try expect.isTrue(try await ask(stores[0], full, expect).isCharged, "an empty window takes its amount")
        let end = ContinuousClock.now + expect.patience
        var answer = try await ask(stores[1], full, expect)
        while !answer.isCharged, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(min(1000, answer.readings[0].retryInMilliseconds ?? 1000)))
            answer = try await ask(stores[1], full, expect)
        }
        try expect.isTrue(answer.isCharged, "a second later there is room again")
    }

    @Sendable private static func checkLateness(_ stores: [any SharedCounters], _ expect: Expectations) async throws {
        let report = try await stores[0].ask(.clockReading)
        try expect.equal(report.answers, [], "answers where nothing was asked")
        let past = MonotonicInstant(nanoseconds: report.time.nanoseconds - 1_000_000_000)
        let late = try await stores[1].ask(CounterBatch(questions: [question((window(1), 5, 3))], latest: past))
        try expect.equal(late.answers, nil, "answers to what came too late")
        try expect.isTrue(late.time >= report.time, "the clock goes on")
        let soon = MonotonicInstant(nanoseconds: late.time.nanoseconds + 60_000_000_000)
        let next = try await stores[2].ask(CounterBatch(questions: [question((window(1), 5, 0))], latest: soon))
        try expect.equal(next.answers?.first?.readings.first?.total, 0, "units that were charged too late")
    }

    private static let hour: Int64 = 3_600_000_000_000

    @Sendable private static func checkCorrection(_ stores: [any SharedCounters], _ expect: Expectations) async throws {
        let before = try await stores[0].ask(.clockReading)
        // All three have seen the same step.
        for store in stores {
            try await store.setClockBack(byNanoseconds: hour / 2, after: before.setBack, hasCharged: false)
        }
        let after = try await stores[1].ask(.clockReading)
        let back = before.time.nanoseconds - after.time.nanoseconds
        try expect.isTrue(back <= hour / 2 && back > hour / 4, "it is set back by half an hour, not by \(back) ns")
        try expect.isTrue(after.setBack != before.setBack, "the correction shows")
        let answer = try await ask(stores[2], question((window(1), 5, 5)), expect)
        try expect.isTrue(answer.isCharged, "what nothing was charged to meanwhile stays open")
    }

    @Sendable private static func checkClosing(_ stores: [any SharedCounters], _ expect: Expectations) async throws {
        let before = try await stores[0].ask(.clockReading)
        // Two minutes: more than a 32nd of an hour, and less than one of two hours.
        try await stores[0].setClockBack(byNanoseconds: hour / 30, after: before.setBack, hasCharged: true)
        let shut = try await ask(stores[1], question((window(1), 5, 1)), expect)
        try expect.isTrue(!shut.isCharged && shut.readings[0].isFull, "a window of an hour is shut")
        let wait = (shut.readings[0].retryInMilliseconds ?? 0) * 1_000_000
        try expect.isTrue(wait > hour / 2 && wait <= hour + hour / 16, "it is shut for an hour: \(wait) ns")
        let open = try await ask(stores[2], question((window(1, seconds: 7200), 5, 1)), expect)
        try expect.isTrue(open.isCharged, "one of two hours keeps its promise all the same")
    }
}
