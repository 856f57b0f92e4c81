import Foundation
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

#if os(Linux)
    // # A database whose clock is set
    //
    // A node that is cut off from PostgreSQL grants for as long as its staleness bound lasts. Others may count it as gone only
    // after that, and PostgreSQL's clock, which somebody sets to a quarter of an hour later meanwhile, must not tell them
    // otherwise.

    @Suite("PostgreSQL's clock, set forward while a node is cut off from it", .serialized)
    struct SetClockTests {
        /// Longer than all of this takes on a slow machine.
        private static let stalenessBound = "120s"
        /// Beyond what the node would have to be silent for to be forgotten.
        private static let step = 900.0

        @Test("lets a revocation name the node, which still grants, and lets nobody forget it or what it has leased")
        func forward() async throws {
            let folder = try TemporaryFolder()
            let file = folder.file("time")
            let cluster = try await QuotaCluster(
                2, stalenessBound: Self.stalenessBound, postgresEnvironment: FakeTime.environment(file: file))
            let clients = try cluster.nodes.map { try $0.client() }
            let other = try await clients[0].newestNode()
            let revoked = try await clients[0].createKey("revoked")
            let metered = try await clients[0].createKey(
                "metered", #""quotas":[{"name":"all","amount":1000,"period":"lifetime"}]"#)
            try await eventually("the other node knows both keys") {
                let statuses = try await [Self.status(clients[1], revoked), Self.status(clients[1], metered)]
                return statuses == [200, 200]
            }
            let proxy = cluster.nodes[1].proxy
            proxy.setRule { _ in .cut }
            proxy.cutAll()
            let leases = try await Self.openLeases(cluster)
            #expect(leases > 0)

            try FakeTime.set(Self.step, file)
            try await eventually("PostgreSQL's clock is set") {
                try await cluster.number("SELECT extract(epoch FROM clock_timestamp())::bigint")
                    > Int64(Date().timeIntervalSince1970 + Self.step / 2)
            }
            let revocation = try await clients[0].revoke(revoked)
            #expect(try await Self.status(clients[1], revoked) == 200)
            #expect(revocation.pending == [other])
            #expect(revocation.acknowledgedBy.count == 1 && !revocation.acknowledgedBy.contains(other))
            // Nodes are looked after each five seconds.
            try await Task.sleep(for: .seconds(6))
            #expect(try await cluster.number("SELECT count(*) FROM nodes") == 2)
            #expect(try await Self.openLeases(cluster) == leases)
            #expect(try await Self.statuses(clients[0]) == ["live", "live"])

            proxy.setRule { _ in .forward }
            try await eventually("the other node knows of the revocation") {
                try await Self.status(clients[1], revoked) == 401
            }
            #expect(try await clients[0].newestNode() == other)
            // What it had leased is its own still.
            #expect(try await Self.status(clients[1], metered) == 200)
            try await cluster.stop()
            let ledger = try await cluster.ledger()
            #expect(ledger.over == 0 && ledger.leased == 0)
            #expect(ledger.used < 1000)
        }

        private static func status(_ client: ServerClient, _ key: ServerClient.IssuedKey) async throws -> Int {
            try await client.send(.data, .GET, "/v1/authorize", secret: key.secret).status
        }

        private static func openLeases(_ cluster: QuotaCluster) async throws -> Int64 {
            try await cluster.number("SELECT count(*) FROM leases WHERE state = 'open'")
        }

        private static func statuses(_ client: ServerClient) async throws -> [String] {
            let answer = try await client.send(.admin, .GET, "/v1/nodes")
            return (answer["data"]?.array ?? []).compactMap { $0["status"]?.string }
        }
    }
#endif
