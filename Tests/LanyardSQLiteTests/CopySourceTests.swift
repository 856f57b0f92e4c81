import Foundation
import GRDB
import LanyardCore
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardSQLite

@Suite("Reading a SQLite store for a copy")
struct CopySourceTests {
    /// What a copy leaves behind, on purpose: what windows have counted, the journal (settled before the end), alerts, the
    /// epoch (which the target takes by itself), and the schema's own notes.
    private static let leftBehind: Set<String> = [
        "windows", "clock", "journal", "journal_size", "quota_alerts", "epoch", "grdb_migrations",
    ]

    @Test("every table is copied or left behind on purpose, with all its columns and its primary key")
    func schema() async throws {
        let store = try await SQLiteStore.openInMemory()
        let tables = try await store.withWriter { database in
            try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        #expect(Set(tables) == Self.leftBehind.union(CopiedTable.all.map(\.name)))
        for table in CopiedTable.all {
            let columns = try await store.withWriter { database in
                try Row.fetchAll(database, sql: "PRAGMA table_info(\(table.name))").map { row in
                    (name: row["name"] as String, key: row["pk"] as Int, isRequired: row["notnull"] as Bool)
                }
            }
            #expect(Set(columns.map(\.name)) == Set(table.columns.map(\.name)), "\(table.name)")
            let key = columns.filter { $0.key > 0 }.sorted { $0.key < $1.key }.map(\.name)
            #expect(key == table.key.map(\.name), "\(table.name)")
            let optional = Set(columns.filter { !$0.isRequired && $0.key == 0 }.map(\.name))
            // No bytes are NULL to SQLite, where they can be none.
            let expected = Set(table.columns.filter(\.isOptional).map(\.name))
            #expect(optional.subtracting(["sealed_body"]) == expected, "\(table.name)")
        }
        try await store.close()
    }

    @Test("a snapshot is what was there when it began, in the order of the keys, whatever the pages")
    func snapshot() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore.open(path: folder.file("a.sqlite"))
        try await Fixture.insertKeys(1...50, into: store)
        let source = try SQLiteCopySource(path: folder.file("a.sqlite"))
        #expect(try source.beginSnapshot().origin == nil, "there is no audit entry")
        try await Fixture.insertKeys(51...60, into: store)
        for limit in [1, 7, 50, 1000] {
            var keys: [ArraySlice<UInt8>] = []
            while true {
                let last = keys.last.map { CopiedKey(of: $0, in: .keys) }
                let page = try source.rows(of: .keys, after: last, limit: limit)
                if page.isEmpty { break }
                keys += (0..<page.count).map { page[$0] }
            }
            #expect(keys.count == 50 && keys == keys.sorted { CopiedTable.keys.order($0, $1) < 0 }, "\(limit)")
        }
        #expect(try source.count(of: .secrets) == 50)
        _ = try source.beginSnapshot()
        #expect(try source.count(of: .secrets) == 60)
        try source.close()
        try await store.close()
    }

    @Test("another program's file, one of an older version and none at all are refused, and nothing is made")
    func refusals() async throws {
        let folder = try TemporaryFolder()
        #expect(try await storeErrorCode { _ = try SQLiteCopySource(path: folder.file("none")) } == .cannotOpen)
        #expect(!FileManager.default.fileExists(atPath: folder.file("none")))
        let other = try DatabaseQueue(path: folder.file("other"))
        try await other.write { try $0.execute(sql: "CREATE TABLE a (b)") }
        #expect(try await storeErrorCode { _ = try SQLiteCopySource(path: folder.file("other")) } == .cannotOpen)
        #expect(
            try await storeErrorCode { try SQLiteBackup.write(from: folder.file("other"), to: folder.file("b")) }
                == .cannotOpen)
        let old = try DatabaseQueue(path: folder.file("old"))
        try Schema.migrator.migrate(old, upTo: "2 quotas and their ledger")
        #expect(try await storeErrorCode { _ = try SQLiteCopySource(path: folder.file("old")) } == .cannotOpen)
    }

    @Test("a damaged database makes no backup, and no file stays behind")
    func damagedBackup() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.sqlite")
        let store = try await SQLiteStore.open(path: path)
        try await Fixture.insertKeys(1...500, into: store)
        try await store.close()
        try SQLiteBackup.write(from: path, to: folder.file("whole"))
        #expect(try Fixture.mode(folder.file("whole")) == 0o600)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(try Fixture.size(path) / 4096 / 2 * 4096))
        try file.write(contentsOf: Data(repeating: 0xFF, count: 4096))
        try file.close()
        let code = try await storeErrorCode { try SQLiteBackup.write(from: path, to: folder.file("torn")) }
        #expect(code == .corrupted)
        #expect(!FileManager.default.fileExists(atPath: folder.file("torn")))
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!left.contains { $0.hasSuffix(".new") }, "\(left)")
    }
}
