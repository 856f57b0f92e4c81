import LanyardCore
import LanyardStorage

extension StoreConformance {
    static let transactionChecks = [
        StoreCheck("a body that throws leaves nothing, and its own error passes through", checkRollback),
        StoreCheck("a body's value is handed to its own caller", checkResults),
        StoreCheck("a refused statement undoes itself alone, if the body goes on", checkCaughtRefusal),
        StoreCheck("the epoch counts changes, and a change that was undone is not counted", checkEpoch),
        StoreCheck("a closed store refuses, and closing again is harmless", checkClosing),
    ]

    /// An error that no store knows.
    private struct Stop: Error, Equatable {
        var number = 0
    }

    /// Writes something of everything.
    private static func writeEverything(_ store: any StoreWriting) throws {
        try insertOwners(store)
        let key = try Samples.fullKey()
        _ = try store.insert(key, secret: Samples.secret(1, of: key.id))
        try store.insert(Samples.policy(1))
        _ = try store.recordChange(.imports([Samples.digest(1)]))
        for marker in StoreMarker.allCases { try store.setMarker(marker, to: "x") }
        _ = try store.append(Samples.event(1))
        try store.addUsage([UsageRow(key: key.id, minute: 1, outcome: UsageRow.granted, count: 1)])
        let id = IdempotencyID(caller: key.id, keyHash: [1])
        _ = try store.insert(
            IdempotentAnswer(
                id: id, requestHash: [2], status: 201, sealedBody: [3], target: "key", createdAt: Samples.time(1)))
        try store.save([Samples.window(of: Subject(key.id), amounts: [1])], clock: Samples.clock())
    }

    private static func expectNothing(_ store: any StoreReading, _ expect: Expectations) throws {
        let key = try Samples.fullKey()
        try expect.equal(store.epoch(), 0, "the epoch")
        try expect.equal(store.hasImports(), false, "imports")
        for marker in StoreMarker.allCases { try expect.equal(store.marker(marker), nil, "a marker") }
        try expect.equal(store.keys(KeyFilter(now: Samples.time(0)), page: Page()), [], "keys")
        try expect.equal(store.secret(Samples.digest(1)), nil, "a secret")
        try expect.equal(store.projects(page: Page()), [], "projects")
        try expect.equal(store.accounts(page: Page()), [], "accounts")
        try expect.equal(store.plans(page: Page()), [], "plans")
        try expect.equal(store.roles(page: Page()), [], "roles")
        try expect.equal(store.policies(page: Page()), [], "policies")
        try expect.equal(store.auditEntries(AuditFilter(), before: nil, limit: 5), [], "audit entries")
        try expect.equal(
            store.usage(UsageQuery(fromMinute: 0, toMinute: 10, interval: .minute)), [], "usage")
        try expect.equal(store.idempotentAnswer(IdempotencyID(caller: key.id, keyHash: [1])), nil, "an answer")
        let saved = try store.savedWindows()
        try expect.equal(saved.windows, [], "windows")
        try expect.equal(saved.clock, nil, "the clock")
    }

    @Sendable private static func checkRollback(_ store: any Store, _ expect: Expectations) async throws {
        for number in 1...2 {
            do {
                try await store.write { store in
                    try writeEverything(store)
                    throw Stop(number: number)
                }
                throw expect.fail("a body that throws did not throw")
            } catch let error as Stop {
                try expect.equal(error, Stop(number: number), "the body's error")
            }
            try await store.read { try expectNothing($0, expect) }
        }
        do {
            try await store.read { _ in throw Stop(number: 3) }
            throw expect.fail("a reading body that throws did not throw")
        } catch let error as Stop {
            try expect.equal(error, Stop(number: 3), "the reading body's error")
        }
        // What was undone can be written.
        try await store.write { try writeEverything($0) }
        try await store.read { store in
            try expect.equal(store.epoch(), 1, "the epoch after a write that lasts")
            try expect.equal(store.auditEntries(from: 1, limit: 5).map(\.sequence), [1], "audit entries")
        }
    }

    @Sendable private static func checkResults(_ store: any Store, _ expect: Expectations) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do {
                        let result = try await store.write { _ in
                            if number % 3 == 0 { throw Stop(number: number) }
                            return number
                        }
                        try expect.equal(result, number, "a body's value")
                    } catch let error as Stop {
                        try expect.equal(error, Stop(number: number), "a body's error")
                        try expect.equal(number % 3, 0, "what a body had to throw for")
                    }
                }
                group.addTask {
                    try expect.equal(try await store.read { _ in number }, number, "a reading body's value")
                }
            }
            try await group.waitForAll()
        }
    }

    @Sendable private static func checkCaughtRefusal(_ store: any Store, _ expect: Expectations) async throws {
        let key = Samples.key(1)
        let refused = try await store.write { store -> StoreError.Code? in
            try store.insert(Samples.project(1))
            var code: StoreError.Code?
            do { try store.insert(Samples.project(1)) } catch let error as StoreError { code = error.code }
            _ = try store.insert(key, secret: Samples.secret(1, of: key.id))
            _ = try store.recordChange(.key(key.id, []))
            return code
        }
        try expect.equal(refused, .constraint, "the refusal")
        try await store.read { store in
            try expect.equal(store.projects(page: Page()), [Samples.project(1)], "what came before the refusal")
            try expect.equal(store.key(key.id), key, "what came after the refusal")
            try expect.equal(store.epoch(), 1, "the epoch")
        }
    }

    @Sendable private static func checkEpoch(_ store: any Store, _ expect: Expectations) async throws {
        let subjects: [ChangeSubject] = [
            .key(Samples.id(1), [Samples.digest(1)]), .account(Samples.id(1)), .plan(Samples.id(1)),
            .role(Samples.id(1)), .project(Samples.id(1)), .policy(Samples.id(1)), .imports([Samples.digest(2)]),
        ]
        for (index, subject) in subjects.enumerated() {
            let change = try await store.write { try $0.recordChange(subject) }
            try expect.equal(change, Change(epoch: Int64(index + 1), subject: subject), "a change")
            try? await store.write { store in
                _ = try store.recordChange(subject)
                throw Stop()
            }
            try await store.read { try expect.equal($0.epoch(), Int64(index + 1), "the epoch after an undone change") }
        }
        let several = try await store.write { store in
            let changes = try subjects.map { try store.recordChange($0).epoch }
            try expect.equal(store.epoch(), changes.last ?? 0, "the epoch within the transaction")
            return changes
        }
        try expect.equal(several, (1...7).map { $0 + 7 }, "several changes of one transaction")
        try await store.read { try expect.equal($0.hasImports(), true, "imports, after a change that said so") }
    }

    @Sendable private static func checkClosing(_ store: any Store, _ expect: Expectations) async throws {
        try await store.write { try $0.insert(Samples.project(1)) }
        // What was begun before the closing is finished, and its caller hears how.
        async let begun: Void = store.write { try $0.insert(Samples.project(2)) }
        do { try await begun } catch let error as StoreError where error.code == .closed {}
        try await store.close()
        try await expect.throwing(.closed, "reading from a closed store") {
            _ = try await store.read { try $0.epoch() }
        }
        try await expect.throwing(.closed, "writing to a closed store") {
            try await store.write { try $0.insert(Samples.project(3)) }
        }
        try await store.close()
    }
}
