import LanyardCore
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardPostgres

@Suite("A database that went back in time")
struct IncarnationTests {
    private func incarnation(_ store: PostgresStore) async throws -> String {
        try await store.join(Fixture.node(1)).incarnation
    }

    /// Ends all connections of a database, as an exchange of the server would.
    private func cut(_ server: PostgresServer, _ database: String) async throws {
        try await server.run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = '\(database)' AND pid <> pg_backend_pid()
            """)
    }

    @Test(
        "another history is another incarnation",
        arguments: [
            // A copy from before the last change.
            "UPDATE lanyard.epoch SET value = value - 1; DELETE FROM lanyard.changes WHERE epoch = 3",
            // The same, and it has gone on by other changes.
            """
            UPDATE lanyard.changes SET mark = mark + 1 WHERE epoch = 3; UPDATE lanyard.epoch SET value = 9, mark = 1;
            INSERT INTO lanyard.changes (epoch, mark, kind, digests) SELECT n, 1, 'imports', '' FROM generate_series(4, 9) n
            """,
            // Another store altogether.
            "UPDATE lanyard.store SET id = gen_random_uuid()",
        ])
    func otherHistory(damage: String) async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let store = try await Fixture.open(server, database)
        for number in 1...3 { _ = try await store.write { try $0.recordChange(.role(Fixture.role(number).id)) } }
        let before = try await incarnation(store)
        var heard = store.notices().makeAsyncIterator()
        #expect(await heard.next() == .changed(nil))
        try await server.run(damage, in: database)
        try await cut(server, database)
        #expect(try await incarnation(store) != before)
        #expect(await heard.next() != nil)
        try await store.close()
    }

    @Test("a reconnection, a restart of the server and changes of others are none")
    func sameHistory() async throws {
        let server = try await PostgresServer.start()
        let database = try await server.makeDatabase()
        let (store, other) = (try await Fixture.open(server, database), try await Fixture.open(server, database))
        _ = try await store.write { try $0.recordChange(.imports([])) }
        let before = try await incarnation(store)
        try await cut(server, database)
        #expect(try await incarnation(store) == before)
        for _ in 1...5 { _ = try await other.write { try $0.recordChange(.imports([])) } }
        try await server.stop(.immediate)
        try await server.start()
        #expect(try await incarnation(store) == before)
        #expect(try await incarnation(other) == before)
        try await store.close()
        try await other.close()
        try await server.stop()
    }
}
