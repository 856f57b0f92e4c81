import LanyardCore
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Beginning anew")
struct AnewTests {
    @Test("a node that was away for longer than changes are remembered forgets what it had in memory")
    func pruned() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        try await fixture.revoke(key, secret, by: first)
        _ = try await fixture.createKey(by: first)
        fixture.cluster.prune(upTo: 2)
        await second.engine.catchUp()
        #expect(await second.code(secret) == .revokedKey)
        #expect(second.engine.epoch == 3)
    }

    @Test("another store makes a node forget everything: keys, unknown ones, policies and projects")
    func replaced() async throws {
        let fixture = try await ClusterFixture()
        let (_, second, _, secret) = try await fixture.pair()
        let unknown = fixture.newSecret()
        #expect(await second.code(unknown) == .unknownKey)
        var project = fixture.project
        project.name = "restored"
        fixture.cluster.replace(with: try await ClusterFixture.base(with: project))
        let restored = try await fixture.node()
        _ = try await fixture.createKey(by: restored, unknown)
        await second.engine.catchUp()
        #expect(await second.code(secret) == .unknownKey)
        #expect(await second.code(unknown) == nil)
        #expect(second.engine.project(named: "payments") == nil)
        #expect(second.engine.project(named: "restored") != nil)
        #expect(second.engine.epoch == 1)
        #expect(fixture.standings().count == 2)
    }

    @Test("limits of another store take effect, though its numbers are lower")
    func limits() async throws {
        let fixture = try await ClusterFixture()
        let (first, second) = (try await fixture.node(), try await fixture.node())
        func limit(_ amount: Int64) -> [LimitDefinition] {
            [LimitDefinition(name: "rate", unit: .requests, amount: amount, windowMilliseconds: 60_000)]
        }
        let (key, secret) = try await fixture.createKey(by: first) { $0.limits = limit(5) }
        for _ in 1...5 { _ = try await fixture.write(key, secret, by: first) { $0.name = "again" } }
        await second.engine.catchUp()
        #expect(await second.code(secret) == nil)
        fixture.cluster.replace(with: try await ClusterFixture.base(with: fixture.project))
        let restored = try await fixture.node()
        _ = try await fixture.createKey(by: restored, secret) { record in
            record = key
            record.limits = limit(1)
        }
        await second.engine.catchUp()
        #expect(second.engine.epoch == 1)
        #expect(await second.code(secret) == .rateLimited)
    }

    @Test("a load that began in the store before is not believed in the one after")
    func loadAcrossStores() async throws {
        let fixture = try await ClusterFixture()
        let (first, second) = (try await fixture.node(), try await fixture.node())
        let (_, secret) = try await fixture.createKey(by: first)
        await second.engine.catchUp()
        second.store.loads.close()
        async let code = second.code(secret)
        await second.store.loads.waitUntilHeld(1)
        fixture.cluster.replace(with: try await ClusterFixture.base(with: fixture.project))
        await second.engine.catchUp()
        second.store.loads.open()
        #expect(await code == .unknownKey)
    }

    @Test("a node that the others have forgotten joins again, and believes nothing that it had in memory")
    func forgotten() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        await first.engine.maintain()
        for seconds in [70, 5] {
            fixture.clock.advance(by: .seconds(seconds))
            await first.engine.catchUp()
            await first.engine.maintain()
        }
        #expect(Array(fixture.standings().keys) == [first.engine.nodeID])
        try await fixture.revoke(key, secret, by: first)
        await second.engine.catchUp()
        #expect(fixture.standings().count == 2)
        #expect(await second.code(secret) == .revokedKey)
        #expect(second.engine.isReady)
    }

    @Test("an outage of the store, however long, makes no node forget the others")
    func outage() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, _, secret) = try await fixture.pair()
        await first.engine.maintain()
        for node in [first, second] { node.store.cutOff(true) }
        for _ in 1...20 {
            fixture.clock.advance(by: .seconds(5))
            for node in [first, second] {
                await node.engine.catchUp()
                await node.engine.maintain()
            }
        }
        for node in [first, second] { node.store.cutOff(false) }
        // The first to come back looks before the second can confirm anything.
        fixture.clock.advance(by: .seconds(5))
        await first.engine.maintain()
        #expect(fixture.standings().count == 2)
        await second.engine.catchUp()
        fixture.clock.advance(by: .seconds(5))
        await first.engine.maintain()
        #expect(fixture.standings().count == 2)
        #expect(await second.code(secret) == nil)
    }

    @Test("what a node admitted while it was cut off is booked once it is back, though the others have forgotten it")
    func bookings() async throws {
        let fixture = try await ClusterFixture()
        let (first, second) = (try await fixture.node(), try await fixture.node())
        var quota = QuotaDefinition.requests(10, per: .lifetime)
        quota.onOutage = .allow
        let (key, secret) = try await fixture.createKey(by: first) { $0.quotas = [quota] }
        await second.engine.catchUp()
        #expect(await second.code(secret) == nil)
        second.store.cutOff(true)
        for _ in 0..<50 { #expect(await second.code(secret) == nil) }
        fixture.clock.advance(by: .seconds(25))
        await first.engine.catchUp()
        await first.engine.maintain()
        for _ in 0..<4 {
            fixture.clock.advance(by: .seconds(25))
            await first.engine.catchUp()
            await first.engine.maintain()
        }
        #expect(Array(fixture.standings().keys) == [first.engine.nodeID])
        second.store.cutOff(false)
        await second.engine.catchUp()
        await second.engine.maintain()
        // Some of them were of its lease, which the others have counted whole.
        try await eventually("it is booked") { try await balance(of: key, quota, fixture).used == 51 }
        #expect(try await balance(of: key, quota, fixture).leased == 0)
        #expect(await first.code(secret) == .quotaExceeded)
    }

    private func balance(
        of key: KeyRecord, _ quota: QuotaDefinition, _ fixture: ClusterFixture
    ) async throws -> QuotaBalance {
        let identity = QuotaIdentity(subject: Subject(key.id), unit: quota.unit, period: quota.period, source: .key)
        let start = quota.period.span(containing: fixture.clock.now().wall).start
        let found = try await fixture.cluster.base.read { store in
            try store.balances([QuotaBalanceID(quota: identity, start: start)])
        }
        return try #require(found.first)
    }

    @Test("until everything was read again, a node that must begin anew denies")
    func failsClosed() async throws {
        let fixture = try await ClusterFixture()
        let (_, second, _, secret) = try await fixture.pair()
        fixture.cluster.replace(with: try await ClusterFixture.base(with: fixture.project))
        // Its numbers are as far as those before: no gap gives it away.
        _ = try await fixture.createKey(by: try await fixture.node())
        // The node learns of the other store, and can't read it.
        second.store.confirmations.close()
        async let looking: Void = second.engine.catchUp()
        await second.store.confirmations.waitUntilHeld(1)
        second.store.failReads(true)
        second.store.confirmations.open()
        await looking
        #expect(await second.code(secret) == .unavailable)
        #expect(!second.engine.isReady)
        second.store.failReads(false)
        await second.engine.catchUp()
        #expect(await second.code(secret) == .unknownKey)
    }

    @Test("a node that ends is known no more")
    func leaving() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        try await second.engine.shutDown()
        #expect(Array(fixture.standings().keys) == [first.engine.nodeID])
        #expect(await second.code(secret) == .unavailable)
        let acknowledgement = try await fixture.revokeAcknowledged(key, secret, by: first)
        #expect(acknowledgement.acknowledgedBy == [first.engine.nodeID])
    }
}
