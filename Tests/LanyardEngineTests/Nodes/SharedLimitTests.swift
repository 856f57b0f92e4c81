import LanyardCore
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Limits that nodes count together")
struct SharedLimitTests {
    private func pair(
        _ limits: [LimitDefinition]
    ) async throws -> (fixture: ClusterFixture, nodes: [ClusterFixture.Node], key: KeyRecord, secret: Secret) {
        let fixture = try await ClusterFixture()
        let nodes = [try await fixture.node(), try await fixture.node()]
        let (key, secret) = try await fixture.createKey(by: nodes[0]) { $0.limits = limits }
        await nodes[1].engine.catchUp()
        return (fixture, nodes, key, secret)
    }

    @Test("two nodes together grant no more than one limit holds, and again when the window has passed")
    func together() async throws {
        let (fixture, nodes, _, secret) = try await pair([.requests(5, per: .seconds(10))])
        for _ in 0..<2 {
            var codes: [DenialCode?] = []
            for index in 0..<8 { codes.append(await nodes[index % 2].code(secret)) }
            #expect(codes.prefix(5).allSatisfy { $0 == nil })
            #expect(codes.dropFirst(5).allSatisfy { $0 == .rateLimited })
            fixture.clock.advance(by: .seconds(11))
            for node in nodes { await node.engine.catchUp() }
        }
    }

    @Test("a node that starts anew finds what was counted, and saves no windows of its own")
    func restart() async throws {
        let (fixture, nodes, _, secret) = try await pair([.requests(3, per: .seconds(3600))])
        #expect(await nodes[0].code(secret) == nil)
        #expect(await nodes[0].code(secret) == nil)
        try await nodes[0].engine.shutDown()
        let third = try await fixture.node()
        #expect(await third.code(secret) == nil)
        #expect(await third.code(secret) == .rateLimited)
        let saved = try await fixture.cluster.base.read { try $0.savedWindows() }
        #expect(saved.windows.isEmpty && saved.clock == nil)
    }

    @Test("a node on another machine's clock is not locked out by it")
    func clocks() async throws {
        let fixture = try await ClusterFixture()
        let ahead = ManualTimeSource()
        ahead.advance(by: .seconds(40 * 86_400))
        let nodes = [try await fixture.node(clock: ahead), try await fixture.node()]
        let (_, secret) = try await fixture.createKey(by: nodes[1]) { $0.limits = [.requests(1, per: .seconds(10))] }
        await nodes[0].engine.catchUp()
        #expect(await nodes[0].code(secret) == nil)
        #expect(await nodes[1].code(secret) == .rateLimited)
        try await nodes[0].engine.shutDown()
        fixture.clock.advance(by: .seconds(11))
        let again = try await fixture.node()
        #expect(await again.code(secret) == nil)
    }

    @Test("where the counters can't be asked, a limited key is unavailable and others are not")
    func outage() async throws {
        let (fixture, nodes, _, secret) = try await pair([.requests(5, per: .seconds(10))])
        let (_, free) = try await fixture.createKey(by: nodes[0])
        #expect(await nodes[0].code(secret) == nil)
        #expect(await nodes[0].code(free) == nil)
        nodes[0].store.cutOff(true)
        #expect(await nodes[0].code(secret) == .unavailable)
        #expect(await nodes[0].code(free) == nil)
        nodes[0].store.cutOff(false)
        #expect(await nodes[0].code(secret) == nil)
    }

    @Test("where its limits say so, a key passes uncounted while the counters can't be asked")
    func waived() async throws {
        var limit = LimitDefinition.requests(2, per: .seconds(10))
        limit.onOutage = .allow
        let (_, nodes, _, secret) = try await pair([limit])
        #expect(await nodes[0].code(secret) == nil)
        nodes[0].store.cutOff(true)
        for _ in 0..<3 { #expect(await nodes[0].code(secret) == nil) }
        nodes[0].store.cutOff(false)
        #expect(await nodes[0].code(secret) == nil)
        #expect(await nodes[0].code(secret) == .rateLimited)
    }

    @Test(
        "a step forward of the counters' clock gives nobody anything back",
        arguments: [Int64(200), 2000, 10_000, 100_000])
    func steps(milliseconds: Int64) async throws {
        let (fixture, nodes, _, secret) = try await pair([.requests(4, per: .seconds(2))])
        for node in nodes { await node.engine.counterKeeper.tend() }
        for _ in 0..<3 {
            for index in 0..<4 { #expect(await nodes[index % 2].code(secret) == nil) }
            fixture.cluster.stepClock(byMilliseconds: milliseconds)
            for index in 0..<8 { #expect(await nodes[index % 2].code(secret) == .rateLimited) }
            // What was forgotten too early shuts the window for its length; and a bucket more.
            fixture.clock.advance(by: .milliseconds(2200))
            for node in nodes { await node.engine.counterKeeper.tend() }
        }
    }

    @Test("a step back of the counters' clock keeps a limit shut no longer than its window")
    func stepsBack() async throws {
        let (fixture, nodes, _, secret) = try await pair([.requests(4, per: .seconds(2))])
        for index in 0..<4 { #expect(await nodes[index % 2].code(secret) == nil) }
        fixture.cluster.stepClock(byMilliseconds: -3_600_000)
        for index in 0..<4 { #expect(await nodes[index % 2].code(secret) == .rateLimited) }
        fixture.clock.advance(by: .milliseconds(2200))
        for index in 0..<4 { #expect(await nodes[index % 2].code(secret) == nil) }
    }

    @Test("a lowered limit holds on every node from its acknowledgement on")
    func lowered() async throws {
        let (fixture, nodes, key, secret) = try await pair([.requests(100, per: .seconds(10))])
        for _ in 0..<4 { #expect(await nodes[0].code(secret) == nil) }
        let change = try await fixture.write(key, secret, by: nodes[1]) {
            $0.limits = [.requests(4, per: .seconds(10))]
        }
        try await nodes[1].engine.apply([change], waits: false)
        await nodes[0].engine.catchUp()
        for node in nodes { #expect(await node.code(secret) == .rateLimited) }
    }

    @Test("many calls at once on two nodes are granted to the amount, and none waits in vain")
    func crowd() async throws {
        let (_, nodes, _, secret) = try await pair([
            .requests(40, per: .seconds(60)), .requests(60, per: .seconds(3600)),
        ])
        let codes = await withTaskGroup(of: DenialCode?.self) { group in
            for index in 0..<200 { group.addTask { await nodes[index % 2].code(secret) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.count { $0 == nil } == 40)
        #expect(codes.count { $0 == .rateLimited } == 160)
    }
}
