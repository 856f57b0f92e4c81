import LanyardCore
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardPostgres

@Suite("More leases than the server has room for locks")
struct ManyLeasesTests {
    private static let count = 20_000

    private func storeWithLeases() async throws -> (store: PostgresStore, server: PostgresServer, database: String) {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let store = try await Fixture.open(server, database)
        _ = try await store.join(Fixture.node(1))
        _ = try await store.join(Fixture.node(2))
        try await server.run(
            """
            INSERT INTO lanyard.balances SELECT 1, ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'key',
                'requests', 'lifetime', 0, 9223372036854775807, 100, 1, 0, 0, 5, 0 FROM generate_series(1, \(Self.count)) n;
            INSERT INTO lanyard.leases SELECT ('00000000-0000-0000-0001-' || lpad(n::text, 12, '0'))::uuid,
                (SELECT id FROM lanyard.nodes WHERE host = 'host 2'),
                1, ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'key', 'requests', 'lifetime', 0,
                9223372036854775807, 5, 0, 'open', 0 FROM generate_series(1, \(Self.count)) n
            """, in: database)
        return (store, server, database)
    }

    private func open(_ store: PostgresStore) async throws -> Int {
        try await store.ledger { try $0.openLeases(of: .node(Fixture.node(2).id), limit: .max).count }
    }

    @Test("all that a forgotten node had leased counts as used, however much it was")
    func forgotten() async throws {
        let (store, _, _) = try await storeWithLeases()
        let silent = try await store.read { try $0.nodes() }.filter { $0.node.id == Fixture.node(2).id }
        #expect(try await store.forgetNodes(silent) == [Fixture.node(2).id])
        #expect(try await open(store) == 0)
        try await store.close()
    }

    @Test("what was left when a node was forgotten half is found the next time")
    func left() async throws {
        let (store, server, database) = try await storeWithLeases()
        try await server.run("DELETE FROM lanyard.nodes WHERE host = 'host 2'", in: database)
        #expect(try await store.forgetNodes([]) == [Fixture.node(2).id])
        #expect(try await open(store) == 0)
        try await store.close()
    }

    @Test("a node that leaves, and one that joins again, hold nothing afterwards", arguments: [true, false])
    func itself(leaves: Bool) async throws {
        let (store, _, _) = try await storeWithLeases()
        if leaves {
            try await store.leave(Fixture.node(2).id)
        } else {
            _ = try await store.join(Fixture.node(2))
        }
        #expect(try await open(store) == 0)
        #expect(try await store.read { try $0.nodes().count } == (leaves ? 1 : 2))
        try await store.close()
    }

    @Test("a batch of any size takes a bounded number of locks")
    func largeBatch() async throws {
        let (store, _, _) = try await storeWithLeases()
        let ids = (0..<UInt64(Self.count)).map { number in
            QuotaBalanceID(
                quota: QuotaIdentity(
                    subject: Subject(KeyID(high: 9, low: number)), unit: .requests, period: .lifetime, source: .key),
                start: Timestamp(milliseconds: 0))
        }
        #expect(try await store.ledger { try $0.lockBalances(ids).count } == 0)
        try await store.close()
    }
}
