import LanyardCore
import LanyardTesting
import Synchronization
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Calls in flight, counted over all nodes")
struct PlaceTests {
    private func cluster(
        maximum: Int32, nodes count: Int = 3
    ) async throws -> (fixture: ClusterFixture, nodes: [ClusterFixture.Node], key: KeyRecord, secret: Secret) {
        let fixture = try await ClusterFixture()
        var nodes: [ClusterFixture.Node] = []
        for _ in 0..<count { nodes.append(try await fixture.node()) }
        let (key, secret) = try await fixture.createKey(by: nodes[0]) { $0.maximumInFlight = maximum }
        for node in nodes { await node.engine.catchUp() }
        return (fixture, nodes, key, secret)
    }

    @Test("three nodes grant together as many as a key may have, and then deny", arguments: [1, 8, 40] as [Int32])
    func together(maximum: Int32) async throws {
        let (_, nodes, key, secret) = try await cluster(maximum: maximum)
        var open: [(node: ClusterFixture.Node, grant: GrantID)] = []
        var denied = 0
        while denied < 3 {
            let node = nodes[(open.count + denied) % 3]
            if let grant = await node.open(secret) {
                open.append((node, grant))
                denied = 0
            } else {
                denied += 1
            }
        }
        // What a node keeps for calls to come is a sixteenth at most.
        #expect(open.count <= maximum && open.count >= Int(maximum) - 2 * Int(maximum / 16))
        #expect(await nodes[0].code(secret) == .tooManyInFlight)
        for (node, grant) in open { #expect(node.engine.finish(grant) == .finished) }
        for node in nodes {
            let state = node.engine.allowances.existingState(for: Subject(key.id))
            #expect(state?.callsInFlight == 0)
        }
    }

    @Test("a place that one node gives back another can take, at once")
    func passesOn() async throws {
        let (fixture, nodes, _, secret) = try await cluster(maximum: 1)
        for round in 0..<12 {
            // Beyond what is known of earlier calls that found none.
            fixture.clock.advance(by: .milliseconds(300))
            let node = nodes[round % 3]
            let grant = try #require(await node.open(secret), "round \(round)")
            #expect(node.engine.finish(grant) == .finished)
        }
    }

    @Test("never are more open than may be, whatever all nodes do at once", arguments: [2, 5, 50] as [Int32])
    func neverOver(maximum: Int32) async throws {
        let (fixture, nodes, _, secret) = try await cluster(maximum: maximum)
        let calls = OpenedCalls()
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<24 {
                group.addTask {
                    for _ in 0..<20 {
                        let node = nodes[lane % 3]
                        guard let grant = await node.open(secret) else {
                            fixture.clock.advance(by: .milliseconds(10))
                            continue
                        }
                        calls.begin()
                        await Task.yield()
                        calls.end()
                        _ = node.engine.finish(grant)
                    }
                }
            }
        }
        #expect(calls.most <= Int(maximum))
        #expect(calls.granted >= 20)
    }

    /// Calls as their callers see them.
    private final class OpenedCalls: Sendable {
        private let counts = Mutex((open: 0, most: 0, granted: 0))

        var most: Int { counts.withLock { $0.most } }
        var granted: Int { counts.withLock { $0.granted } }

        func begin() {
            counts.withLock { counts in
                counts.open += 1
                counts.granted += 1
                counts.most = max(counts.most, counts.open)
            }
        }

        func end() { counts.withLock { $0.open -= 1 } }
    }

    @Test("a claim whose answer was lost takes no place for good, and fills none")
    func lostAnswer() async throws {
        let (fixture, nodes, key, secret) = try await cluster(maximum: 2, nodes: 2)
        nodes[0].store.claimAnswers.close()
        async let code = nodes[0].code(secret)
        await nodes[0].store.claimAnswers.waitUntilHeld(1)
        #expect(fixture.cluster.placesHeld(of: Subject(key.id)) == 1)
        nodes[0].store.cutOff(true)
        nodes[0].store.claimAnswers.open()
        #expect(await code == .unavailable)
        nodes[0].store.cutOff(false)
        fixture.clock.advance(by: .seconds(2))
        try await eventually("it is given back") {
            await nodes[0].engine.maintain()
            return fixture.cluster.placesHeld(of: Subject(key.id)) == 0
        }
        #expect(await nodes[1].open(secret) != nil)
        #expect(await nodes[1].open(secret) != nil)
        #expect(await nodes[0].code(secret) == .tooManyInFlight)
    }

    @Test("what nobody uses is given back, and so is the place of a call that timed out")
    func idle() async throws {
        let (fixture, nodes, key, secret) = try await cluster(maximum: 64)
        let grant = try #require(await nodes[0].open(secret))
        #expect(fixture.cluster.placesHeld(of: Subject(key.id)) == 5, "one, and a sixteenth for those to come")
        _ = nodes[0].engine.finish(grant)
        _ = try #require(await nodes[1].open(secret))
        fixture.clock.advance(by: .seconds(601))
        for node in nodes { await node.engine.catchUp() }
        try await eventually("all are given back") {
            for node in nodes { await node.engine.maintain() }
            return fixture.cluster.placesHeld(of: Subject(key.id)) == 0
        }
    }

    @Test("the calls of a node that was forgotten count again once it is back")
    func forgotten() async throws {
        let (fixture, nodes, key, secret) = try await cluster(maximum: 3, nodes: 2)
        for _ in 0..<2 { _ = try #require(await nodes[1].open(secret)) }
        for _ in 0..<5 {
            fixture.clock.advance(by: .seconds(25))
            await nodes[0].engine.catchUp()
            await nodes[0].engine.maintain()
        }
        #expect(fixture.standings().count == 1)
        #expect(fixture.cluster.placesHeld(of: Subject(key.id)) == 0)
        await nodes[1].engine.catchUp()
        try await eventually("they count") {
            await nodes[1].engine.maintain()
            return fixture.cluster.placesHeld(of: Subject(key.id)) == 2
        }
        #expect(await nodes[0].open(secret) != nil)
        #expect(await nodes[0].code(secret) == .tooManyInFlight)
        #expect(await nodes[1].code(secret) == .tooManyInFlight)
    }
}
