import LanyardCore
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Waiting for the other nodes")
struct AcknowledgementTests {
    @Test("whoever has not confirmed within the time is named")
    func pending() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        async let acknowledgement = fixture.revokeAcknowledged(key, secret, by: first)
        // It holds here before anybody is waited for.
        while await first.code(secret) == nil { try await Task.sleep(for: .milliseconds(1)) }
        try await first.waits()
        fixture.clock.advance(by: .seconds(5))
        #expect(try await acknowledgement.acknowledgedBy == [first.engine.nodeID])
        #expect(try await acknowledgement.pending == [second.engine.nodeID])
        #expect(try await acknowledgement.elapsedMilliseconds == 5000)
        // The second time it is told at once.
        await second.engine.catchUp()
        let repeated = try await first.engine.apply([Change(epoch: 2, subject: .key(key.id, [secret.digest]))])
        #expect(repeated.pending == [])
        #expect(Set(repeated.acknowledgedBy) == [first.engine.nodeID, second.engine.nodeID])
    }

    @Test("many wait together, each for its own change")
    func together() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, third) = (try await fixture.node(), try await fixture.node(), try await fixture.node())
        var keys: [(key: KeyRecord, secret: Secret)] = []
        for _ in 1...20 { keys.append(try await fixture.createKey(by: first)) }
        let running = [second, third].map { node in Task { try await node.engine.run() } }
        let nodes = Set([first, second, third].map(\.engine.nodeID))
        try await withThrowingTaskGroup(of: Acknowledgement.self) { group in
            for (key, secret) in keys {
                group.addTask { try await fixture.revokeAcknowledged(key, secret, by: first) }
            }
            for try await acknowledgement in group {
                #expect(Set(acknowledgement.acknowledgedBy) == nodes)
                #expect(acknowledgement.pending == [])
            }
        }
        for (_, secret) in keys { #expect(await third.code(secret) == .revokedKey) }
        #expect(!first.isWaiting)
        for task in running {
            task.cancel()
            try await task.value
        }
    }

    @Test("those beyond the number that may wait are told what is known")
    func crowded() async throws {
        let fixture = try await ClusterFixture()
        let first = try await fixture.node { $0.concurrentAcknowledgements = 0 }
        let second = try await fixture.node()
        let (key, secret) = try await fixture.createKey(by: first)
        await first.engine.maintain()
        let acknowledgement = try await fixture.revokeAcknowledged(key, secret, by: first)
        #expect(acknowledgement.acknowledgedBy == [first.engine.nodeID])
        #expect(acknowledgement.pending == [second.engine.nodeID])
    }

    @Test("while the nodes can't be asked, those that were known have not confirmed")
    func storeDown() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        await first.engine.maintain()
        let change = try await fixture.write(key, secret, by: first) { $0.revokedAt = fixture.clock.now().wall }
        first.store.failReads(true)
        async let acknowledgement = first.engine.apply([change])
        try await first.waits()
        // However long that takes: nobody knows whether they are silent.
        fixture.clock.advance(by: .seconds(29))
        #expect(try await acknowledgement.pending == [second.engine.nodeID])
        #expect(try await acknowledgement.acknowledgedBy == [first.engine.nodeID])
    }

    @Test("a reading that fails says nothing: the wait goes on until the table can be read")
    func failedReading() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        let change = try await fixture.write(key, secret, by: first) { $0.revokedAt = fixture.clock.now().wall }
        first.store.failReads(true)
        // The first node has never looked at the table since the second one joined.
        async let acknowledgement = first.engine.apply([change])
        try await first.waits()
        try await Task.sleep(for: .milliseconds(50))
        #expect(first.isWaiting)
        first.store.failReads(false)
        try await Task.sleep(for: .milliseconds(50))
        #expect(first.isWaiting)
        await second.engine.catchUp()
        #expect(try await Set(acknowledgement.acknowledgedBy) == [first.engine.nodeID, second.engine.nodeID])
        #expect(try await acknowledgement.pending == [])
    }

    @Test("a table that can't be read in time makes nobody silent, and holds nobody up for longer")
    func hangingReading() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        await first.engine.maintain()
        let change = try await fixture.write(key, secret, by: first) { $0.revokedAt = fixture.clock.now().wall }
        fixture.clock.advance(by: .seconds(31))
        await first.engine.catchUp()
        first.store.reads.close()
        async let acknowledgement = first.engine.acknowledge(change.epoch, since: fixture.clock.now().monotonic)
        try await first.waits()
        fixture.clock.advance(by: .seconds(5))
        #expect(await acknowledgement.pending == [second.engine.nodeID])
        first.store.reads.open()
    }

    @Test("a caller that goes away takes nobody's wait with it")
    func cancelled() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        let (other, otherSecret) = try await fixture.createKey(by: first)
        let leaving = Task { try await fixture.revokeAcknowledged(key, secret, by: first) }
        try await first.waits()
        async let staying = fixture.revokeAcknowledged(other, otherSecret, by: first)
        leaving.cancel()
        while second.engine.epoch < 4 { await second.engine.catchUp() }
        #expect(try await staying.pending == [])
        #expect(try await leaving.value.pending == [])
    }

    @Test("a wake-up that comes before the waiting is not lost, and one wakes once")
    func wakeSignal() async {
        let signal = WakeSignal()
        signal.wake()
        await signal.wait(for: .seconds(3600))
        let waiting = Task { await signal.wait(for: .seconds(3600)) }
        await Task.yield()
        signal.wake()
        await waiting.value
        let cancelled = Task { await signal.wait(for: .seconds(3600)) }
        cancelled.cancel()
        await cancelled.value
        await signal.wait(for: .milliseconds(1))
    }
}
