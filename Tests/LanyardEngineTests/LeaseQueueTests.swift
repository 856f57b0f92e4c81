import LanyardCore
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("The queue before the ledger")
struct LeaseQueueTests {
    @Test("a lease that was recalled while the queue was full is given back once there is room")
    func recalledInVain() async throws {
        let fixture = try await EngineFixture()
        let quota = QuotaDefinition.requests(10_000, per: .lifetime)
        let (key, secret) = try await fixture.createKey { $0.quotas = [quota] }
        let (_, other) = try await fixture.createKey { $0.quotas = [quota] }
        #expect(await fixture.code(secret) == nil)
        let identity = QuotaIdentity(subject: Subject(key.id), unit: .requests, period: .lifetime, source: .key)
        let id = QuotaBalanceID(
            quota: identity, start: QuotaPeriod.lifetime.span(containing: fixture.clock.now().wall).start)
        func leased() async throws -> Int64? {
            try await fixture.store.read { try $0.balances([id]) }.first?.leased
        }
        #expect(try await leased() ?? 0 > 0)

        fixture.store.writes.close()
        async let waiting = fixture.code(other)
        await fixture.store.writes.waitUntilHeld(1)
        let idle = AllowanceState(subject: Subject(KeyID(high: 1, low: 1)))
        for _ in 0..<20_000 { fixture.engine.leases.enqueue(idle) }
        fixture.engine.leases.giveBack(identity)
        fixture.store.writes.open()
        #expect(await waiting == nil)

        try await eventually("it is given back") {
            await fixture.engine.maintain()
            return try await leased() == 0
        }
        #expect(await fixture.code(secret) == nil)
        try await fixture.engine.shutDown()
    }
}
