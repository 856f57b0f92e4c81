import Foundation
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardPostgres

@Suite("Opening a database server")
struct OpeningTests {
    private func error(_ body: () async throws -> PostgresStore) async throws -> StoreError? {
        do {
            try await body().close()
            return nil
        } catch let error as StoreError {
            return error
        }
    }

    @Test("nodes that start together on an empty database make the schema once")
    func together() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let stores = try await withThrowingTaskGroup(of: PostgresStore.self) { group in
            for _ in 0..<6 { group.addTask { try await Fixture.open(server, database) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(try await server.run("SELECT count(*) FROM lanyard.schema_versions", in: database) == "1\n")
        try await stores[0].write { try $0.insert(Fixture.role(1)) }
        #expect(try await Fixture.roleCount(stores[5]) == 1)
        for store in stores { try await store.close() }
    }

    @Test("tables of others are left alone, and a schema of Lanyard's name that is another's is refused")
    func foreign() async throws {
        let server = try await SharedServer.server
        let (shared, other) = (try await server.makeDatabase(), try await server.makeDatabase())
        try await server.run("CREATE TABLE keys (id int)", in: shared)
        #expect(try await error { try await Fixture.open(server, shared) } == nil)
        #expect(try await server.run("SELECT count(*) FROM public.keys", in: shared) == "0\n")
        try await server.run("CREATE SCHEMA lanyard CREATE TABLE keys (id int)", in: other)
        #expect(try await error { try await Fixture.open(server, other) }?.code == .cannotOpen)
        #expect(try await server.run("SELECT count(*) FROM pg_class WHERE relname = 'secrets'", in: other) == "0\n")
    }

    @Test("an empty schema that an administrator has made is used; without rights nothing is")
    func rights() async throws {
        let server = try await SharedServer.server
        let (prepared, closed) = (try await server.makeDatabase(), try await server.makeDatabase())
        try await server.run("CREATE SCHEMA lanyard AUTHORIZATION lanyard", in: prepared)
        try await server.run("ALTER DATABASE \(prepared) OWNER TO postgres", in: prepared)
        #expect(try await error { try await Fixture.open(server, prepared) } == nil)
        try await server.run("ALTER DATABASE \(closed) OWNER TO postgres", in: closed)
        #expect(try await error { try await Fixture.open(server, closed) }?.code == .readOnly)
    }

    @Test("a newer schema that older programs can't use is refused, naming both versions, and left as it was")
    func tooNew() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        try await Fixture.open(server, database).close()
        let version = "INSERT INTO lanyard.schema_versions (version, oldest_reader) VALUES"
        try await server.run("\(version) (98, 97), (99, 97)", in: database)
        let before = try await content(server, database)
        let refusal = try await error { try await Fixture.open(server, database) }
        #expect(refusal?.code == .schemaTooNew)
        for part in ["schema is version 99", "version 97 and later", "this one's is version \(Schema.versions.count)"] {
            #expect(refusal?.context.contains(part) == true, "\(refusal?.context ?? "")")
        }
        #expect(try await content(server, database) == before)
    }

    /// All of a database. The lines with a backslash hold a word that pg_dump chooses anew each time.
    private func content(_ server: PostgresServer, _ database: String) async throws -> [Substring] {
        try await server.dump(database).split(separator: "\n").filter { !$0.hasPrefix("\\") }
    }

    @Test("beside a newer schema that older programs can use, one goes on and another starts, and neither changes it")
    func newerButCompatible() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let running = try await Fixture.open(server, database)
        try await server.run(
            """
            SET search_path TO lanyard; ALTER TABLE roles ADD COLUMN colour text; CREATE TABLE later (id uuid);
            INSERT INTO schema_versions (version, oldest_reader) VALUES (99, 1)
            """, in: database)
        // It has to connect anew, and looks at the schema again.
        try await server.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)'", in: "postgres")
        try await Fixture.eventually("the one that runs writes again") {
            (try? await running.write { try $0.insert(Fixture.role(1)) }) != nil
        }
        let started = try await Fixture.open(server, database)
        #expect(try await Fixture.roleCount(started) == 1)
        #expect(try await server.run("SELECT max(version) FROM lanyard.schema_versions", in: database) == "99\n")
        try await started.close()
        try await running.close()
    }

    @Test("a wrong password, an unknown database and an unknown user are told apart from a server that isn't there")
    func access() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let folder = "/tmp/lanyard-\(UUID().uuidString)"
        try "swordfish\n".write(toFile: folder, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let wrong = try await error { try await Fixture.open(server, database) { $0.passwordFile = folder } }
        #expect(wrong?.code == .cannotOpen)
        #expect(wrong?.context.contains("swordfish") == false)
        #expect(try await error { try await Fixture.open(server, "nowhere") }?.code == .cannotOpen)
        let missing = try await error { try await Fixture.open(server, database) { $0.passwordFile = "/nowhere" } }
        #expect(missing?.code == .cannotOpen)
        let port = try FreePort.find()
        let gone = try await error { try await Fixture.open(server, database, port: port) }
        #expect(gone?.code == .unavailable)
        #expect(gone?.context.contains("\(port)") == true)
    }

    @Test(
        "a server that may lose commits in a crash is refused, naming the setting",
        arguments: ["fsync", "full_page_writes"])
    func losingCommits(setting: String) async throws {
        let server = try await PostgresServer.start(settings: [setting: "off"])
        let database = try await server.makeDatabase()
        let refusal = try await error { try await Fixture.open(server, database) }
        #expect(refusal?.code == .cannotOpen)
        #expect(refusal?.context.contains(setting) == true)
        try await server.stop()
    }

    @Test("a standby is refused")
    func standby() async throws {
        let primary = try await PostgresServer.start()
        let database = try await primary.makeDatabase()
        try await Fixture.open(primary, database).close()
        let standby = try await primary.makeStandby()
        let refusal = try await error { try await Fixture.open(standby, database) }
        #expect(refusal?.code == .readOnly)
        #expect(refusal?.context.contains("standby") == true)
        try await standby.stop()
        try await primary.stop()
    }

    @Test("a session waits for the disk, whatever the role's or the database's own settings are")
    func session() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        try await server.run("ALTER DATABASE \(database) SET synchronous_commit = off", in: database)
        try await server.run(
            "ALTER DATABASE \(database) SET default_transaction_isolation = 'serializable'", in: database)
        let store = try await Fixture.open(server, database)
        let setting = try await store.write { store in
            let transaction = try #require(store as? PostgresTransaction)
            let rows = try transaction.rows("SELECT current_setting('synchronous_commit')")
            var columns = ColumnReader(rows, row: 0, of: "settings")
            return try columns.text()
        }
        #expect(setting == "on")
        try await store.close()
    }

    @Test("a server that holds rows as no version of Lanyard writes them is damaged, not believed")
    func damage() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let store = try await Fixture.open(server, database)
        try await store.write { try $0.insert(Fixture.role(1)) }
        try await server.run("UPDATE lanyard.roles SET scopes = '[1'", in: database)
        #expect(try await Fixture.code { _ = try await Fixture.roleCount(store) } == .corrupted)
        try await server.run("ALTER TABLE lanyard.roles ALTER created_at TYPE int", in: database)
        #expect(try await Fixture.code { _ = try await Fixture.roleCount(store) } != nil)
        try await store.close()
    }
}
