import LanyardCore
import LanyardStorage

extension StoreConformance {
    static let answerChecks = [
        StoreCheck("an idempotent answer lasts, and the first one stays", checkAnswers),
        StoreCheck("idempotent answers are forgotten by their age", checkOldAnswers),
    ]

    private static func answer(_ number: Int, caller: Int = 1, at milliseconds: Int64 = 5) -> IdempotentAnswer {
        IdempotentAnswer(
            id: IdempotencyID(caller: Samples.id(caller), keyHash: Samples.digest(number).bytes),
            requestHash: Samples.digest(number + 100).bytes, status: 201, sealedBody: [0, 255, UInt8(number)],
            target: Samples.oddText, createdAt: Samples.time(milliseconds))
    }

    @Sendable private static func checkAnswers(_ store: any Store, _ expect: Expectations) async throws {
        let first = answer(1)
        var second = answer(1)
        second.status = 200
        var empty = answer(2)
        empty.sealedBody = []
        // The same header of another caller is another request.
        let (twin, bare, foreign) = (second, empty, answer(1, caller: 2))
        try await store.write { store in
            try expect.equal(store.insert(first), true, "whether a first answer was remembered")
            try expect.equal(store.insert(twin), false, "whether a second answer was remembered")
            try expect.equal(store.insert(bare), true, "whether an empty answer was remembered")
        }
        try await store.write { store in
            try expect.equal(store.insert(twin), false, "whether a second answer was remembered")
            try expect.equal(store.insert(foreign), true, "whether another caller's answer was remembered")
        }
        try await store.read { store in
            for answer in [first, bare, foreign] {
                try expect.equal(store.idempotentAnswer(answer.id), answer, "an answer")
            }
            try expect.equal(store.idempotentAnswer(Self.answer(3).id), nil, "an answer that was not given")
        }
    }

    @Sendable private static func checkOldAnswers(_ store: any Store, _ expect: Expectations) async throws {
        let answers = [answer(1, at: 4), answer(2, at: 5), answer(3, at: 6)]
        try await store.write { store in
            for answer in answers { _ = try store.insert(answer) }
            try store.deleteIdempotentAnswers(before: Samples.time(5))
        }
        try await store.read { store in
            try expect.equal(store.idempotentAnswer(answers[0].id), nil, "an answer from before the moment")
            try expect.equal(store.idempotentAnswer(answers[1].id), answers[1], "an answer from the moment itself")
            try expect.equal(store.idempotentAnswer(answers[2].id), answers[2], "a later answer")
        }
        try await store.write {
            try expect.equal($0.insert(answers[0]), true, "whether a forgotten answer can be given")
        }
        try await store.write { try $0.eraseIdempotentBodies(before: Samples.time(6)) }
        try await store.read { store in
            var erased = answers[1]
            erased.sealedBody = []
            try expect.equal(store.idempotentAnswer(answers[1].id), erased, "an answer whose body was erased")
            try expect.equal(store.idempotentAnswer(answers[2].id), answers[2], "an answer whose body was not")
        }
    }
}
