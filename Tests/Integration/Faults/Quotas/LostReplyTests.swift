import Foundation
import LanyardTesting
import LanyardWire
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@Suite("Quotas of three nodes, with lost replies and deaths", .serialized)
struct LostReplyTests {
    private let seed = TestRun.seed

    @Test("a quota is never over, and what is lost is one lease for each death")
    func quota() async throws {
        let amount: Int64 = TestRun.isLong ? 10_000 : 1500
        print("LANYARD_SEED=\(seed): a quota of \(amount), replies lost after COMMIT, nodes killed")
        var random = SeededGenerator(seed: seed)
        let cluster = try await QuotaCluster()
        let key = try await cluster.nodes[0].client().createKey(
            "busy", #""quotas":[{"name":"all","amount":\#(amount),"period":"lifetime"}]"#)
        let (losses, restarts) = (Recoveries(), Recoveries())
        for node in cluster.nodes { Self.loseReplies(node, random.next(), noting: losses) }
        let isOver = Switch()
        let load = QuotaLoad(nodes: cluster.nodes, secret: key.secret)
        async let loading = load.run { _ in !isOver.isSet }
        // Also where the test ends early: the clients go on until then.
        defer { isOver.set() }
        var (deaths, own) = (0, 0)
        for _ in 0..<(TestRun.isLong ? 30 : 4) {
            try await Task.sleep(for: .milliseconds(Int.random(in: 300...1200, using: &random)))
            let node = cluster.nodes[Int.random(in: 0..<3, using: &random)]
            if try await node.restart(asking: key.secret, noting: restarts) { own += 1 }
            deaths += 1
        }
        // Quiet: every reply arrives, and what the dead held is reaped.
        for node in cluster.nodes { node.proxy.setRule { _ in .forward } }
        try await eventually("all of the quota is used or leased to nobody who is gone") {
            let ledger = try await cluster.ledger()
            return ledger.used >= amount
        }
        isOver.set()
        let seen = await loading
        try await cluster.stop()
        let ledger = try await cluster.ledger()
        let reaped = try await cluster.number("SELECT coalesce(sum(amount), 0) FROM leases WHERE state = 'reaped'")
        // A node that was killed may have granted what nobody was told of: one answer on each connection.
        let untold = Int64(deaths * load.clientsOfEach)
        let granted = Int64(seen.grants.count + own)
        print(
            "    \(granted) granted, \(deaths) deaths, \(reaped) units reaped, \(seen.unavailable) unavailable"
        )
        print("    committed again after a lost reply: \(losses)")
        print("    decided again after kill -9, from the start of the new process: \(restarts)")
        #expect(seen.others.isEmpty, "\(seen.others)")
        #expect(granted <= amount)
        #expect(granted >= amount - reaped - untold)
        #expect(ledger.over == 0)
        #expect(ledger.leased == 0)
        #expect(ledger.used == amount)
    }

    @Test("a key that is asked for again after a lost reply is made once, and its secret is in no dump")
    func keys() async throws {
        print("LANYARD_SEED=\(seed): POST /v1/keys again and again")
        var random = SeededGenerator(seed: seed &+ 1)
        let cluster = try await QuotaCluster(2)
        let losses = Recoveries()
        for node in cluster.nodes { Self.loseReplies(node, random.next(), noting: losses) }
        var secrets: [String] = []
        for number in 0..<(TestRun.isLong ? 200 : 25) {
            let node = cluster.nodes[number % 2]
            var answers: [String] = []
            // Until it is answered, and once more.
            for _ in 0..<60 where answers.count < 2 {
                let answer = try await node.client().send(
                    .admin, .POST, "/v1/keys", json: #"{"name":"key \#(number)"}"#,
                    fields: [("Idempotency-Key", "create-\(number)-\(seed)")])
                if answer.status == 201, let secret = answer["secret"]?.string { answers.append(secret) }
            }
            #expect(answers.count == 2 && answers[0] == answers[1], "key \(number) was answered \(answers.count) times")
            secrets += answers.prefix(1)
        }
        for node in cluster.nodes { node.proxy.setRule { _ in .forward } }
        let (made, names) = (
            try await cluster.number("SELECT count(*) FROM keys WHERE name LIKE 'key %'"),
            try await cluster.number("SELECT count(DISTINCT name) FROM keys WHERE name LIKE 'key %'")
        )
        #expect(made == Int64(secrets.count))
        #expect(names == Int64(secrets.count))
        let dump = try await cluster.postgres.dump(cluster.database)
        #expect(dump.contains("key 0"), "the dump holds the keys")
        for secret in secrets { #expect(!dump.contains(secret)) }
        print("    committed again after a lost reply: \(losses)")
        try await cluster.stop()
    }

    /// One reply in five to a COMMIT is lost, with its connection.
    private static func loseReplies(_ node: QuotaNode, _ seed: UInt64, noting recoveries: Recoveries) {
        let state = Mutex((random: SeededGenerator(seed: seed), lost: Int64?.none))
        node.proxy.setRule { said in
            guard PostgresProxy.commits(said) else { return .forward }
            return state.withLock { state in
                let now = LoadConnection.now
                guard Int.random(in: 0..<5, using: &state.random) != 0 else {
                    if let lost = state.lost.take() { recoveries.add(nanoseconds: now - lost) }
                    return .forward
                }
                state.lost = state.lost ?? now
                return .cutAfterwards
            }
        }
    }
}
