import Foundation
import LanyardCore
import LanyardSQLite
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("What lasts: windows and usage")
struct LastingTests {
    private static let limit = LimitDefinition(name: "ten", unit: .requests, amount: 10, windowMilliseconds: 60_000)

    private func withFile(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("lanyard-\(UUID()).sqlite").path
        defer {
            for suffix in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        }
        try await body(path)
    }

    @Test("a clean restart keeps every window, and the time that passed counts")
    func cleanRestart() async throws {
        try await withFile { path in
            let clock = ManualTimeSource()
            let first = try await EngineFixture(source: .sqlite(path), clock: clock)
            let (_, secret) = try await first.createKey { $0.limits = [LastingTests.limit] }
            for _ in 0..<10 { #expect(await first.code(secret) == nil) }
            #expect(await first.code(secret) == .rateLimited)
            try await first.engine.shutDown()
            clock.advance(by: .seconds(30))
            let second = try await EngineFixture(source: .sqlite(path), clock: clock)
            #expect(await second.code(secret) == .rateLimited, "restored before the first decision")
            clock.advance(by: .seconds(32))
            #expect(await second.code(secret) == nil, "and back when its time has come")
            try await second.engine.shutDown()
        }
    }

    @Test("a flush without a shutdown keeps what was counted until then")
    func uncleanRestart() async throws {
        try await withFile { path in
            let clock = ManualTimeSource()
            let first = try await EngineFixture(source: .sqlite(path), clock: clock)
            let (_, secret) = try await first.createKey { $0.limits = [LastingTests.limit] }
            for _ in 0..<10 { #expect(await first.code(secret) == nil) }
            await first.engine.maintain()
            // As a crash would: the store is closed under the engine, and nothing more is saved.
            try await first.store.close()
            let second = try await EngineFixture(source: .sqlite(path), clock: clock)
            #expect(await second.code(secret) == .rateLimited)
            try await second.engine.shutDown()
        }
    }

    @Test("after a restart of the machine the clock goes on by civil time, and never backwards")
    func otherRun() {
        let clock = ManualTimeSource()
        let now = clock.now()
        let saved = SavedClock(
            monotonic: MonotonicInstant(nanoseconds: 900_000_000_000), wall: now.wall.advanced(byMilliseconds: -5000),
            bootID: "another run", offsetNanoseconds: 0, isClean: true)
        let resumed = EngineClock(source: clock, resuming: saved)
        #expect(resumed.now().monotonic.nanoseconds == 905_000_000_000)
        var ahead = saved
        ahead.wall = now.wall.advanced(byMilliseconds: 3_600_000)
        #expect(EngineClock(source: clock, resuming: ahead).now().monotonic.nanoseconds == 900_000_000_000)
    }

    @Test("usage that could not be written is kept, and written when it can be")
    func failedFlush() async throws {
        let fixture = try await EngineFixture()
        let (_, secret) = try await fixture.createKey { $0.limits = [LastingTests.limit] }
        fixture.store.failWrites(true)
        for _ in 0..<12 { _ = await fixture.code(secret) }
        #expect(await fixture.engine.flush(everything: false) == false)
        fixture.clock.advance(by: .seconds(62))
        _ = await fixture.code(secret)
        #expect(await fixture.engine.flush(everything: false) == false)
        fixture.store.failWrites(false)
        #expect(await fixture.engine.flush(everything: false))
        let used = try await fixture.usage()
        #expect(used == ["ok": 11, "rate_limited": 2])
        #expect(try await fixture.store.read { try $0.savedWindows().windows.count } == 1)
    }

    @Test("an end that could not save the last second says so, though the store is closed")
    func failedEnd() async throws {
        let fixture = try await EngineFixture()
        let (_, secret) = try await fixture.createKey { $0.limits = [LastingTests.limit] }
        _ = await fixture.code(secret)
        fixture.store.failWrites(true)
        await #expect(throws: StoreError.self) { try await fixture.engine.shutDown() }
        await #expect(throws: StoreError(.closed, "")) { try await fixture.store.read { try $0.epoch() } }
        try await fixture.engine.shutDown()
    }

    @Test("refusals that belong to no key are counted too")
    func unattributed() async throws {
        let fixture = try await EngineFixture()
        let (key, _) = try await fixture.createKey()
        let stranger = Secret.generate(prefix: fixture.project.prefix, environment: key.environment)
        for _ in 0..<3 { _ = await fixture.code(stranger) }
        await fixture.engine.flush(everything: false)
        #expect(try await fixture.usage() == ["unknown_key": 3])
    }

    @Test("a window that has emptied leaves the store, and its state the memory")
    func forgets() async throws {
        let fixture = try await EngineFixture()
        let (key, secret) = try await fixture.createKey { $0.limits = [LastingTests.limit] }
        _ = await fixture.code(secret)
        await fixture.engine.maintain()
        #expect(try await fixture.store.read { try $0.savedWindows().windows.count } == 1)
        fixture.clock.advance(by: .seconds(120))
        await fixture.engine.flush(everything: true)
        #expect(try await fixture.store.read { try $0.savedWindows().windows.isEmpty })
        try await fixture.update(key, secret) { $0.name = "renamed" }
        for _ in 0..<64 { await fixture.engine.maintain() }
        #expect(fixture.engine.allowances.count == 0)
    }

    @Test("an evicted key's limits are not reset")
    func evicted() async throws {
        var configuration = EngineConfiguration()
        configuration.cacheBytes = 1
        let fixture = try await EngineFixture(configuration: configuration)
        let (_, secret) = try await fixture.createKey { $0.limits = [LastingTests.limit] }
        for _ in 0..<10 { #expect(await fixture.code(secret) == nil) }
        for _ in 0..<300 {
            let (_, other) = try await fixture.createKey()
            _ = await fixture.code(other)
        }
        for _ in 0..<64 { await fixture.engine.maintain() }
        #expect(fixture.engine.cache.statistics.entries <= 64, "one a shard is all that a byte buys")
        #expect(await fixture.code(secret) == .rateLimited)
    }

    @Test("calls in flight end by finishing, once, or by their time-out")
    func calls() async throws {
        let fixture = try await EngineFixture()
        let (_, secret) = try await fixture.createKey { $0.maximumInFlight = 1 }
        guard case .grant(let granted) = await fixture.decide(secret), let id = granted.grantID else {
            Issue.record("no call was opened")
            return
        }
        #expect(await fixture.code(secret) == .tooManyInFlight)
        #expect(fixture.engine.finish(id) == .finished)
        #expect(fixture.engine.finish(id) == .alreadyFinished)
        #expect(fixture.engine.finish(GrantID.make(atMilliseconds: 0)) == .unknown)
        #expect(await fixture.code(secret) == nil)
        #expect(await fixture.code(secret) == .tooManyInFlight, "finishing twice gave one place, not two")
        fixture.clock.advance(by: .seconds(601))
        await fixture.engine.maintain()
        #expect(await fixture.code(secret) == nil)
    }

    @Test("calls that have ended take no place of those to come")
    func endedCalls() async throws {
        var configuration = EngineConfiguration()
        configuration.openCalls = 1
        let fixture = try await EngineFixture(configuration: configuration)
        let (_, secret) = try await fixture.createKey { $0.maximumInFlight = 100 }
        for _ in 0..<1000 {
            guard case .grant(let granted) = await fixture.decide(secret), let id = granted.grantID else {
                Issue.record("no call was opened")
                return
            }
            _ = fixture.engine.finish(id)
        }
    }

    @Test("an engine that was shut down denies everything")
    func shutDown() async throws {
        let fixture = try await EngineFixture()
        let (_, secret) = try await fixture.createKey()
        #expect(await fixture.code(secret) == nil)
        try await fixture.engine.shutDown()
        #expect(await fixture.code(secret) == .unavailable)
        #expect(!fixture.engine.isReady)
    }
}
