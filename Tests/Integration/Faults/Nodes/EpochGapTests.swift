import Foundation
import LanyardTesting
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

// # No gap among changes
//
// Each change takes its number from one row that stays locked until the commit. So where one commit is held back, later
// changes wait behind it, and nobody sees a higher number before it. What is held to here is that: the numbers that are
// visible have no gap at any moment, and once every node has confirmed a change, none decides by what was before.

@Suite("A change whose commit is held back while later ones want to commit", .serialized)
struct EpochGapTests {
    /// What the commit waits for: an advisory lock of the test's own.
    private static let lock = 77_001

    @Test("leaves no gap in the numbers, and is granted by no node after its acknowledgement")
    func heldBack() async throws {
        let seed = TestRun.seed
        let rounds = TestRun.isLong ? 20 : 2
        print("LANYARD_SEED=\(seed): \(rounds) commits held back")
        var random = SeededGenerator(seed: seed)
        let cluster = try await QuotaCluster()
        try await holdCommits(cluster)
        let recoveries = Recoveries()
        for round in 0..<rounds {
            let first = Int.random(in: 0..<3, using: &random)
            try await hold(cluster, from: first, "round \(round), seed \(seed)", noting: recoveries)
        }
        print("    acknowledged by every node once the commit was let go: \(recoveries)")
        try await cluster.stop()
    }

    /// Every commit that changes a key of the name `held` waits for the lock.
    private func holdCommits(_ cluster: QuotaCluster) async throws {
        try await cluster.postgres.run(
            """
            CREATE FUNCTION public.hold_commit() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock(\(Self.lock)); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER hold_commit AFTER UPDATE ON lanyard.keys DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.name = 'held') EXECUTE FUNCTION public.hold_commit();
            """, in: cluster.database)
    }

    private func hold(
        _ cluster: QuotaCluster, from first: Int, _ what: String, noting recoveries: Recoveries
    ) async throws {
        let clients = try cluster.nodes.map { try $0.client() }
        let held = try await clients[first].createKey("held")
        let later = try await [clients[1].createKey("later"), clients[2].createKey("last")]
        let isOver = Switch()
        async let loading = QuotaLoad(nodes: cluster.nodes, secret: held.secret, clientsOfEach: 1).run { _ in
            !isOver.isSet
        }
        // Also where the test ends early: the clients go on until then.
        defer { isOver.set() }
        // Until it is ended below. Should the test end before, no longer than this.
        async let locking = cluster.postgres.run(
            "SELECT pg_advisory_lock(\(Self.lock)), pg_sleep(\(120 * TestRun.patience))", in: cluster.database)
        try await eventually("the lock is held") { try await self.locks(cluster, granted: true) == 1 }
        let before = try await cluster.number("SELECT value FROM epoch")
        async let revoking = Self.revoke(held, at: clients[first])
        try await eventually("the commit is held back") { try await self.locks(cluster, granted: false) == 1 }
        async let others = [Self.revoke(later[0], at: clients[(first + 1) % 3]), Self.revoke(later[1], at: clients[2])]
        // Until the lock is gone: what is committed is what it was, and there never is a gap.
        var looks = 0
        while looks < 3, try await locks(cluster, granted: false) == 1 {
            let (number, gaps) = (
                try await cluster.number("SELECT value FROM epoch"), try await gaps(cluster)
            )
            #expect(gaps == 0, "\(what)")
            if try await locks(cluster, granted: false) == 1 { #expect(number == before, "\(what)") }
            looks += 1
        }
        try await cluster.postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = \(Self.lock) AND granted"
        )
        // Its session was ended.
        let released = LoadConnection.now
        _ = try? await locking
        let acknowledged = try await revoking
        recoveries.add(nanoseconds: max(0, acknowledged - released))
        #expect(try await others.allSatisfy { $0 > 0 })
        // Long enough for each node to be asked some more.
        try await Task.sleep(for: .milliseconds(200))
        isOver.set()
        let seen = await loading
        #expect(try await gaps(cluster) == 0, "\(what)")
        #expect(looks > 0 && !seen.grants.isEmpty, "\(what)")
        #expect(seen.grants.count { $0.sent > acknowledged } == 0, "\(what)")
        #expect(Set(seen.others.keys) == [401], "\(what): \(seen.others)")
    }

    /// Revokes a key; when that had been answered. Every node must have confirmed it.
    private static func revoke(_ key: ServerClient.IssuedKey, at client: ServerClient) async throws -> Int64 {
        let revocation = try await client.revoke(key)
        #expect(revocation.acknowledgedBy.count == 3 && revocation.pending.isEmpty, "\(revocation)")
        return revocation.answered
    }

    /// Who holds the lock, or waits for it.
    private func locks(_ cluster: QuotaCluster, granted: Bool) async throws -> Int64 {
        try await cluster.number(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND objid = \(Self.lock) AND granted = \(granted)
            """)
    }

    /// How many numbers up to the newest have no change.
    private func gaps(_ cluster: QuotaCluster) async throws -> Int64 {
        try await cluster.number("SELECT (SELECT value FROM epoch) - (SELECT count(*) FROM changes)")
    }
}
