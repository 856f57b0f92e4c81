import Foundation
import NIOHTTP1
import TestSupport
import Testing

// # Counters that say what no server says
//
// Each node reaches one Redis server through a proxy of its own, by TLS. What a proxy says in place of an answer was
// charged all the same: nobody may be granted it, and it must count.

#if os(Linux)
    @Suite("Counters that lie", .serialized)
    struct LyingCounterTests {
        /// A node for each lie, and their proxies.
        private struct Stand {
            let redis: RedisServer
            let proxies: [LyingProxy]
            let cluster: QuotaCluster

            init() async throws {
                let password = "swordfish-\(UUID().uuidString)"
                let redis = try await RedisServer.start(password: password)
                let file = try TemporaryFolder()
                try file.write(password, to: "password")
                var proxies: [LyingProxy] = []
                for _ in Lie.allCases { proxies.append(try await LyingProxy(to: redis)) }
                let options = proxies.map {
                    ["--counters", $0.url, "--counters-password-file", file.file("password")]
                }
                cluster = try await QuotaCluster(proxies.count, options: { options[$0] })
                (self.redis, self.proxies, folder) = (redis, proxies, file)
            }

            private let folder: TemporaryFolder

            var told: Int { proxies.map(\.told).reduce(0, +) }

            func peaks() throws -> [Int] {
                try cluster.nodes.map { try ProcessMemory.peak(of: #require($0.server).process.id) }
            }

            func status(_ index: Int, _ key: ServerClient.IssuedKey) async throws -> Int {
                try await cluster.nodes[index].client().send(.data, .GET, "/v1/authorize", secret: key.secret).status
            }

            func end() async throws {
                try await cluster.stop()
                for proxy in proxies { try await proxy.end() }
            }
        }

        private static let amount = 60

        @Test("cost 503 by the deadline, no memory, other keys nothing, and no unit is granted twice")
        func lies() async throws {
            let stand = try await Stand()
            let client = try stand.cluster.nodes[0].client()
            let counted = try await client.createKey(
                "counted", #""limits":[{"name":"h","amount":\#(Self.amount),"window":"1h"}]"#)
            let busy = try await client.createKey("busy", #""limits":[{"name":"s","amount":20,"window":"1s"}]"#)
            let free = try await client.createKey("free")
            let lenient = try await client.createKey(
                "lenient", #""limits":[{"name":"h","amount":1000,"window":"1h","on_outage":"allow"}]"#)
            // Each has loaded each key.
            for node in stand.cluster.nodes {
                for key in [busy, free, lenient] { try await node.eventuallyDecides(on: key.secret) }
            }
            let before = try stand.peaks()
            try await expectCharged(stand, counted)
            try await expectRecovery(stand, busy: busy, others: [lenient, free])
            let growth = zip(before, try stand.peaks()).map { $1 - $0 }
            print("    memory grew by \(growth) MiB beyond \(before)")
            // AddressSanitizer keeps what was freed for a while: hence the patience here too. A lie is of a GB.
            #expect(growth.allSatisfy { $0 < 64 * TestRun.patience }, "\(growth)")
            try await stand.end()
        }

        /// Each lies once, about a charge: that unit is gone, and no other.
        private func expectCharged(_ stand: Stand, _ key: ServerClient.IssuedKey) async throws {
            for (index, lie) in Lie.allCases.enumerated() {
                stand.proxies[index].lie(lie, times: 1)
                let start = ContinuousClock.now
                #expect(try await stand.status(index, key) == 503, "\(lie)")
                // Its deadline is 2 seconds; a slow machine has more.
                #expect(ContinuousClock.now - start < .seconds(TestRun.seconds(20)), "\(lie)")
            }
            #expect(stand.told == Lie.allCases.count)
            var granted = 0
            for index in Lie.allCases.indices {
                try await eventually("it is counted again") { try await stand.status(index, key) == 200 }
                granted += 1
            }
            var status = 200
            while status == 200, granted <= Self.amount {
                status = try await stand.status(granted % stand.proxies.count, key)
                if status == 200 { granted += 1 }
            }
            print("    \(granted) granted and \(stand.told) lied about, of \(Self.amount)")
            #expect(status == 429)
            #expect(granted + stand.told == Self.amount)
        }

        /// All lie for a while, under load.
        private func expectRecovery(
            _ stand: Stand, busy: ServerClient.IssuedKey, others: [ServerClient.IssuedKey]
        ) async throws {
            let isOver = Switch()
            let load = QuotaLoad(nodes: stand.cluster.nodes, secret: busy.secret, clientsOfEach: 1)
            async let loading = load.run { _ in !isOver.isSet }
            // Also where the test ends early: the clients go on until then.
            defer { isOver.set() }
            try await Task.sleep(for: .seconds(1))
            for subject in [LyingProxy.Subject.charges, .everything] {
                let known = stand.proxies.map(\.told)
                for (proxy, lie) in zip(stand.proxies, Lie.allCases) { proxy.lie(lie, about: subject) }
                for index in Lie.allCases.indices {
                    try await eventually("it has lied more than once") { stand.proxies[index].told > known[index] + 1 }
                    for key in others { #expect(try await stand.status(index, key) == 200) }
                }
            }
            let (told, granted) = (stand.told, load.granted.value)
            for proxy in stand.proxies { proxy.behave() }
            let start = ContinuousClock.now
            try await eventually("all is well again") {
                for index in Lie.allCases.indices where try await stand.status(index, busy) == 503 { return false }
                return load.granted.value > granted + 20
            }
            print("    well again \(ContinuousClock.now - start) after the last of \(told) lies")
            isOver.set()
            let seen = await loading
            let most = seen.grants.most(within: .seconds(1))
            let rest = "\(seen.denied) denied, \(seen.unavailable) unavailable"
            print("    \(seen.grants.count) granted, \(rest), at most \(most) within a second")
            #expect(seen.others.isEmpty, "\(seen.others)")
            #expect(seen.unavailable > 0)
            #expect(most <= 20)
            for (node, lie) in zip(stand.cluster.nodes, Lie.allCases) {
                #expect(try #require(node.server).process.endedAlready == nil, "\(lie)")
            }
        }
    }
#endif
