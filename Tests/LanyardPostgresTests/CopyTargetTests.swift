import LanyardCore
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardPostgres

@Suite("A PostgreSQL store that becomes a copy")
struct CopyTargetTests {
    /// What a copy leaves as a new store has it.
    private static let leftAlone: Set<String> = [
        "schema_versions", "store", "epoch", "changes", "writers", "windows", "clock", "counters", "finishes", "places",
        "quota_alerts",
        "nodes",
    ]

    private func target(_ server: PostgresServer, _ database: String) throws -> PostgresCopyTarget {
        var settings = PostgresSettings()
        settings.passwordFile = server.passwordFile
        return try PostgresCopyTarget(PostgresLocation(parsing: server.url(database)), settings: settings)
    }

    private let record = CopyRecord(origin: [7], epoch: 40)

    /// Some rows of a table, in the order of their keys.
    private func rows(of table: CopiedTable, _ numbers: some Sequence<Int>, text: String = "t") -> CopiedRows {
        var made: [ArraySlice<UInt8>] = []
        for number in numbers {
            var rows = CopiedRows()
            for (index, column) in table.columns.enumerated() {
                let isKey = index < table.keyCount
                let isReference = ["project", "key", "role"].contains(column.name)
                let value = isReference && (!isKey || column.name == "role") ? 1 : number
                let isOwner = isReference || ["account", "plan"].contains(column.name)
                if column.isOptional, isOwner || (number + index) % 2 == 0 {
                    rows.addNull()
                    continue
                }
                switch column.kind {
                case .id:
                    withUnsafeBytes(of: (UInt64(7).bigEndian, UInt64(value).bigEndian)) { rows.add($0) }
                case .number: rows.add(Int64(value) - (isKey ? 0 : 5))
                case .flag: rows.add(value % 3 == 0)
                case .text:
                    let isUnique = isKey || column == table.uniqueColumn
                    Array("\(text)\(isUnique ? number : 0)é".utf8).withUnsafeBytes { rows.add($0) }
                case .bytes: withUnsafeBytes(of: UInt64(number).bigEndian) { rows.add($0) }
                }
            }
            rows.endRow()
            made.append(rows[0])
        }
        var sorted = CopiedRows()
        for row in made.sorted(by: { table.order($0, $1) < 0 }) { sorted.append(row) }
        return sorted
    }

    private func all(_ target: PostgresCopyTarget, _ table: CopiedTable, page: Int = 7) throws -> CopiedRows {
        var rows = CopiedRows()
        while true {
            let last = rows.isEmpty ? nil : CopiedKey(of: rows[rows.count - 1], in: table)
            let found = try target.rows(of: table, after: last, limit: page)
            if found.isEmpty { return rows }
            for row in 0..<found.count { rows.append(found[row]) }
        }
    }

    @Test("every table is copied or left alone on purpose, with all its columns, their types and its primary key")
    func schema() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        _ = try target(server, database)
        let listed = try await server.run(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'lanyard'", in: database)
        let tables = Set(listed.split(separator: "\n").map(String.init))
        #expect(tables == Self.leftAlone.union(CopiedTable.all.map(\.name)))
        for table in CopiedTable.all {
            let columns = try await server.run(
                """
                SELECT column_name, data_type, is_nullable FROM information_schema.columns
                WHERE table_schema = 'lanyard' AND table_name = '\(table.name)' ORDER BY 1
                """, in: database)
            let expected = table.columns.map { "\($0.name)|\($0.kind.typeName)|\($0.isOptional ? "YES" : "NO")" }
            #expect(columns.split(separator: "\n").map(String.init).sorted() == expected.sorted(), "\(table.name)")
            let key = try await server.run(
                """
                SELECT string_agg(attname, ',' ORDER BY array_position(conkey, attnum))
                FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)
                WHERE contype = 'p' AND conrelid = 'lanyard.\(table.name)'::regclass
                """, in: database)
            #expect(key.split(separator: "\n").first.map(String.init) == table.key.map(\.name).joined(separator: ","))
        }
    }

    @Test("what is inserted, replaced and deleted is read back byte by byte, in a database that sorts by a language")
    func roundTrip() async throws {
        let server = try await SharedServer.server
        let database = "sorted\(UInt32.random(in: .min ... .max))"
        try await server.run(
            """
            CREATE DATABASE \(database) OWNER \(PostgresServer.user) TEMPLATE template0
            LOCALE_PROVIDER icu ICU_LOCALE 'en-US'
            """)
        let target = try target(server, database)
        #expect(try target.claim(record) == nil)
        for table in CopiedTable.all where table.name != "markers" {
            let first = rows(of: table, 1...40)
            try target.insert(first, into: table)
            #expect(try all(target, table) == first, "\(table.name)")
            guard table.columns.count > table.keyCount else { continue }
            let changed = rows(of: table, 1...40, text: table.key.contains { $0.kind == .text } ? "t" : "u")
            try target.replace(changed, in: table)
            #expect(try all(target, table, page: 11) == changed, "\(table.name)")
        }
        // A text that other orders than that of bytes would put elsewhere.
        let usage = try #require(CopiedTable.all.first { $0.name == "usage" })
        var texts = CopiedRows()
        for text in ["B", "Z", "_", "a", "b", "é"] {
            texts.add(Int64(900))
            withUnsafeBytes(of: (UInt64(7).bigEndian, UInt64(1).bigEndian)) { texts.add($0) }
            Array(text.utf8).withUnsafeBytes { texts.add($0) }
            for _ in 1...3 { texts.add(Int64(1)) }
            texts.endRow()
        }
        let before = try all(target, usage)
        try target.insert(texts, into: usage)
        var both = before
        for row in 0..<texts.count { both.append(texts[row]) }
        #expect(try all(target, usage, page: 1) == both)
        try target.delete(both, from: usage)
        #expect(try all(target, usage).isEmpty)
        try target.commit()
    }

    @Test("a deleted key takes its secrets along, and a name that was let go can be given to another")
    func rules() async throws {
        let server = try await SharedServer.server
        let target = try target(server, try await server.makeDatabase())
        _ = try target.claim(record)
        let projects = try #require(CopiedTable.all.first { $0.name == "projects" })
        try target.insert(rows(of: projects, 1...2), into: projects)
        try target.insert(rows(of: .keys, 1...1), into: .keys)
        try target.insert(rows(of: .secrets, 1...3), into: .secrets)
        try target.delete(rows(of: .keys, 1...1), from: .keys)
        #expect(try all(target, .secrets).isEmpty)

        try target.release(rows(of: projects, 1...1), in: projects)
        let old = Array(CopiedValues(rows(of: projects, 1...1)[0]))
        var renamed = CopiedRows()
        for (index, value) in CopiedValues(rows(of: projects, 2...2)[0]).enumerated() {
            let new: ArraySlice<UInt8>? = index == 1 ? old[1] : value
            if let new { new.withUnsafeBytes { renamed.add($0) } } else { renamed.addNull() }
        }
        renamed.endRow()
        try target.replace(renamed, in: projects)
        try target.commit()
        #expect(try all(target, projects)[1] == renamed[0])
    }

    @Test("a store with anything in it, or with a node that has joined, is not taken for a copy")
    func inUse() async throws {
        let server = try await SharedServer.server
        for isJoined in [true, false] {
            let database = try await server.makeDatabase()
            let store = try await Fixture.open(server, database)
            if isJoined {
                _ = try await store.join(Fixture.node(1))
            } else {
                try await store.write { try $0.insert(Fixture.role(1)) }
            }
            let target = try target(server, database)
            #expect(throws: CopyRefusal.targetInUse) { try target.claim(record) }
            #expect(try await store.read { try $0.marker(.copy) } == nil)
            try await store.close()
        }
    }

    @Test("until it is complete nobody may serve it, and then it has the source's epoch")
    func completion() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let target = try target(server, database)
        let record = record
        #expect(try target.claim(record) == nil)
        #expect(try target.claim(CopyRecord(origin: [8], epoch: 1)) == record, "it says what it is")
        let store = try await Fixture.open(server, database)
        #expect(
            try await Fixture.code { try await store.read { try $0.refuseUnlessItMayBeServed() } } == .unfinishedCopy)
        var later = record
        later.epoch = 41
        try target.note(later)
        #expect(throws: CopyRefusal.targetInUse, "it has gone on since") { try target.complete(record) }
        try target.complete(later)
        try await store.read { try $0.refuseUnlessItMayBeServed() }
        #expect(try await store.read { try $0.epoch() } == 41)
        try await store.close()
    }

    @Test("what was not committed when the connection is lost is not there, and what was committed is")
    func lost() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let target = try target(server, database)
        _ = try target.claim(record)
        let projects = try #require(CopiedTable.all.first { $0.name == "projects" })
        try target.insert(rows(of: projects, 1...3), into: projects)
        try target.commit()
        try target.insert(rows(of: projects, 4...6), into: projects)
        try await server.run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = '\(database)' AND pid <> pg_backend_pid()
            """)
        #expect(throws: StoreError(.unavailable, "")) {
            try target.insert(rows(of: projects, 7...9), into: projects)
            try target.commit()
        }
        let again = try self.target(server, database)
        #expect(try again.claim(CopyRecord(origin: [7], epoch: 1)) == record)
        #expect(try all(again, projects) == rows(of: projects, 1...3))
    }
}
