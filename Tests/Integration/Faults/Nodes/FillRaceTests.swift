import LanyardTesting
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

// # A load that is overtaken
//
// A node has asked PostgreSQL for a key, and the answer is held back on its way: on that connection alone, so that the
// node goes on following changes. Meanwhile what was read is changed through another node, and every node confirms it.
// What arrives then is old, and must neither be granted nor remembered.

@Suite("A load whose answer is held back while what it read is changed", .serialized)
struct FillRaceTests {
    /// Of the answers to a load's questions any can be the one that is late: secret, key, project, secrets, and numbers.
    private static let answersOfALoad = 6
    private static let answersOfAMiss = 2
    /// And of a start: to its transaction's beginning, and then epoch, markers, projects, policies.
    private static let answersOfAStart = 5

    @Test("a key that is revoked meanwhile is granted by no node")
    func revoked() async throws {
        let cluster = try await QuotaCluster()
        for round in 0..<(TestRun.isLong ? 60 : Self.answersOfALoad) {
            let (asker, revoker) = (cluster.nodes[round % 3], cluster.nodes[(round + 1 + round / 3 % 2) % 3])
            try await revoke(cluster, asker, through: revoker, after: round % Self.answersOfALoad, nodes: 3)
        }
        #expect(try await outdated(cluster.nodes) > 0)
        try await cluster.stop()
    }

    @Test("a node that is just joining does not grant it either")
    func joining() async throws {
        let cluster = try await QuotaCluster(2)
        for round in 0..<(TestRun.isLong ? Self.answersOfALoad : 2) {
            let joining = try QuotaNode(
                cluster.postgres, database: cluster.database, first: cluster.nodes[0], stalenessBound: "3s")
            let after = round * 5 % Self.answersOfALoad
            try await revoke(cluster, joining, through: cluster.nodes[round % 2], after: after, nodes: 3) {
                try await joining.start()
            }
            #expect(try await outdated([joining]) > 0)
            #expect(try await joining.stop() == .exit(0))
        }
        try await cluster.stop()
    }

    @Test("a node that has joined and still reads what it starts with is waited for, and grants nothing of before")
    func starting() async throws {
        let cluster = try await QuotaCluster(2)
        let clients = try cluster.nodes.map { try $0.client() }
        for round in 0..<(TestRun.isLong ? 3 * Self.answersOfAStart : 3) {
            let policy = "narrowed-\(round)"
            let made = try await clients[0].send(.admin, .POST, "/v1/policies", json: #"{"name":"\#(policy)"}"#)
            let id = try #require(made["policy"]?["id"]?.string, "\(made.text)")
            let (key, other) = try await (clients[0].createKey("raced"), clients[0].createKey("other"))
            let before = try await cluster.number("SELECT value FROM epoch")
            let joining = try QuotaNode(
                cluster.postgres, database: cluster.database, first: cluster.nodes[0], stalenessBound: "3s")
            // Every other transaction of a start only writes, or is one of those that come after.
            let hold = PostgresHold(after: (round * 2 + 1) % Self.answersOfAStart)
            joining.proxy.setRule(hold.rule(onHearing: Array("REPEATABLE READ".utf8)))
            async let starting: Void = joining.start()
            // Also where the test ends early.
            defer { hold.release() }
            try await eventually("an answer is held back") { hold.isHolding }
            async let revoking = clients[round % 2].revoke(key)
            async let narrowing = clients[(round + 1) % 2].narrow(id, to: "nobody:has")
            try await eventually("both are committed") {
                try await cluster.number("SELECT value FROM epoch") == before + 2
            }
            // For no longer: PostgreSQL ends a transaction that lies idle for five seconds, and nothing old would be left.
            hold.release()
            for change in try await [revoking, narrowing] {
                #expect(change.acknowledgedBy.count == 3 && change.pending.isEmpty, "round \(round): \(change)")
            }
            try await starting
            #expect(try await Self.authorize(joining, key.secret).status == 401, "round \(round)")
            let judged = try await joining.client().send(
                .data, .GET, "/v1/authorize/p/\(policy)", secret: other.secret)
            #expect(judged.code == "insufficient_scope", "round \(round): \(judged.text)")
            #expect(try await joining.stop() == .exit(0))
        }
        try await cluster.stop()
    }

    @Test("a secret that is imported meanwhile is granted at once")
    func imported() async throws {
        let cluster = try await QuotaCluster()
        // Once there is one at all, a text of any form is looked up.
        try await `import`("legacy-first", cluster)
        for round in 0..<(TestRun.isLong ? 40 : 4) {
            let (asker, secret) = (cluster.nodes[1 + round % 2], "legacy-\(round)")
            let answer = try await ask(asker, secret, cluster, after: round % Self.answersOfAMiss) {
                try await `import`(secret, cluster)
                try await eventually("every node knows it") {
                    try await cluster.number(
                        "SELECT count(*) FROM nodes WHERE epoch < (SELECT value FROM epoch)") == 0
                }
            }
            // Whoever had asked before, and whoever asks now.
            #expect(answer.status == 200, "\(answer.text)")
            for node in cluster.nodes { #expect(try await Self.authorize(node, secret).status == 200) }
        }
        #expect(try await outdated(cluster.nodes) > 0)
        try await cluster.stop()
    }

    private func revoke(
        _ cluster: QuotaCluster, _ asker: QuotaNode, through revoker: QuotaNode, after count: Int, nodes: Int,
        before: () async throws -> Void = {}
    ) async throws {
        let client = try revoker.client()
        let key = try await client.createKey("raced")
        let answer = try await ask(asker, key.secret, cluster, after: count, before: before) {
            let revocation = try await client.revoke(key)
            #expect(revocation.acknowledgedBy.count == nodes && revocation.pending.isEmpty, "\(revocation)")
        }
        #expect(answer.status == 401, "\(count) answers passed: \(answer.text)")
        for node in cluster.nodes + [asker] {
            #expect(try await Self.authorize(node, key.secret).status == 401, "\(count) answers passed")
        }
    }

    /// Asks a node for a secret that it does not know, lets `count` answers to its load pass, and holds the next back until
    /// `change` is done: what the node then answers.
    private func ask(
        _ node: QuotaNode, _ secret: String, _ cluster: QuotaCluster, after count: Int,
        before: () async throws -> Void = {}, while change: () async throws -> Void
    ) async throws -> ServerClient.Answer {
        let hold = PostgresHold(after: count)
        node.proxy.setRule(hold.rule(onHearing: try await digest(of: secret, cluster)))
        try await before()
        async let asking = Self.authorize(node, secret)
        // Also where the test ends early.
        defer { hold.release() }
        try await eventually("an answer is held back") { hold.isHolding }
        try await change()
        hold.release()
        return try await asking
    }

    private static func authorize(_ node: QuotaNode, _ secret: String) async throws -> ServerClient.Answer {
        try await node.client().send(.data, .GET, "/v1/authorize", secret: secret)
    }

    /// What a load looks for.
    private func digest(of secret: String, _ cluster: QuotaCluster) async throws -> [UInt8] {
        let text = Array(try await digestText(of: secret, cluster))
        return stride(from: 0, to: text.count, by: 2).compactMap { UInt8(String(text[$0..<$0 + 2]), radix: 16) }
    }

    private func digestText(of secret: String, _ cluster: QuotaCluster) async throws -> Substring {
        try await cluster.postgres.run("SELECT encode(sha256('\(secret)'), 'hex')").prefix(64)
    }

    private func `import`(_ secret: String, _ cluster: QuotaCluster) async throws {
        let digest = try await digestText(of: secret, cluster)
        let answer = try await cluster.nodes[0].client().send(
            .admin, .POST, "/v1/keys/import", json: #"{"digest":"sha256:\#(digest)","name":"legacy"}"#,
            mediaType: "application/x-ndjson")
        #expect(answer.status == 200 && answer.text.contains(#""imported":1"#), "\(answer.text)")
    }

    /// How many loads were read again because they had been overtaken.
    private func outdated(_ nodes: [QuotaNode]) async throws -> Double {
        var sum = 0.0
        for node in nodes { sum += try await node.client().metric("lanyard_store_loads_outdated_total") ?? 0 }
        return sum
    }
}
