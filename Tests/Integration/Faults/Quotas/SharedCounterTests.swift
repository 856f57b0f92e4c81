import Foundation
import NIOHTTP1
import TestSupport
import Testing

// # Counters that three nodes share, on bad days
//
// Three processes count one key's windows, in a Redis server or in PostgreSQL, while what counts is killed, emptied,
// stopped where it is, or has its clock set. Whether a window was over-full is judged outside, by one monotonic clock.

@Suite("Counters that nodes share, on bad days", .serialized)
struct SharedCounterTests {
    private struct Limit {
        let name: String
        let amount: Int
        let seconds: Int
        var rules = ""

        var text: String {
            #"{"name":"\#(name)","amount":\#(amount),"window":"\#(seconds)s"\#(rules)}"#
        }
    }

    private static func members(_ limits: [Limit]) -> String {
        #""limits":[\#(limits.map(\.text).joined(separator: ","))]"#
    }

    private static func counters(_ redis: RedisServer) -> [String] { ["--counters", redis.url()] }

    /// Judges a load by its limits: `times` says how many windows' worth one may see, where counts were lost.
    private static func judge(
        _ seen: QuotaLoad.Result, _ limits: [Limit], over time: Duration, times: Int = 1, isSustained: Bool = true
    ) {
        #expect(seen.others.isEmpty, "\(seen.others)")
        print("    \(seen.grants.count) granted, \(seen.denied) denied, \(seen.unavailable) unavailable")
        for limit in limits {
            let most = seen.grants.most(within: .seconds(limit.seconds))
            print("    at most \(most) within \(limit.seconds) s of \(limit.amount)")
            #expect(most <= limit.amount * times)
        }
        let least = limits.map { Double($0.amount) / Double($0.seconds) }.min() ?? 0
        let first = limits.map(\.amount).min() ?? 0
        let sustained = Double(seen.grants.count - first) / (least * Double(time.components.seconds))
        print("    \(String(format: "%.3f", sustained)) of what the narrowest sustains, its first amount left out")
        #expect(seen.grants.count >= first)
    }

    private static func load(
        _ cluster: QuotaCluster, _ secret: String, for time: Duration, clients: Int = 2
    ) async -> QuotaLoad.Result {
        let end = LoadConnection.now + time.nanoseconds
        return await QuotaLoad(nodes: cluster.nodes, secret: secret, clientsOfEach: clients).run { _ in
            LoadConnection.now < end
        }
    }

    /// How many calls were charged ahead, on all nodes.
    private static func chargedAhead(_ cluster: QuotaCluster) async throws -> Double {
        var calls = 0.0
        for node in cluster.nodes { calls += try await node.client().metric("lanyard_counter_leased_total") ?? 0 }
        return calls
    }

    /// How the three nodes are asked.
    enum Balance: String, CaseIterable {
        case even, uneven
    }

    @Test("several limits at once are never exceeded, and used to the full", arguments: Balance.allCases)
    func fullSpeed(_ balance: Balance) async throws {
        let redis = try await RedisServer.start()
        let cluster = try await QuotaCluster(options: { _ in Self.counters(redis) })
        let limits =
            TestRun.isLong
            ? [
                Limit(name: "second", amount: 20, seconds: 1), Limit(name: "ten", amount: 100, seconds: 10),
                Limit(name: "minute", amount: 1000, seconds: 60),
            ] : [Limit(name: "second", amount: 20, seconds: 1), Limit(name: "five", amount: 60, seconds: 5)]
        let key = try await cluster.nodes[0].client().createKey("shared", Self.members(limits))
        let time = Duration.seconds(TestRun.isLong ? 130 : 8)
        let end = LoadConnection.now + time.nanoseconds
        // Uneven: nearly all by one node.
        let nodes = balance == .even ? cluster.nodes : Array(repeating: cluster.nodes[0], count: 5) + cluster.nodes
        let seen = await QuotaLoad(nodes: nodes, secret: key.secret, clientsOfEach: balance == .even ? 4 : 1)
            .run { _ in LoadConnection.now < end }
        print("\(balance.rawValue) load:")
        Self.judge(seen, limits, over: time)
        #expect(seen.unavailable == 0)
        #expect(seen.denied > 0)
        try await cluster.stop()
    }

    @Test("a busy key is charged ahead, and its limits hold all the same", arguments: Balance.allCases)
    func chargedAhead(_ balance: Balance) async throws {
        let redis = try await RedisServer.start()
        let cluster = try await QuotaCluster(options: { _ in Self.counters(redis) })
        // As small as is leased at all, so that it is used up on a slow machine, too.
        let limits = [
            Limit(name: "busy", amount: 4096, seconds: 8), Limit(name: "minute", amount: 15_000, seconds: 60),
        ]
        let key = try await cluster.nodes[0].client().createKey("shared", Self.members(limits))
        let time = Duration.seconds(TestRun.isLong ? 130 : 14)
        let end = LoadConnection.now + time.nanoseconds
        let nodes = balance == .even ? cluster.nodes : Array(repeating: cluster.nodes[0], count: 5) + cluster.nodes
        let seen = await QuotaLoad(nodes: nodes, secret: key.secret, clientsOfEach: balance == .even ? 4 : 1).run { _ in
            LoadConnection.now < end
        }
        print("\(balance.rawValue) load of a busy key:")
        Self.judge(seen, limits, over: time)
        #expect(seen.unavailable == 0)
        let ahead = try await Self.chargedAhead(cluster)
        print("    \(Int(ahead)) charged ahead")
        #expect(ahead > 0)
        try await cluster.stop()
    }

    /// What loses its content.
    enum Loss: String, CaseIterable {
        case killed, emptied
    }

    @Test(
        "counters that are lost cost a window at most, and nothing where a limit stays shut", arguments: Loss.allCases)
    func loss(_ loss: Loss) async throws {
        let redis = try await RedisServer.start()
        let cluster = try await QuotaCluster(stalenessBound: "2s", options: { _ in Self.counters(redis) })
        // Large enough to be charged ahead.
        let amount = 384
        let limits = [Limit(name: "five", amount: amount, seconds: 5)]
        let shut = [Limit(name: "five", amount: amount, seconds: 5, rules: #","on_loss":"close""#)]
        let forgetting = try await cluster.nodes[0].client().createKey("forgetting", Self.members(limits))
        let closing = try await cluster.nodes[0].client().createKey("closing", Self.members(shut))
        let time = Duration.seconds(TestRun.isLong ? 40 : 22)
        async let first = Self.load(cluster, forgetting.secret, for: time)
        async let second = Self.load(cluster, closing.secret, for: time)
        try await Task.sleep(for: .seconds(2))
        switch loss {
        case .killed:
            try await redis.stop()
            try await redis.start()
        case .emptied:
            try await redis.command("FLUSHALL")
        }
        let seen = await [first, second]
        print("\(loss.rawValue), and the count begins anew:")
        Self.judge(seen[0], limits, over: time, times: 2)
        print("\(loss.rawValue), and the limit stays shut:")
        Self.judge(seen[1], shut, over: time)
        // It came back by itself: more than one amount was granted.
        for one in seen { #expect(one.grants.count > amount) }
        #expect(try await cluster.nodes[0].client().metric("lanyard_counters_lost_total") ?? 0 >= 1)
        #expect(try await Self.chargedAhead(cluster) > 0)
        #expect(try await cluster.number("SELECT losses FROM counters") == 1)
        try await cluster.stop()
    }

    @Test("counters that hang cost their keys 503 by the deadline, and others nothing; they come back without help")
    func hanging() async throws {
        let redis = try await RedisServer.start()
        let cluster = try await QuotaCluster(stalenessBound: "2s", options: { _ in Self.counters(redis) })
        let client = try cluster.nodes[0].client()
        let limited = try await client.createKey("limited", Self.members([Limit(name: "h", amount: 1000, seconds: 60)]))
        let free = try await client.createKey("free")
        let lenient = try await client.createKey(
            "lenient", Self.members([Limit(name: "h", amount: 1000, seconds: 60, rules: #","on_outage":"allow""#)]))
        func status(_ key: ServerClient.IssuedKey) async throws -> Int {
            try await client.send(.data, .GET, "/v1/authorize", secret: key.secret).status
        }
        for key in [limited, free, lenient] { #expect(try await status(key) == 200) }
        redis.pause()
        defer { redis.resume() }
        for _ in 0..<3 {
            let start = ContinuousClock.now
            #expect(try await status(limited) == 503)
            // Its deadline is 2 seconds; a slow machine has more.
            #expect(ContinuousClock.now - start < .seconds(TestRun.seconds(20)))
            #expect(try await status(free) == 200)
            #expect(try await status(lenient) == 200)
        }
        #expect(try await client.metric("lanyard_counter_waived_total") ?? 0 >= 3)
        try await eventually("it is told") { try await client.metric("lanyard_counters_usable") == 0 }
        redis.resume()
        let start = ContinuousClock.now
        try await eventually("the limited key passes again") { try await status(limited) == 200 }
        print("    counters that hung: recovered after \(ContinuousClock.now - start)")
        try await eventually("that is told, too") { try await client.metric("lanyard_counters_usable") == 1 }
        try await cluster.stop()
    }

    /// What the third node counts in, while the others use a Redis server.
    enum Elsewhere: String, CaseIterable {
        case anotherServer, database
    }

    @Test(
        "a node that would count in another place than the rest counts nowhere, and says so",
        arguments: Elsewhere.allCases)
    func split(_ elsewhere: Elsewhere) async throws {
        let servers = [try await RedisServer.start(), try await RedisServer.start()]
        let other = elsewhere == .database ? [] : Self.counters(servers[1])
        let cluster = try await QuotaCluster(
            stalenessBound: "2s", options: { $0 == 2 ? other : Self.counters(servers[0]) })
        let limits = [Limit(name: "five", amount: 50, seconds: 5)]
        let key = try await cluster.nodes[0].client().createKey("split", Self.members(limits))
        let time = Duration.seconds(TestRun.isLong ? 40 : 10)
        let seen = await Self.load(cluster, key.secret, for: time)
        Self.judge(seen, limits, over: time)
        // The third node has nothing to count by.
        #expect(seen.unavailable > 0)
        let lone = try cluster.nodes[2].client()
        #expect(try await lone.send(.data, .GET, "/v1/authorize", secret: key.secret).status == 503)
        let log = try #require(cluster.nodes[2].server).process.log
        #expect(log.contains("the shared counters can't be used"))
        try await cluster.stop()
    }

    #if os(Linux)
        /// Where windows are counted.
        enum Counters: String, CaseIterable {
            case redis, postgres
        }

        @Test(
            "nodes' clocks that are wrong, and the counters' clock set by 10 s, admit nothing more",
            arguments: Counters.allCases)
        func clocks(_ counters: Counters) async throws {
            let folder = try TemporaryFolder()
            let file = folder.file("time")
            let environment = try FakeTime.environment(file: file)
            let redis = try await RedisServer.start(
                environment: counters == .redis ? try FakeTime.withoutOtherAllocators(environment) : [:])
            let offsets = [5.0, -5.0, 0]
            let nodes = try offsets.map { try FakeTime.withTimers(FakeTime.environment(ahead: $0)) }
            let cluster = try await QuotaCluster(
                postgresEnvironment: counters == .postgres ? environment : [:],
                options: { _ in counters == .redis ? Self.counters(redis) : [] }, environment: { nodes[$0] })
            // Large enough to be charged ahead.
            let limits = [
                Limit(name: "second", amount: 256, seconds: 1), Limit(name: "five", amount: 512, seconds: 5),
            ]
            let key = try await cluster.nodes[1].client().createKey("shared", Self.members(limits))
            let steps: [Double] = TestRun.isLong ? [10, 0, -10, 0, 0.3, 3600, 0] : [10, 0, -10]
            let time = Duration.seconds(4 + 7 * steps.count)
            async let load = Self.load(cluster, key.secret, for: time)
            for step in steps {
                try await Task.sleep(for: .seconds(6))
                try FakeTime.set(step, file)
            }
            let seen = await load
            print("\(counters.rawValue), its clock set to \(steps) s:")
            Self.judge(seen, limits, over: time)
            // It goes on after each step; how fast, a sanitizer has a say in.
            #expect(seen.grants.count >= 512 * 3 / TestRun.patience)
            #expect(try await Self.chargedAhead(cluster) > 0)
            try await cluster.stop()
        }
    #endif
}
