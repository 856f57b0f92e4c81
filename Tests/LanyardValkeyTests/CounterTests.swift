import LanyardCore
import LanyardStorage
import LanyardTesting
import Logging
import Synchronization
import TestSupport
import Testing

@testable import LanyardValkey

/// Where it is written which counters are the valid ones, in memory.
private final class Registry: CounterRegistry {
    private struct State {
        var naming: CounterNaming?
        var confirmedAt = ContinuousClock.now
        var isGone = false
    }

    private let state = Mutex(State())

    var name: String? { state.withLock { $0.naming?.name } }

    /// Whether nobody reaches it.
    func cutOff(_ isGone: Bool) { state.withLock { $0.isGone = isGone } }

    func confirmCounters(_ name: String) async throws -> Bool {
        try state.withLock { state in
            if state.isGone { throw StoreError(.unavailable, "gone") }
            guard state.naming?.name == name else { return false }
            state.confirmedAt = .now
            return true
        }
    }

    func nameCounters(_ name: String, afterSilenceOf silence: Duration) async throws -> CounterNaming {
        try state.withLock { state in
            if state.isGone { throw StoreError(.unavailable, "gone") }
            if let naming = state.naming, naming.name == name || .now - state.confirmedAt < silence { return naming }
            let naming = CounterNaming(name: name, losses: state.naming.map { $0.losses + 1 } ?? 0)
            (state.naming, state.confirmedAt) = (naming, .now)
            return naming
        }
    }
}

@Suite("Counters on a Valkey server")
struct CounterTests {
    private static func open(_ url: String, _ registry: Registry, confidence: Duration) async throws -> ValkeyCounters {
        let client = ValkeyClient(try ValkeyLocation(parsing: url), settings: Fixture.settings)
        return ValkeyCounters(
            client,
            CounterSource.Context(registry: registry, confidence: confidence, logger: Logger(label: "test")))
    }

    /// Tends until the counters can be used.
    private static func use(_ counters: ValkeyCounters) async throws {
        var reason: (any Error)?
        try await eventually("the counters can be used", log: { "\(reason.map { "\($0)" } ?? "")" }) {
            do {
                _ = try await counters.tend()
                _ = try await counters.ask(.clockReading)
                return true
            } catch {
                reason = error
                return false
            }
        }
    }

    private static let shutting = Subject(KeyID.make(atMilliseconds: 1))
    private static let forgetting = Subject(KeyID.make(atMilliseconds: 2))

    private static func charge(
        _ counters: ValkeyCounters, _ cost: Int64 = 1, of amount: Int64 = 5, onLoss: LimitDefinition.LossRule = .forget
    ) async throws -> CounterAnswer {
        let id = CounterID(
            subject: onLoss == .close ? shutting : forgetting,
            identity: WindowIdentity(unit: .requests, windowMilliseconds: 60_000, source: .key))
        let part = CounterQuestion.Part(id: id, amount: amount, cost: cost, onLoss: onLoss)
        let batch = CounterBatch(
            questions: [CounterQuestion(parts: [part])], latest: MonotonicInstant(nanoseconds: .max))
        return try #require(try await counters.ask(batch).answers?.first)
    }

    @Test("keep what all counters promise", arguments: CounterConformance.checks)
    func conforms(check: CounterCheck) async throws {
        let server = try await RedisServer.start()
        let registry = Registry()
        try await CounterConformance { count in
            var all: [any SharedCounters] = []
            for _ in 0..<count {
                let counters = try await Self.open(server.url(), registry, confidence: .seconds(60))
                try await Self.use(counters)
                all.append(counters)
            }
            return all
        }.run(check)
    }

    /// Ways in which a server comes to have forgotten.
    enum Loss: String, CaseIterable {
        case killed, emptied
        /// It has what it had some time ago, as a follower has that took its place.
        case outdated
    }

    @Test("what was lost is noticed; a limit begins anew, or stays shut", arguments: Loss.allCases)
    func loss(_ loss: Loss) async throws {
        let server = try await RedisServer.start()
        let registry = Registry()
        let counters = try await Self.open(server.url(), registry, confidence: .milliseconds(300 * TestRun.patience))
        try await Self.use(counters)
        let first = try #require(registry.name)
        for _ in 0..<5 {
            #expect(try await Self.charge(counters).isCharged)
            #expect(try await Self.charge(counters, onLoss: .close).isCharged)
        }
        #expect(try await !Self.charge(counters).isCharged)
        switch loss {
        case .killed:
            try await server.stop()
            try await server.start()
        case .emptied:
            try await Fixture.withClient(server.url()) { _ = try await $0.run(Fixture.command("FLUSHALL")) }
        case .outdated:
            let kept = try await Fixture.withClient(server.url()) {
                try await $0.run(Fixture.command("HGETALL", "{lanyard}:counters"))
            }
            try await server.stop()
            try await server.start()
            guard case .map(let pairs) = kept else {
                Issue.record("the hash is no map: \(kept)")
                return
            }
            let words = pairs.flatMap { [$0.key.text ?? "", $0.value.text ?? ""] }
            try await Fixture.withClient(server.url()) {
                _ = try await $0.run(Fixture.command("HSET", "{lanyard}:counters") + words.map { Array($0.utf8) })
            }
        }
        // Nothing is charged by counters that nobody has named.
        #expect(await (try? Self.charge(counters)) == nil)
        try await Self.use(counters)
        #expect(registry.name != first)
        #expect(try await Self.charge(counters).isCharged)
        let shut = try await Self.charge(counters, onLoss: .close)
        #expect(!shut.isCharged && shut.readings[0].isFull && shut.readings[0].total == 0)
        #expect((50_000...62_000).contains(shut.readings[0].retryInMilliseconds ?? 0), "\(shut)")
        await counters.closeCounters()
    }

    @Test("two nodes that reach two servers never count at both")
    func split() async throws {
        let servers = [try await RedisServer.start(), try await RedisServer.start()]
        let registry = Registry()
        let confidence = Duration.milliseconds(400 * TestRun.patience)
        let old = try await Self.open(servers[0].url(), registry, confidence: confidence)
        let new = try await Self.open(servers[1].url(), registry, confidence: confidence)
        try await Self.use(old)
        for _ in 0..<10 {
            await #expect(throws: StoreError.self) { _ = try await new.tend() }
            await #expect(throws: StoreError.self) { try await Self.charge(new) }
            _ = try await old.tend()
            #expect(try await Self.charge(old, of: 1000).isCharged)
            try await Task.sleep(for: .milliseconds(60))
        }
        // The old one's node is cut off: the other waits until that one can't be counting any more.
        let last = ContinuousClock.now
        try await Self.use(new)
        #expect(ContinuousClock.now - last > .milliseconds(300))
        await #expect(throws: StoreError.self) { try await Self.charge(old) }
        await #expect(throws: StoreError.self) { _ = try await old.tend() }
        #expect(try await Self.charge(new).isCharged)
        // Back to the first server, which has never ended: what the other counted is lost, and says so.
        await new.closeCounters()
        try await Self.use(old)
        #expect(try await Self.charge(old, of: 1000).isCharged)
        let shut = try await Self.charge(old, onLoss: .close)
        #expect(!shut.isCharged && shut.readings[0].isFull)
        await old.closeCounters()
    }

    @Test("after the clock was set back by hours a window is empty again a window later")
    func setBack() async throws {
        let server = try await RedisServer.start()
        let counters = try await Self.open(server.url(), Registry(), confidence: .seconds(60))
        try await Self.use(counters)
        for _ in 0..<5 { #expect(try await Self.charge(counters).isCharged) }
        let before = try await counters.ask(.clockReading)
        try await counters.setClockBack(
            byNanoseconds: 1_800_000_000_000, after: before.setBack, hasCharged: false)
        for _ in 0..<2 {
            let answer = try await Self.charge(counters)
            #expect(!answer.isCharged)
            #expect((answer.readings[0].retryInMilliseconds ?? 0) < 65_000, "\(answer)")
        }
        await counters.closeCounters()
    }

    @Test("where nobody can say which counters are the valid ones, none are used for long")
    func unconfirmed() async throws {
        let server = try await RedisServer.start()
        let registry = Registry()
        let counters = try await Self.open(server.url(), registry, confidence: .milliseconds(300 * TestRun.patience))
        try await Self.use(counters)
        registry.cutOff(true)
        try await eventually("they are not used any more") { await (try? Self.charge(counters, of: 1_000_000)) == nil }
        await #expect(throws: StoreError.self) { _ = try await counters.tend() }
        registry.cutOff(false)
        try await Self.use(counters)
        await counters.closeCounters()
    }

    @Test("a server that may drop counters is not used")
    func eviction() async throws {
        let server = try await RedisServer.start(settings: ["maxmemory": "100mb", "maxmemory-policy": "allkeys-lru"])
        let counters = try await Self.open(server.url(), Registry(), confidence: .seconds(1))
        let error = await #expect(throws: StoreError.self) { _ = try await counters.tend() }
        #expect(error?.context.contains("noeviction") == true)
        await counters.closeCounters()
    }

    @Test("an amount that no float holds is counted as the largest that it does")
    func largeAmounts() async throws {
        let server = try await RedisServer.start()
        let counters = try await Self.open(server.url(), Registry(), confidence: .seconds(60))
        try await Self.use(counters)
        let most: Int64 = 1 << 53 - 1
        #expect(try await Self.charge(counters, most - 1, of: .max).isCharged)
        #expect(try await Self.charge(counters, 1, of: .max).readings.first?.total == most)
        #expect(try await !Self.charge(counters, 1, of: .max).isCharged)
        await counters.closeCounters()
    }
}
