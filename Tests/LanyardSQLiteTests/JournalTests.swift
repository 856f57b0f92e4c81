import GRDB
import LanyardCore
import LanyardStorage
import Testing

@testable import LanyardSQLite

@Suite("The journal")
struct JournalTests {
    private static let clock = SavedClock(
        monotonic: MonotonicInstant(nanoseconds: 1), wall: Timestamp(milliseconds: 1), bootID: "run",
        offsetNanoseconds: 0, isClean: false)

    private static func window(_ number: UInt64, _ amounts: [Int64], head: Int64 = 100) -> SavedWindow {
        SavedWindow(
            subject: Subject(KeyID(high: 1, low: number)),
            identity: WindowIdentity(unit: .requests, windowMilliseconds: 60_000, source: .key),
            snapshot: WindowSnapshot(head: head, amounts: amounts))
    }

    private static func usage(_ number: UInt64, _ minute: Int32 = 5) -> UsageRow {
        UsageRow(key: KeyID(high: 1, low: number), minute: minute, outcome: "ok", count: 1)
    }

    private func count(_ store: SQLiteStore, _ table: String) async throws -> Int {
        try await store.withWriter { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    private func settleAll(_ store: SQLiteStore) async throws -> Int {
        for step in 1... {
            guard try await store.write({ try $0.settle(limit: 1) }) else { return step }
        }
        return 0
    }

    /// The size is kept, not counted: it must be what counting says.
    private func sizeIsTrue(_ store: SQLiteStore) async throws -> Bool {
        try await store.withWriter { database in
            let kept = try Int.fetchOne(database, sql: "SELECT bytes FROM journal_size")
            let counted = try Int.fetchOne(database, sql: "SELECT coalesce(sum(length(content)), 0) FROM journal")
            return kept == counted
        }
    }

    @Test("a key that is busy for a minute costs a few rows of its tables, and none before it is settled")
    func busyKey() async throws {
        let store = try await SQLiteStore.openInMemory()
        let before = try await changes(store)
        for second in 0..<60 {
            try await store.write { store in
                try store.addUsage([Self.usage(7)])
                try store.save([Self.window(7, [Int64(second)])], clock: Self.clock)
            }
        }
        #expect(try await count(store, "usage") == 0)
        #expect(try await count(store, "windows") == 0)
        #expect(try await count(store, "journal") == 120)
        #expect(try await sizeIsTrue(store))
        _ = try await settleAll(store)
        #expect(try await count(store, "usage") == 1)
        #expect(try await count(store, "windows") == 1)
        #expect(try await count(store, "journal") == 0)
        #expect(try await sizeIsTrue(store))
        #expect(try await changes(store) > before)
        try await store.close()
    }

    private func changes(_ store: SQLiteStore) async throws -> Int {
        try await store.withWriter { $0.totalChangesCount }
    }

    @Test("each step settles the shard that has waited longest, and no other")
    func steps() async throws {
        let store = try await SQLiteStore.openInMemory()
        for low in [5, 9, 5, 64 + 9, 3] as [UInt64] {
            try await store.write { try $0.addUsage([Self.usage(low)]) }
        }
        func shards() async throws -> [Int] {
            try await store.withWriter { database in
                try Int.fetchAll(database, sql: "SELECT DISTINCT shard FROM journal ORDER BY sequence")
            }
        }
        #expect(try await shards() == [5, 9, 3])
        #expect(try await store.write { try $0.settle(limit: 1000) })
        #expect(try await shards() == [9, 3])
        #expect(try await store.write { try $0.settle(limit: 1000) })
        #expect(try await count(store, "usage") == 3)
        #expect(try await !store.write { try $0.settle(limit: 1000) })
        #expect(try await !store.write { try $0.settle(limit: 1000) })
        try await store.close()
    }

    @Test("a window that has left by the saved clock needs no row")
    func leftWindows() async throws {
        let store = try await SQLiteStore.openInMemory()
        // The newest bucket, 100, has left when bucket 133 begins; each is 1.875 s long.
        let window = Self.window(1, [Int64](repeating: 0, count: 32) + [5])
        var clock = Self.clock
        for (nanoseconds, rows) in [(133 * 1_875_000_000 - 1, 1), (133 * 1_875_000_000, 0)] as [(Int64, Int)] {
            clock.monotonic.nanoseconds = nanoseconds
            let now = clock
            try await store.write { try $0.save([window], clock: now) }
            _ = try await settleAll(store)
            #expect(try await count(store, "windows") == rows)
        }
        try await store.close()
    }

    @Test("settling goes on while the journal is large, and who writes settles where nobody does")
    func bounds() async throws {
        var limits = WriteLimits()
        limits.journal.rowBytes = 200
        limits.journal.comfortableBytes = 2000
        limits.journal.mostBytes = 6000
        let store = try await SQLiteStore.openInMemory(limits: limits)
        for round in 0..<200 {
            try await store.write { store in
                try store.addUsage((0..<40).map { Self.usage($0, Int32(round)) })
                try store.save((0..<40).map { Self.window($0, [1, 2, Int64(round)]) }, clock: Self.clock)
            }
            #expect(try await sizeIsTrue(store))
            let bytes = try await store.withWriter { try Int.fetchOne($0, sql: "SELECT bytes FROM journal_size") ?? 0 }
            #expect(bytes <= 6000)
            let longest = try await store.withWriter {
                try Int.fetchOne($0, sql: "SELECT max(length(content)) FROM journal") ?? 0
            }
            #expect(longest <= 300)
        }
        #expect(try await store.write { try $0.settle(limit: 100_000) })
        let bytes = try await store.withWriter { try Int.fetchOne($0, sql: "SELECT bytes FROM journal_size") ?? 0 }
        #expect(bytes <= 2000 && bytes > 0)
        let query = UsageQuery(fromMinute: 0, toMinute: .max, interval: .day, limit: 10)
        #expect(try await store.read { try $0.usage(query) }.first?.outcomes == ["ok": 8000])
        #expect(try await store.read { try $0.savedWindows().windows.count } == 40)
        try await store.close()
    }

    @Test("a damaged row is told as damage, wherever it is needed, and nothing of it is counted")
    func damage() async throws {
        let query = UsageQuery(fromMinute: 0, toMinute: .max, interval: .day, limit: 10)
        for change in [
            "content = substr(content, 1, length(content) - 1)", "content = CAST(content || x'00' AS BLOB)",
            "content = zeroblob(40)",
            "content = x''", "content = zeroblob(0)", "kind = 3 - kind",
        ] {
            let store = try await SQLiteStore.openInMemory()
            try await store.write { store in
                try store.addUsage([Self.usage(7)])
                try store.save([Self.window(7, [1])], clock: Self.clock)
            }
            try await store.withWriter { try $0.execute(sql: "UPDATE journal SET \(change)") }
            #expect(try await storeErrorCode { _ = try await store.read { try $0.usage(query) } } == .corrupted)
            #expect(try await storeErrorCode { _ = try await store.read { try $0.savedWindows() } } == .corrupted)
            #expect(try await storeErrorCode { _ = try await store.write { try $0.settle(limit: 1) } } == .corrupted)
            #expect(try await count(store, "usage") == 0, "\(change)")
            try await store.close()
        }
    }

    @Test("no single bit of a row can change unnoticed")
    func bits() throws {
        let rows: [[UInt8]] = [
            try WindowJournal.row([.saved(Self.window(1, [0, 0, 7, 0])), .forgotten(Subject(KeyID(high: 1, low: 2)))]),
            try UsageJournal.row([Self.usage(1), Self.usage(2, 9)]),
        ]
        for row in rows {
            for bit in 0..<row.count * 8 {
                var damaged = row
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(throws: StoreError.self) { try damaged.withUnsafeBytes { _ = try WindowJournal.entries($0) } }
                #expect(throws: StoreError.self) { try damaged.withUnsafeBytes { _ = try UsageJournal.entries($0) } }
            }
        }
    }

    @Test("extreme numbers come back, and what no row can hold is refused")
    func extremes() throws {
        let windows: [WindowEntry] = [
            .saved(Self.window(.max, [.min, .max, 0, -1, 127, 128], head: .min)),
            .saved(Self.window(0, [], head: .max)),
            .forgotten(Subject(kind: .account, high: .max, low: .max)),
            .saved(Self.window(0, [Int64](repeating: 0, count: 64))),
        ]
        let row = try WindowJournal.row(windows)
        #expect(try row.withUnsafeBytes { try WindowJournal.entries($0) } == windows)
        let usage = [
            UsageRow(key: nil, minute: .max, outcome: "", count: .max, tokens: .min, nanoUSD: -1),
            UsageRow(key: KeyID(high: .max, low: 1), minute: .min, outcome: "größer", count: 0),
        ]
        let other = try UsageJournal.row(usage)
        #expect(try other.withUnsafeBytes { try UsageJournal.entries($0) } == usage)
        #expect(throws: StoreError(.constraint, "")) {
            try WindowJournal.row([.saved(Self.window(1, [Int64](repeating: 1, count: 65)))])
        }
        for outcome in [String(repeating: "x", count: 256), "a\0b"] {
            #expect(throws: StoreError(.constraint, "")) {
                try UsageJournal.row([UsageRow(key: nil, minute: 1, outcome: outcome, count: 1)])
            }
        }
    }

    @Test("which shard waits longest, and which has old usage, is found without reading the rows")
    func plans() async throws {
        let store = try await SQLiteStore.openInMemory()
        try await store.withWriter { database in
            for (sql, index) in [
                ("SELECT shard FROM journal WHERE earliest_minute < 5 LIMIT 1", "journal_by_minute"),
                ("SELECT content FROM journal WHERE shard = 1 AND kind = 1 ORDER BY sequence DESC", "journal_by_shard"),
                ("DELETE FROM journal WHERE shard = 1", "journal_by_shard"),
            ] {
                let steps = try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }
                #expect(steps.contains { $0.contains(index) } && !steps.contains { $0.contains("TEMP") }, "\(steps)")
            }
        }
        try await store.close()
    }
}
