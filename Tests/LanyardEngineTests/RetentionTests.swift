import LanyardCore
import LanyardStorage
import LanyardTesting
import Synchronization
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Old usage")
struct RetentionTests {
    private static let day: Int32 = 1440

    private func fixture(_ clock: ManualTimeSource) async throws -> EngineFixture {
        var configuration = EngineConfiguration()
        configuration.usageByMinute = .seconds(2 * 86_400)
        configuration.usageRetention = .seconds(10 * 86_400)
        return try await EngineFixture(configuration: configuration, clock: clock)
    }

    private func minutes(_ fixture: EngineFixture) async throws -> [Int32] {
        try await fixture.store.read { store in
            try store.usage(UsageQuery(fromMinute: 0, toMinute: .max, interval: .minute, limit: 100_000))
                .map(\.position.minute)
        }
    }

    @Test("it is put together by the hour after its time, deleted after a longer one, and its sums stay")
    func grows() async throws {
        let clock = ManualTimeSource()
        let fixture = try await fixture(clock)
        let now = clock.now().wall.minute
        let old = now - 5 * Self.day
        let rows =
            (0..<240).map { UsageRow(key: nil, minute: old + $0, outcome: "unknown_key", count: 1) }
            + (0..<30).map { UsageRow(key: nil, minute: now - 30 + $0, outcome: "unknown_key", count: 1) }
            + [UsageRow(key: nil, minute: now - 11 * Self.day, outcome: "unknown_key", count: 1)]
        try await fixture.store.write { try $0.addUsage(rows) }
        #expect(try await fixture.usage() == ["unknown_key": 271])
        for _ in 0..<12 { await fixture.engine.maintain() }
        #expect(try await fixture.usage() == ["unknown_key": 270], "the row of eleven days ago is gone")
        let kept = try await minutes(fixture)
        #expect(kept.filter { $0 < now - 2 * Self.day }.allSatisfy { $0 % 60 == 0 })
        #expect(kept.filter { $0 >= now - 30 }.count == 30, "what is young stays by the minute")
        #expect(kept.count <= 5 + 30)

        // Three days later the rest is old as well, and what was put together before is not touched again.
        clock.advance(by: .seconds(3 * 86_400))
        for _ in 0..<90 { await fixture.engine.maintain() }
        #expect(try await minutes(fixture).allSatisfy { $0 % 60 == 0 })
        #expect(try await fixture.usage() == ["unknown_key": 270])
        clock.advance(by: .seconds(20 * 86_400))
        for _ in 0..<3 { await fixture.engine.maintain() }
        #expect(try await fixture.usage() == [:])
    }

    @Test("nothing is asked of the store until the next hour, and a failure is tried again")
    func onceAnHour() async throws {
        let clock = ManualTimeSource()
        let fixture = try await fixture(clock)
        let minute = clock.now().wall.minute - 3 * Self.day
        fixture.store.failWrites(true)
        await fixture.engine.maintain()
        fixture.store.failWrites(false)
        clock.advance(by: .seconds(60))
        try await fixture.store.write { store in
            try store.addUsage([UsageRow(key: nil, minute: minute / 60 * 60 + 7, outcome: "unknown_key", count: 1)])
        }
        for _ in 0..<3 { await fixture.engine.maintain() }
        #expect(try await minutes(fixture) == [minute / 60 * 60])
        #expect(fixture.engine.retention.withLock { $0.finishedHour } == clock.now().wall.minute / 60)
        let marker = try await fixture.store.read { try $0.marker(.usageRolledUpTo) }
        #expect(marker == "\((clock.now().wall.minute - 2 * Self.day) / 60 * 60)")
    }
}
