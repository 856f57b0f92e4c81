import GRDB
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardSQLite

@Suite("A commit has reached the disk")
struct DurabilityTests {
    /// Sequential writes, each with a commit of its own; how often the log of writes was brought to the disk for them.
    private func syncs(of count: Int, in store: SQLiteStore, at path: String) async throws -> Int {
        let before = SyncCounter.count(path + "-wal")
        for _ in 0..<count { try await store.write { _ = try $0.recordChange(.imports([])) } }
        return SyncCounter.count(path + "-wal") - before
    }

    @Test("the connection that writes says so itself: synchronous is FULL, the journal is a log of writes")
    func settings() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore.open(path: folder.file("lanyard.db"))
        let settings = try await store.withWriter { database in
            try ["synchronous", "journal_mode", "foreign_keys", "trusted_schema"].map {
                try String.fetchOne(database, sql: "PRAGMA \($0)")
            }
        }
        #expect(settings == ["2", "wal", "1", "0"])
        // After other work on the connection too: nothing has set it back.
        try await Fixture.insertKeys(1...5, into: store)
        #expect(try await store.withWriter { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
        try await store.close()
    }

    @Test("each commit brings the log of writes to the disk, before its caller hears of it")
    func syncsPerCommit() async throws {
        #expect(SyncCounter.start())
        let folder = try TemporaryFolder()
        let path = try StoreFile(folder.file("lanyard.db")).path
        let store = try await SQLiteStore.open(path: path)
        #expect(try await syncs(of: 20, in: store, at: path) >= 20)
        // The count would tell if it were otherwise.
        try await store.withWriter { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        #expect(try await syncs(of: 20, in: store, at: path) == 0)
        try await store.close()
    }

    @Test("writes that share a commit share its wait for the disk")
    func syncsOfGroup() async throws {
        #expect(SyncCounter.start())
        let folder = try TemporaryFolder()
        let path = try StoreFile(folder.file("lanyard.db")).path
        var limits = WriteLimits()
        limits.longestBatchNanoseconds = 600_000_000_000
        let store = try await SQLiteStore.open(path: path, limits: limits)
        let gate = await Gate(store)
        let before = SyncCounter.count(path + "-wal")
        let writes = (1...200).map { number in Task { try await store.write { try $0.insert(Fixture.role(number)) } } }
        try await gate.open(when: 200, waitIn: store)
        for write in writes { try await write.value }
        // The first commit after an opening also brings the log's header to the disk.
        #expect((1...3).contains(SyncCounter.count(path + "-wal") - before))
        try await store.close()
    }
}
