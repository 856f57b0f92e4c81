import LanyardCore
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("A node that can't confirm being current")
struct StalenessTests {
    @Test("denies from the bound on, counted from when it last asked, and grants again once it has looked")
    func bound() async throws {
        let fixture = try await ClusterFixture()
        let (_, second, _, secret) = try await fixture.pair()
        fixture.clock.advance(by: .milliseconds(29_999))
        #expect(await second.code(secret) == nil)
        #expect(second.engine.isReady)
        // As a process that was stopped: nothing ran, and the first thing that runs is a decision.
        fixture.clock.advance(by: .milliseconds(1))
        #expect(await second.code(secret) == .unavailable)
        #expect(!second.engine.isReady)
        await second.engine.catchUp()
        #expect(await second.code(secret) == nil)
    }

    @Test("denies though it asks again and again, and nobody waits for it any more")
    func cutOff() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        second.store.cutOff(true)
        await first.engine.maintain()
        for _ in 1...31 {
            fixture.clock.advance(by: .seconds(1))
            await first.engine.catchUp()
            await second.engine.catchUp()
        }
        #expect(await second.code(secret) == .unavailable)
        let acknowledgement = try await fixture.revokeAcknowledged(key, secret, by: first)
        #expect(acknowledgement.acknowledgedBy == [first.engine.nodeID])
        #expect(acknowledgement.pending == [])
        second.store.cutOff(false)
        await second.engine.catchUp()
        #expect(await second.code(secret) == .revokedKey)
    }

    @Test("is counted by its own clock, and stops before the others believe it gone")
    func ownClock() async throws {
        let fixture = try await ClusterFixture()
        let own = ManualTimeSource(monotonic: MonotonicInstant(nanoseconds: 5_000_000_000))
        let first = try await fixture.node()
        let second = try await fixture.node(clock: own)
        let (key, secret) = try await fixture.createKey(by: first)
        await second.engine.catchUp()
        #expect(await second.code(secret) == nil)
        await first.engine.maintain()
        for clock in [fixture.clock, own] { clock.advance(by: .seconds(30)) }
        await first.engine.catchUp()
        #expect(await second.code(secret) == .unavailable)
        async let acknowledgement = fixture.revokeAcknowledged(key, secret, by: first)
        // The others wait a little longer than the bound, for clocks that differ.
        try await first.waits()
        fixture.clock.advance(by: .milliseconds(500))
        #expect(try await acknowledgement.pending == [])
        #expect(try await acknowledgement.elapsedMilliseconds < 5000)
    }

    @Test("is not revived by a confirmation that was on its way for too long")
    func lateConfirmation() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        await first.engine.maintain()
        fixture.clock.advance(by: .seconds(29))
        await first.engine.catchUp()
        // It has read the changes, and asks; the question takes its time.
        second.store.confirmations.close()
        async let looking: Void = second.engine.catchUp()
        await second.store.confirmations.waitUntilHeld(1)
        fixture.clock.advance(by: .seconds(2))
        let acknowledgement = try await fixture.revokeAcknowledged(key, secret, by: first)
        #expect(acknowledgement.pending == [], "the node was silent for longer than the bound")
        // The answer comes within 30 s of the question, and nothing can be read after it.
        second.store.failReads(true)
        second.store.confirmations.open()
        await looking
        #expect(await second.code(secret) == .unavailable)
        second.store.failReads(false)
        await second.engine.catchUp()
        #expect(await second.code(secret) == .revokedKey)
    }

    @Test("is waited for by whoever has not seen for long enough that it is silent, and is not forgotten by it")
    func unwatched() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        fixture.clock.advance(by: .seconds(1000))
        await first.engine.catchUp()
        // It has been silent for long, but that is nothing that the first node has seen.
        await first.engine.maintain()
        async let acknowledgement = fixture.revokeAcknowledged(key, secret, by: first)
        try await first.waits()
        fixture.clock.advance(by: .seconds(5))
        #expect(try await acknowledgement.pending == [second.engine.nodeID])
        #expect(fixture.standings().count == 2)
    }

    @Test("is waited for as long as its own bound lasts, and not that of whoever waits")
    func longerBound() async throws {
        let fixture = try await ClusterFixture()
        let first = try await fixture.node { $0.stalenessBound = .seconds(2) }
        let second = try await fixture.node { $0.stalenessBound = .seconds(30) }
        let (key, secret) = try await fixture.createKey(by: first)
        await second.engine.catchUp()
        #expect(await second.code(secret) == nil)
        second.store.cutOff(true)
        for _ in 1...4 {
            await first.engine.catchUp()
            await first.engine.maintain()
            fixture.clock.advance(by: .seconds(5))
        }
        await first.engine.catchUp()
        async let acknowledgement = fixture.revokeAcknowledged(key, secret, by: first)
        try await first.waits()
        fixture.clock.advance(by: .seconds(5))
        #expect(try await acknowledgement.pending == [second.engine.nodeID])
        // It grants still.
        #expect(await second.code(secret) == nil)
        #expect(fixture.standings().count == 2)
    }

    @Test("is not kept alive by confirmations alone, while it can't read the changes")
    func confirmingBlindly() async throws {
        let fixture = try await ClusterFixture()
        let (_, second, _, secret) = try await fixture.pair()
        second.store.failReads(true)
        for _ in 1...31 {
            fixture.clock.advance(by: .seconds(1))
            await second.engine.catchUp()
        }
        #expect(await second.code(secret) == .unavailable)
    }

    @Test("a node that is alone with its store is always current")
    func alone() async throws {
        let fixture = try await EngineFixture()
        let (_, secret) = try await fixture.createKey()
        fixture.clock.advance(by: .seconds(1_000_000))
        #expect(await fixture.code(secret) == nil)
        #expect(try await fixture.engine.nodes().nodes.map(\.node.id) == [fixture.engine.nodeID])
        try await fixture.engine.shutDown()
        #expect(await fixture.code(secret) == .unavailable)
    }
}
