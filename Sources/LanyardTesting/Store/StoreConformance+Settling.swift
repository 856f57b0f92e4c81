import LanyardCore
import LanyardStorage

// What a store writes in short form is there like everything else; settling it changes no answer. A store that writes
// everything in its place at once passes too: its settling has nothing to do.

extension StoreConformance {
    static let settlingChecks = [
        StoreCheck("usage that is settled bit by bit is counted once, by every question", checkSettledUsage),
        StoreCheck("windows that are settled bit by bit stay as they were saved last", checkSettledWindows),
        StoreCheck("windows of what was deleted do not come back when the rest is settled", checkSettledDeletion),
        StoreCheck("settling that is undone has settled nothing", checkUndoneSettling),
        StoreCheck("usage of old minutes is put together and deleted, settled or not", checkLateUsage),
    ]

    /// No store has anything left to settle after so many steps, for what these checks write.
    private static let mostSteps = 1000

    /// Settles until nothing is left; `between` is called after each step.
    static func settle(
        _ store: any Store, _ expect: Expectations, limit: Int = 100,
        between: (Int) async throws -> Void = { _ in }
    ) async throws {
        for step in 1...mostSteps {
            let isLeft = try await store.write { try $0.settle(limit: limit) }
            try await between(step)
            if !isLeft { return }
        }
        throw expect.fail("settling does not come to an end")
    }

    @Sendable private static func checkSettledUsage(_ store: any Store, _ expect: Expectations) async throws {
        let model = UsageModel(seed: 11)
        try await insert(model, into: store)
        // Questions after each step would take long; each of some is asked after some.
        let queries = UsageModel.queries(seed: 12).enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
        try await settle(store, expect, limit: 1) { step in
            try await store.read { store in
                for query in queries.enumerated().filter({ $0.offset % 16 == step % 16 }).map(\.element) {
                    var query = query
                    query.limit = [1000, 5][step % 2]
                    try expect.equal(store.usage(query), model.sums(query), "after step \(step), the sums of \(query)")
                }
            }
        }
        // The same again, over what is settled.
        try await store.write { try $0.addUsage(model.rows) }
        let twice = UsageModel(keys: model.keys, rows: model.rows + model.rows)
        try await store.read { store in
            for query in queries.prefix(12) {
                try expect.equal(store.usage(query), twice.sums(query), "the sums of \(query)")
            }
        }
        try await settle(store, expect)
        try await store.read { store in
            for query in queries { try expect.equal(store.usage(query), twice.sums(query), "the sums of \(query)") }
        }
    }

    @Sendable private static func checkSettledWindows(_ store: any Store, _ expect: Expectations) async throws {
        var random = SeededGenerator(seed: 13)
        var model: [Subject: SavedWindow] = [:]
        for round in 0..<30 {
            var saved: [SavedWindow] = []
            for _ in 0..<40 {
                let subject = Subject(Samples.key(Int.random(in: 1...60, using: &random)).id)
                let isEmpty = Int.random(in: 0..<10, using: &random) == 0
                let amounts = (0..<33).map { _ in isEmpty ? 0 : Int64.random(in: 0...300, using: &random) }
                let window = Samples.window(of: subject, amounts: amounts, head: Int64(1000 + round))
                // Of two windows that are the same in one call, the later one holds.
                saved.append(window)
                model[subject] = window.snapshot.isEmpty ? nil : window
            }
            let (portion, clock) = (saved, Samples.clock(Int64(round)))
            try await store.write { try $0.save(portion, clock: clock) }
            if round % 3 == 1 { _ = try await store.write { try $0.settle(limit: 1) } }
            let expected = Set(model.values)
            try await store.read { store in
                let saved = try store.savedWindows()
                try expect.equal(saved.windows.count, expected.count, "the number of windows in round \(round)")
                try expect.equal(Set(saved.windows), expected, "the windows in round \(round)")
                try expect.equal(saved.clock, clock, "the clock in round \(round)")
            }
        }
        let expected = Set(model.values)
        try await settle(store, expect, limit: 1) { step in
            try await store.read { store in
                let saved = try store.savedWindows()
                try expect.equal(saved.windows.count, expected.count, "the number of windows after step \(step)")
                try expect.equal(Set(saved.windows), expected, "the windows after step \(step)")
                try expect.equal(saved.clock, Samples.clock(29), "the clock after step \(step)")
            }
        }
    }

    @Sendable private static func checkSettledDeletion(_ store: any Store, _ expect: Expectations) async throws {
        let (key, account) = (Samples.key(1), Samples.account(1))
        let other = Samples.window(of: Subject(Samples.key(2).id), amounts: [5])
        let windows = [
            Samples.window(of: Subject(key.id), amounts: [1, 2]),
            Samples.window(of: Subject(account.id), amounts: [3]), other,
        ]
        try await store.write { store in
            try store.insert(Samples.project(1))
            try store.insert(account)
            _ = try store.insert(key, secret: Samples.secret(1, of: key.id))
            try store.save(windows, clock: Samples.clock(1))
        }
        // Some of it is settled when they go, and some is saved again before.
        _ = try await store.write { try $0.settle(limit: 1) }
        try await store.write { store in
            try store.save(windows, clock: Samples.clock(2))
            try store.deleteKey(key.id)
            try store.deleteAccount(account.id)
        }
        try await settle(store, expect, limit: 1) { step in
            try await store.read { try expect.equal($0.savedWindows().windows, [other], "windows after step \(step)") }
        }
        // Whoever saves one later, has it.
        let late = windows[0]
        try await store.write { try $0.save([late], clock: Samples.clock(3)) }
        try await settle(store, expect)
        try await store.read { try expect.equal(Set($0.savedWindows().windows), [late, other], "windows saved later") }
    }

    private struct Undone: Error {}

    @Sendable private static func checkUndoneSettling(_ store: any Store, _ expect: Expectations) async throws {
        let model = UsageModel(seed: 14)
        try await insert(model, into: store)
        let window = Samples.window(of: Subject(Samples.key(1).id), amounts: [1])
        try await store.write { try $0.save([window], clock: Samples.clock(1)) }
        let query = UsageQuery(fromMinute: 0, toMinute: .max, interval: .hour, group: .key, limit: 1000)
        for _ in 0..<3 {
            do {
                try await store.write { store in
                    for _ in 0..<mostSteps where try store.settle(limit: 100) {}
                    try store.addUsage(model.rows)
                    try store.save([], clock: Samples.clock(2))
                    throw Undone()
                }
                throw expect.fail("a body that throws did not fail")
            } catch is Undone {}
            try await store.read { store in
                try expect.equal(store.usage(query), model.sums(query), "the sums")
                try expect.equal(store.savedWindows().windows, [window], "the windows")
                try expect.equal(store.savedWindows().clock, Samples.clock(1), "the clock")
            }
        }
        try await settle(store, expect)
        try await store.read { try expect.equal($0.usage(query), model.sums(query), "the sums, settled") }
    }

    @Sendable private static func checkLateUsage(_ store: any Store, _ expect: Expectations) async throws {
        @Sendable func row(_ minute: Int32) -> UsageRow {
            UsageRow(key: nil, minute: minute, outcome: "unknown_key", count: 1)
        }
        func minutes() async throws -> [Int32] {
            let query = UsageQuery(fromMinute: 0, toMinute: .max, interval: .minute, limit: 1000)
            return try await store.read { try $0.usage(query).map(\.position.minute) }
        }
        try await store.write { try $0.addUsage([row(61), row(62), row(130), row(200)]) }
        _ = try await store.write { try $0.rollUpUsage(from: 0, before: 120, limit: 100) }
        try expect.equal(await minutes(), [60, 130, 200], "minutes after an hour was put together")
        // Of an hour that was put together before.
        try await store.write { try $0.addUsage([row(63)]) }
        _ = try await store.write { try $0.rollUpUsage(from: 0, before: 120, limit: 100) }
        try expect.equal(await minutes(), [60, 130, 200], "minutes after a late one was put together")
        try await store.write { try $0.addUsage([row(5)]) }
        let deleted = try await store.write { try $0.deleteUsage(before: 131, limit: 100) }
        try expect.equal(deleted, 3, "the rows that were deleted")
        try await settle(store, expect)
        try expect.equal(await minutes(), [200], "minutes after the old ones were deleted")
    }
}
