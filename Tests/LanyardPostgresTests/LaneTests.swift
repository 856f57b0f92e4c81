import Dispatch
import LanyardCore
import LanyardStorage
import Synchronization
import TestSupport
import Testing

@testable import LanyardPostgres

@Suite("The lanes of calls")
struct LaneTests {
    @Test("however many reports are asked for, two at most run at once, and nothing else waits for them")
    func reports() async throws {
        let server = try await SharedServer.server
        let store = try await Fixture.open(server, try await server.makeDatabase()) { settings in
            settings.connections = 10
            settings.queueTimeout = .seconds(60)
        }
        _ = try await store.join(Fixture.node(1))
        let gate = DispatchSemaphore(value: 0)
        let running = Running()
        let reports = 40
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<reports {
                group.addTask {
                    try await store.report { _ in
                        running.begin()
                        gate.wait()
                        running.end()
                    }
                }
            }
            // A failing test must not hang: whatever throws lets the reports go.
            defer { for _ in 0..<reports { gate.signal() } }
            try await Fixture.eventually("two run") { running.now == 2 }
            #expect(try await Fixture.code { _ = try await store.confirm(Fixture.node(1).id, epoch: 0) } == nil)
            #expect(try await Fixture.roleCount(store) == 0)
            let id = CounterID(
                subject: Subject(KeyID(high: 1, low: 1)),
                identity: WindowIdentity(unit: .requests, windowMilliseconds: 1000, source: .key))
            let question = CounterQuestion(parts: [CounterQuestion.Part(id: id, amount: 5, cost: 1)])
            let asked = CounterBatch(questions: [question], latest: MonotonicInstant(nanoseconds: .max))
            #expect(try await store.ask(asked).answers?.map(\.isCharged) == [true])
            let batch = LedgerBatch(node: Fixture.node(1).id, localTime: Timestamp(milliseconds: 0))
            _ = try await store.ledger { try $0.run(batch) }
            try await store.write { try $0.insert(Fixture.role(1)) }
            #expect(running.most == 2)
        }
        #expect(running.now == 0)
        #expect(running.most == 2)
        try await store.close()
    }

    /// How many run, and how many did at most.
    private final class Running: Sendable {
        private let counts = Mutex((now: 0, most: 0))

        var now: Int { counts.withLock { $0.now } }
        var most: Int { counts.withLock { $0.most } }

        func begin() {
            counts.withLock { counts in
                counts.now += 1
                counts.most = max(counts.most, counts.now)
            }
        }

        func end() { counts.withLock { $0.now -= 1 } }
    }

    @Test("a node that counts much still confirms")
    func confirming() async throws {
        let server = try await SharedServer.server
        let store = try await Fixture.open(server, try await server.makeDatabase()) { $0.queueTimeout = .seconds(60) }
        _ = try await store.join(Fixture.node(1))
        let gate = DispatchSemaphore(value: 0)
        let count = 20
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    // A transaction that the server ended as idle is carried out again.
                    try? await store.ledger { _ in _ = gate.wait(timeout: .now() + .seconds(60)) }
                }
                group.addTask { try await store.read { _ in _ = gate.wait(timeout: .now() + .seconds(60)) } }
            }
            defer { for _ in 0..<(20 * count) { gate.signal() } }
            try await Task.sleep(for: .milliseconds(50))
            #expect(try await store.confirm(Fixture.node(1).id, epoch: 0) != nil)
        }
        try await store.close()
    }
}
