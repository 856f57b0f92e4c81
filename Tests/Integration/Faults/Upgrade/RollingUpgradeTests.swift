import Foundation
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

// # Servers that are updated one after the other
//
// No binary of another version is at hand, so a newer one's part is played by SQL: what its migration would do to the
// schema, in one transaction and under the lock that migrations take. What docs/operations.md promises of the older
// ones is then asked of real ones: to go on and to be restarted beside a schema that only adds, and to refuse one that
// they can't use, at their next connection as at their start.

@Suite("Servers that are updated one after the other", .serialized)
struct RollingUpgradeTests {
    /// What a newer version's migration would do: it adds to every table, and makes one.
    private static func migration(to version: Int64, oldestReader: Int64) -> String {
        """
        BEGIN;
        SELECT pg_advisory_xact_lock(\(0x4C59_4431), 1);
        DO $$ DECLARE found record; BEGIN
            FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'lanyard' ORDER BY tablename LOOP
                EXECUTE format('ALTER TABLE lanyard.%I ADD COLUMN added_later text', found.tablename);
            END LOOP;
        END $$;
        CREATE TABLE lanyard.later (id uuid PRIMARY KEY, note text);
        CREATE INDEX keys_later ON lanyard.keys (added_later);
        INSERT INTO lanyard.schema_versions (version, oldest_reader) VALUES (\(version), \(oldestReader));
        COMMIT
        """
    }

    @Test("beside a newer schema that only adds, older servers go on under load, and start again")
    func compatible() async throws {
        let cluster = try await QuotaCluster(2)
        let clients = try cluster.nodes.map { try $0.client() }
        let newest = try await cluster.number("SELECT max(version) FROM schema_versions")
        let allowances =
            #""limits":[{"name":"s","amount":1000,"window":"1s"}],"#
            + #""quotas":[{"name":"q","amount":1000000,"period":"day"}]"#
        let metered = try await clients[0].createKey("metered", allowances)
        let isOver = Switch()
        let load = QuotaLoad(nodes: cluster.nodes, secret: metered.secret, clientsOfEach: 2, pause: 0.002)
        async let loading = load.run { _ in !isOver.isSet }
        // Also where the test ends early: the clients go on until then.
        defer { isOver.set() }
        try await eventually("there is load") { load.granted.value > 20 }
        // Whoever migrates may be the one whom PostgreSQL ends where two wait for each other, and then starts again.
        try await eventually("the newer version has migrated") {
            let migration = Self.migration(to: newest + 1, oldestReader: 1)
            return (try? await cluster.postgres.run(migration, in: cluster.database)) != nil
        }
        let before = load.granted.value
        try await eventually("both go on by the connections that they have") { load.granted.value > before + 50 }
        try await expectCooperation(clients)
        // Each has to connect anew, and looks at the schema.
        try await cluster.disconnect()
        for node in cluster.nodes { try await node.eventuallyDecides(on: metered.secret) }
        let isGranted = try await cluster.nodes[1].restart(asking: metered.secret, noting: Recoveries())
        #expect(isGranted)
        try await expectCooperation([clients[0], cluster.nodes[1].client()])
        isOver.set()
        let seen = await loading
        print("    \(seen.grants.count) granted, \(seen.unavailable) unavailable meanwhile")
        #expect(seen.others.isEmpty, "\(seen.others)")
        // The older ones have brought nothing back to what they know.
        #expect(try await cluster.number("SELECT max(version) FROM schema_versions") == newest + 1)
        #expect(try await cluster.number("SELECT count(added_later) FROM keys") == 0)
        for node in cluster.nodes {
            let log = try #require(node.server).process.log
            #expect(!log.contains("0A000") && !log.contains("input_output"), "\(log)")
        }
        try await cluster.stop()
        #expect(try await cluster.ledger().over == 0)
    }

    /// Everything that servers do together works: what one makes the other knows, and what one revokes both deny.
    private func expectCooperation(_ clients: [ServerClient]) async throws {
        let key = try await clients[0].createKey(
            "made", #""in_flight":2,"quotas":[{"name":"q","amount":3,"period":"lifetime"}]"#)
        for client in clients {
            let answer = try await client.send(
                .data, .POST, "/v1/verify", json: #"{"secret":"\#(key.secret)"}"#)
            #expect(answer.code == "ok", "\(answer.text)")
            let id = try #require(answer["grant_id"]?.string, "\(answer.text)")
            let end = try await client.send(.data, .POST, "/v1/finish", json: #"{"grant_id":"\#(id)"}"#)
            #expect(end.status == 200, "\(end.text)")
        }
        let revocation = try await clients[1].revoke(key)
        #expect(revocation.acknowledgedBy.count == 2 && revocation.pending.isEmpty, "\(revocation)")
        for client in clients { #expect(try await client.verify([key.secret]) == ["revoked_key"]) }
        #expect(try await clients[0].auditEntries().contains("key.revoke \(key.id)"))
    }

    @Test("a newer schema that they can't use, older servers refuse: at their start, and at their next connection")
    func incompatible() async throws {
        let cluster = try await QuotaCluster(2, stalenessBound: "2s")
        let key = try await cluster.nodes[0].client().createKey("key")
        for node in cluster.nodes { #expect(try await node.client().verify([key.secret]) == ["ok"]) }
        let ours = try await cluster.number("SELECT max(version) FROM schema_versions")
        try await cluster.postgres.run(
            Self.migration(to: ours + 2, oldestReader: ours + 1), in: cluster.database)
        let content = try await cluster.text("SELECT count(*), sum(version) FROM schema_versions")

        let late = try QuotaNode(
            cluster.postgres, database: cluster.database, first: cluster.nodes[0], stalenessBound: "2s")
        let sentence =
            "its schema is version \(ours + 2), which programs of version \(ours + 1) and later can use, and this one's "
            + "is version \(ours)"
        try await expectRefused(late, sentence)

        try await cluster.disconnect()
        for node in cluster.nodes {
            try await eventually("it denies, once it can't know whether it is current") {
                let answer = try await node.client().send(.data, .GET, "/v1/authorize", secret: key.secret)
                return answer.status == 503 && answer.code == "unavailable"
            }
            #expect(try await node.client().send(.data, .GET, "/readyz").status == 503)
            try await #require(node.server).process.waitUntilLogged("schema_too_new: a newer version")
            #expect(try #require(node.server).process.log.contains(sentence))
        }
        // Started again it is refused, too.
        await cluster.nodes[1].kill()
        try await expectRefused(cluster.nodes[1], sentence)
        #expect(try await cluster.text("SELECT count(*), sum(version) FROM schema_versions") == content)
        await cluster.nodes[0].kill()
    }

    /// A start ends with status 1, and says why and what to do.
    private func expectRefused(_ node: QuotaNode, _ sentence: String) async throws {
        do {
            try await node.start()
            Issue.record("it has started")
        } catch let ended as ServerProcess.EndedEarly {
            #expect(ended.end == .exit(1))
            let errors = ended.log.split(separator: "\n").filter { $0.hasPrefix("error: ") }
            #expect(errors.count == 1 && errors.first?.contains(sentence) == true, "\(ended.log)")
            #expect(ended.log.contains("fix: Start the newer version of Lanyard"), "\(ended.log)")
        }
    }
}

extension QuotaCluster {
    /// Ends every connection that a node has.
    fileprivate func disconnect() async throws {
        try await postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '\(PostgresServer.user)'")
    }
}
