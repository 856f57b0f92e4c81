import Foundation
import GRDB
import LanyardCore
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardSQLite

@Suite("Damaged, foreign and newer databases")
struct DamageTests {
    private static let pageSize = 4096

    /// A closed database of some pages.
    private func makeDatabase(_ path: String, keys: ClosedRange<Int> = 1...400) async throws {
        let store = try await SQLiteStore.open(path: path)
        try await Fixture.insertKeys(keys, into: store)
        _ = try await store.write { store in
            try (1...50).map { number in
                try store.append(
                    AuditEvent(
                        at: .init(milliseconds: 1), actor: nil, actorName: "a", action: "b", target: "c \(number)"))
            }
        }
        try await store.close()
    }

    /// Whether the damage shows: at the opening, in a read, or in a check of the whole.
    private func showsDamage(_ path: String) async throws -> Bool {
        let store: SQLiteStore
        do {
            store = try await SQLiteStore.open(path: path)
        } catch let error as StoreError {
            #expect(error.code == .corrupted, "\(error)")
            return true
        }
        var isDamaged = false
        do {
            _ = try await Fixture.allKeys(store)
            _ = try await store.read { try $0.auditEntries(from: 1, limit: 1000) }
            isDamaged = try await !store.damage().isEmpty
        } catch let error as StoreError {
            #expect(error.code == .corrupted, "\(error)")
            isDamaged = true
        }
        // Closing may meet the damage too; whatever it says, it must end.
        try? await store.close()
        return isDamaged
    }

    @Test("a file that is no database is refused as damaged")
    func noDatabase() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        try Data("This is a letter, and no database. ".utf8 + [UInt8](repeating: 65, count: 9000)).write(
            to: URL(fileURLWithPath: path))
        #expect(try await storeErrorCode { _ = try await SQLiteStore.open(path: path) } == .corrupted)
    }

    @Test("a header that was overwritten is refused as damaged")
    func header() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        try await makeDatabase(path)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes.replaceSubrange(0..<100, with: [UInt8](repeating: 0x5A, count: 100))
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(try await storeErrorCode { _ = try await SQLiteStore.open(path: path) } == .corrupted)
    }

    @Test("a file that was cut short is told as damaged, wherever it was cut", arguments: [0.3, 0.5, 0.9])
    func truncated(share: Double) async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        try await makeDatabase(path)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let pages = bytes.count / Self.pageSize
        try bytes.prefix(Int(Double(pages) * share) * Self.pageSize + 100).write(to: URL(fileURLWithPath: path))
        #expect(try await showsDamage(path))
    }

    @Test("damage to any one page is told as such, and never ends the process")
    func anyPage() async throws {
        let folder = try TemporaryFolder()
        let whole = folder.file("whole.db")
        try await makeDatabase(whole)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
        let pages = bytes.count / Self.pageSize
        #expect(pages > 20)
        for page in 1..<pages {
            let path = folder.file("\(page).db")
            var damaged = bytes
            let range = page * Self.pageSize..<(page + 1) * Self.pageSize
            damaged.replaceSubrange(range, with: [UInt8](repeating: 0xFF, count: Self.pageSize))
            try damaged.write(to: URL(fileURLWithPath: path))
            #expect(try await showsDamage(path), "page \(page + 1) of \(pages)")
        }
    }

    @Test("a value that Lanyard can't have written is damage, and its text is not repeated")
    func impossibleValues() async throws {
        let store = try await SQLiteStore.openInMemory()
        for change in [
            "proof = 'canary'", "environment = 'CANARY!'", "scopes = 'canary'", "limits = '{}'",
            "id = x'00'", "project = x'0011'", "roles = '[\"canary\"]'", "maximum_in_flight = 99999999999",
        ] {
            try await store.write { store in
                if try store.project(Fixture.project.id) == nil { try store.insert(Fixture.project) }
                try Fixture.connection(store).execute(sql: "DELETE FROM secrets; DELETE FROM keys")
                _ = try store.insert(Fixture.key(1), secret: Fixture.secret(1))
            }
            try await store.withWriter { database in
                try database.execute(
                    sql: "PRAGMA foreign_keys = OFF; UPDATE keys SET \(change); PRAGMA foreign_keys = ON")
            }
            do {
                _ = try await Fixture.allKeys(store)
                Issue.record("\(change) was read")
            } catch let error as StoreError {
                #expect(error.code == .corrupted)
                #expect(!"\(error)".lowercased().contains("canary"), "\(error)")
            }
        }
        try await store.close()
    }

    @Test("a database that a newer version has written is refused, and left as it is")
    func newerSchema() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        try await makeDatabase(path)
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 something later')") }
        try queue.close()
        #expect(try await storeErrorCode { _ = try await SQLiteStore.open(path: path) } == .schemaTooNew)
        let later = try DatabaseQueue(path: path)
        try await later.write { try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier LIKE '9%'") }
        try later.close()
        let store = try await SQLiteStore.open(path: path)
        #expect(try await Fixture.allKeys(store).count == 400)
        try await store.close()
    }

    @Test("another program's database is refused, and nothing is written to it")
    func foreign() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("other.db")
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "CREATE TABLE songs (title TEXT)") }
        try queue.close()
        #expect(try await storeErrorCode { _ = try await SQLiteStore.open(path: path) } == .cannotOpen)
        let later = try DatabaseQueue(path: path)
        let tables = try await later.read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_master") }
        #expect(tables == ["songs"])
        try later.close()
    }

    @Test("an error names tables and columns, and never what stands in them")
    func errorTexts() async throws {
        let store = try await SQLiteStore.openInMemory()
        var role = Fixture.role(1)
        role.name = "canary"
        var twin = Fixture.role(2)
        twin.name = "canary"
        let roles = (role, twin)
        do {
            try await store.write { store in
                try store.insert(roles.0)
                try store.insert(roles.1)
            }
            Issue.record("two roles of one name")
        } catch let error as StoreError {
            #expect(error.code == .constraint)
            #expect(error.context.contains("roles.name"), "\(error)")
            #expect(!"\(error)".contains("canary"), "\(error)")
        }
        try await store.close()
    }
}
