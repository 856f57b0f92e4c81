import Dispatch
import LanyardCore
import LanyardStorage
import Synchronization
import TestSupport
import Testing

@testable import LanyardPostgres

@Suite("A server that goes away, and comes back")
struct OutageTests {
    @Test("a server that is restarted under load loses nothing that was told as done, and needs no help")
    func restarted() async throws {
        let server = try await PostgresServer.start()
        let database = try await server.makeDatabase()
        let store = try await Fixture.open(server, database) { $0.queueTimeout = .seconds(60) }
        let progress = Progress()
        let load = (0..<4).map { lane in
            Task {
                var number = lane
                while !progress.isOver {
                    number += 4
                    let written = number
                    if (try? await store.write({ try $0.insert(Fixture.role(written)) })) != nil {
                        progress.add(written)
                    }
                }
            }
        }
        for how in [PostgresServer.Stop.immediate, .fast] {
            let before = progress.count
            try await Fixture.eventually("writes go on") { progress.count > before + 20 }
            try await server.stop(how)
            try await server.start()
        }
        let before = progress.count
        try await Fixture.eventually("writes go on after the last restart") { progress.count > before + 20 }
        progress.end()
        for lane in load { await lane.value }
        let names = try await store.read { Set(try $0.roles(page: Page(limit: 1_000_000)).map(\.name)) }
        #expect(Set(progress.all.map { Fixture.role($0).name }).subtracting(names).isEmpty)
        try await store.close()
        try await server.stop()
    }

    @Test("a server that is stopped where it is costs callers their time-outs, and no more")
    func paused() async throws {
        let server = try await PostgresServer.start()
        let database = try await server.makeDatabase()
        let store = try await Fixture.open(server, database) { settings in
            settings.statementTimeout = .seconds(1)
            settings.answerSlack = .milliseconds(500)
            settings.queueTimeout = .seconds(2)
            settings.connectTimeout = .seconds(2)
        }
        try await store.write { try $0.insert(Fixture.role(1)) }
        _ = try await Fixture.roleCount(store)
        try await server.pause()
        #expect(try await Fixture.code { _ = try await Fixture.roleCount(store) } == .unavailable)
        #expect(try await Fixture.code { try await store.write { try $0.insert(Fixture.role(2)) } } == .unavailable)
        try await server.resume()
        try await Fixture.eventually("the store reads again") { (try? await Fixture.roleCount(store)) ?? 0 > 0 }
        try await Fixture.eventually("the store writes again") {
            (try? await store.write { try $0.insert(Fixture.role(3)) }) != nil
        }
        try await store.close()
        try await server.stop()
    }

    @Test("a node that hangs within a transaction does not hold up the others for long")
    func hangingNode() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let hanging = try await Fixture.open(server, database) { $0.idleInTransactionTimeout = .milliseconds(300) }
        let other = try await Fixture.open(server, database)
        let gate = DispatchSemaphore(value: 0)
        let runs = Mutex(0)
        let stuck = Task {
            try await hanging.write { store in
                let run = runs.withLock { runs in
                    runs += 1
                    return runs
                }
                try store.insert(Fixture.role(1))
                if run == 1 { gate.wait() }
            }
        }
        try await Fixture.eventually("it hangs") { runs.withLock { $0 } == 1 }
        try await other.write { try $0.insert(Fixture.role(2)) }
        gate.signal()
        // Its transaction was ended by the server; it is run again.
        try await stuck.value
        #expect(runs.withLock { $0 } == 2)
        #expect(try await Fixture.roleCount(other) == 2)
        try await hanging.close()
        try await other.close()
    }

    @Test("a store whose server is gone can be closed")
    func closing() async throws {
        let server = try await PostgresServer.start()
        let database = try await server.makeDatabase()
        let store = try await Fixture.open(server, database) { $0.queueTimeout = .milliseconds(500) }
        try await store.write { try $0.insert(Fixture.role(1)) }
        try await server.stop(.immediate)
        #expect(try await Fixture.code { _ = try await Fixture.roleCount(store) } == .unavailable)
        try await store.close()
        #expect(try await Fixture.code { _ = try await Fixture.roleCount(store) } == .closed)
    }
}

/// What was told as done, until the load is to end.
private final class Progress: Sendable {
    private let state = Mutex<(done: Set<Int>, isOver: Bool)>(([], false))

    var isOver: Bool { state.withLock { $0.isOver } }
    var count: Int { state.withLock { $0.done.count } }
    var all: Set<Int> { state.withLock { $0.done } }

    func add(_ number: Int) { state.withLock { _ = $0.done.insert(number) } }

    func end() { state.withLock { $0.isOver = true } }
}
