import Foundation
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

@Suite("Quotas of three nodes whose PostgreSQL is gone", .serialized)
struct QuotaOutageTests {
    @Test("restarted under load, and cut off for longer than the staleness bound: never over, denied, and well again")
    func restartedAndCutOff() async throws {
        let amount: Int64 = 1_000_000
        let cluster = try await QuotaCluster(stalenessBound: "2s")
        let client = try cluster.nodes[0].client()
        let key = try await client.createKey(
            "busy", #""quotas":[{"name":"all","amount":\#(amount),"period":"lifetime"}]"#)
        let isOver = Switch()
        async let loading = QuotaLoad(nodes: cluster.nodes, secret: key.secret, clientsOfEach: 2).run { _ in
            !isOver.isSet
        }
        // Also where the test ends early: the clients go on until then.
        defer { isOver.set() }
        try await Task.sleep(for: .milliseconds(500))
        for _ in 0..<(TestRun.isLong ? 10 : 2) {
            try await cluster.postgres.stop(.immediate)
            try await Task.sleep(for: .milliseconds(300))
            let start = ContinuousClock.now
            try await cluster.postgres.start()
            try await Self.eventuallyGranted(cluster, key.secret)
            print("    granted again \(ContinuousClock.now - start) after PostgreSQL was started")
        }
        // Cut off: the connections hang, and nothing comes of a new one.
        try await cluster.postgres.pause()
        try await eventually("every node denies, once it can't know whether it is current") {
            for node in cluster.nodes {
                let answer = try await Self.ask(node, key.secret)
                guard answer.status == 503, answer.code == "unavailable" else { return false }
            }
            return true
        }
        let start = ContinuousClock.now
        try await cluster.postgres.resume()
        try await Self.eventuallyGranted(cluster, key.secret)
        print("    granted again \(ContinuousClock.now - start) after PostgreSQL went on")
        isOver.set()
        let seen = await loading
        #expect(seen.others.isEmpty, "\(seen.others)")
        try await cluster.stop()
        let ledger = try await cluster.ledger()
        print("    \(seen.grants.count) granted, \(ledger.used) used, \(seen.unavailable) unavailable")
        #expect(ledger.over == 0)
        #expect(ledger.leased == 0)
        #expect(ledger.used >= Int64(seen.grants.count))
        #expect(Int64(seen.grants.count) <= amount)
    }

    private static func ask(_ node: QuotaNode, _ secret: String) async throws -> ServerClient.Answer {
        try await node.client().send(.data, .GET, "/v1/authorize", secret: secret)
    }

    private static func eventuallyGranted(_ cluster: QuotaCluster, _ secret: String) async throws {
        try await eventually("every node grants again") {
            for node in cluster.nodes where try await ask(node, secret).status != 200 { return false }
            return true
        }
    }
}
