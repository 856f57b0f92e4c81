import LanyardCore
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Ending a call that another node granted")
struct FinishTests {
    /// Two nodes, and a call that the first has granted.
    private func openCall() async throws -> (
        fixture: ClusterFixture, first: ClusterFixture.Node, second: ClusterFixture.Node, secret: Secret, grant: GrantID
    ) {
        let fixture = try await ClusterFixture()
        let (first, second) = (try await fixture.node(), try await fixture.node())
        let (_, secret) = try await fixture.createKey(by: first) { $0.maximumInFlight = 1 }
        await second.engine.catchUp()
        return (fixture, first, second, secret, try #require(await first.open(secret)))
    }

    @Test("it ends, and telling so again on any node is harmless")
    func passedOn() async throws {
        let (fixture, first, second, secret, grant) = try await openCall()
        #expect(await second.code(secret) == .tooManyInFlight)
        #expect(second.engine.finish(grant) == .elsewhere)
        async let outcome = second.engine.finishElsewhere(grant, actual: nil)
        try await eventually("it has ended") {
            await first.engine.endPassedCalls()
            return first.engine.calls.openCount == 0
        }
        #expect(try await outcome == .finished)
        #expect(try await second.engine.finishElsewhere(grant, actual: nil) == .finished)
        #expect(first.engine.finish(grant) == .alreadyFinished)
        try await eventually("the place is free") {
            // It was known for a moment that there is none.
            fixture.clock.advance(by: .milliseconds(300))
            guard let again = await second.open(secret) else { return false }
            return second.engine.finish(again) == .finished
        }
    }

    @Test("nodes that run hear of it at once, and of a lost notice within a second")
    func running() async throws {
        let (fixture, first, second, secret, grant) = try await openCall()
        let running = [first, second].map { node in Task { try await node.engine.run() } }
        #expect(try await second.engine.finishElsewhere(grant, actual: nil) == .finished)
        let next = try #require(await first.open(secret))
        first.store.loseNotices(true)
        async let outcome = second.engine.finishElsewhere(next, actual: nil)
        try await eventually("it has ended") { first.engine.calls.openCount == 0 }
        #expect(try await outcome == .finished)
        for task in running {
            task.cancel()
            try await task.value
        }
        #expect(fixture.standings().count == 2)
    }

    @Test("what it turned out to cost is settled where it was reserved")
    func settled() async throws {
        let fixture = try await ClusterFixture()
        let (first, second) = (try await fixture.node(), try await fixture.node())
        let (_, secret) = try await fixture.createKey(by: first) { $0.quotas = [.tokens(1000, per: .lifetime)] }
        var report = LimitReport()
        func reserve(_ tokens: Int64) async -> GrantID? {
            let costs = Costs(tokens: tokens)
            let decision = await first.engine.reserve(
                secret, upTo: costs, least: costs, demand: Demand(canFinish: true), report: &report)
            if case .grant(let granted) = decision { return granted.grantID }
            return nil
        }
        let grant = try #require(await reserve(900))
        #expect(await reserve(200) == nil)
        async let outcome = second.engine.finishElsewhere(grant, actual: ActualCosts(tokens: 100))
        try await eventually("it has ended") {
            await first.engine.endPassedCalls()
            return first.engine.calls.openCount == 0
        }
        #expect(try await outcome == .finished)
        fixture.clock.advance(by: .seconds(2))
        await first.engine.catchUp()
        try await eventually("what was not used comes back") { await reserve(800) != nil }
    }

    @Test("a node that does not answer in time ends it once it looks")
    func silent() async throws {
        let (fixture, first, second, _, grant) = try await openCall()
        async let outcome = second.engine.finishElsewhere(grant, actual: nil)
        try await eventually("word is left") {
            try await first.store.finishes(passedTo: NodeMark(first.engine.nodeID), limit: 1).count == 1
        }
        fixture.clock.advance(by: .seconds(2))
        #expect(try await outcome == .finished)
        #expect(first.engine.calls.openCount == 1)
        await first.engine.endPassedCalls()
        #expect(first.engine.calls.openCount == 0)
    }

    @Test("a call that its node does not know, or whose node has gone, is unknown")
    func unknown() async throws {
        let (_, first, second, _, grant) = try await openCall()
        let made = GrantID.make(by: first.engine.nodeID, atMilliseconds: 0)
        async let outcome = second.engine.finishElsewhere(made, actual: nil)
        try await eventually("word is left") {
            try await first.store.finishes(passedTo: NodeMark(first.engine.nodeID), limit: 1).count == 1
        }
        await first.engine.endPassedCalls()
        #expect(try await outcome == .unknown)
        #expect(second.engine.finish(GrantID.make(by: second.engine.nodeID, atMilliseconds: 0)) == .unknown)
        try await first.engine.shutDown()
        #expect(try await second.engine.finishElsewhere(grant, actual: nil) == .unknown)
    }

    @Test("where no word can be left, the caller hears that")
    func outage() async throws {
        let (_, _, second, _, grant) = try await openCall()
        second.store.cutOff(true)
        await #expect(throws: EngineError.self) { try await second.engine.finishElsewhere(grant, actual: nil) }
    }
}
