import LanyardCore
import LanyardStorage

extension SharedStoreConformance {
    static let counterChecks = [
        SharedStoreCheck("a question charges all of its windows, or none", checkAllOrNothing),
        SharedStoreCheck("what one node charged, every other finds", checkCommonCount),
        SharedStoreCheck("questions at once never charge more than a window holds", checkRace),
        SharedStoreCheck("a unit comes back once it has left the window", checkReturn),
    ]

    private static func window(_ number: Int, seconds: Int64 = 3600) -> CounterID {
        CounterID(
            subject: Subject(Samples.key(number).id),
            identity: WindowIdentity(unit: .requests, windowMilliseconds: seconds * 1000, source: .key))
    }

    private static func question(_ parts: (CounterID, amount: Int64, cost: Int64)...) -> CounterQuestion {
        CounterQuestion(parts: parts.map { CounterQuestion.Part(id: $0.0, amount: $0.amount, cost: $0.cost) })
    }

    private static func ask(
        _ store: any SharedStore, _ question: CounterQuestion, _ expect: Expectations
    ) async throws -> CounterAnswer {
        try expect.value(try await store.ask([question]).first, "an answer to the question")
    }

    @Sendable private static func checkAllOrNothing(_ stores: [any SharedStore], _ expect: Expectations) async throws {
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
        let answers = try await stores[0].ask([
            question((wide, 10, 4)), question((wide, 10, 4)), question((wide, 10, 2)), question((wide, 10, 0)),
        ])
        try expect.equal(answers.map(\.isCharged), [true, false, true, true], "a batch, in order")
        try expect.equal(answers.map { $0.readings[0].total }, [8, 8, 10, 10], "the window after each of a batch")
    }

    @Sendable private static func checkCommonCount(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        for (index, store) in stores.enumerated() {
            let answer = try await ask(store, question((window(1), 100, 7)), expect)
            try expect.equal(answer.readings[0].total, Int64(7 * (index + 1)), "units after node \(index)'s")
            let other = try await ask(store, question((window(2), 100, 0)), expect)
            try expect.equal(other.readings[0].total, 0, "units of another's window")
        }
    }

    @Sendable private static func checkRace(_ stores: [any SharedStore], _ expect: Expectations) async throws {
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
                                charged += try await store.ask([CounterQuestion(parts: parts)]).count(
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

    @Sendable private static func checkReturn(_ stores: [any SharedStore], _ expect: Expectations) async throws {
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
}
