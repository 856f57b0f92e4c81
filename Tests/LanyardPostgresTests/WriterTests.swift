import Dispatch
import LanyardCore
import LanyardStorage
import Synchronization
import TestSupport
import Testing

@testable import LanyardPostgres

@Suite("Writers and readers of one database")
struct WriterTests {
    private struct Stop: Error {}

    @Test("writers on several nodes are one after the other: no change is lost, and none is doubled")
    func severalNodes() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        var stores: [PostgresStore] = []
        for _ in 1...3 { stores.append(try await Fixture.open(server, database)) }
        let (nodes, writes) = (stores, 40)
        let epochs = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 1...writes * 3 {
                group.addTask {
                    try await nodes[number % 3].write { store in
                        // Checked, and then written: right only for who is alone.
                        let count = try store.roles(page: Page(limit: 1000)).count
                        try store.insert(Fixture.role(count + 1))
                        return try store.recordChange(.role(Fixture.role(count + 1).id)).epoch
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(epochs.sorted() == (1...Int64(writes * 3)).map { $0 })
        #expect(try await Fixture.roleCount(nodes[0]) == writes * 3)
        for store in nodes { try await store.close() }
    }

    @Test("writes that wait together share commits, and a body that fails leaves the others alone")
    func sharedCommits() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let store = try await Fixture.open(server, database) { $0.longestBatch = .seconds(600) }
        let gate = DispatchSemaphore(value: 0)
        let isRunning = Mutex(false)
        let first = Task {
            try await store.write { _ in
                isRunning.withLock { $0 = true }
                gate.wait()
            }
        }
        try await Fixture.eventually("the first write is under way") { isRunning.withLock { $0 } }
        let writes = (1...50).map { number in
            Task {
                try await store.write { store in
                    try store.insert(Fixture.role(number))
                    if number % 5 == 0 { try store.insert(Fixture.role(number)) }
                    if number % 5 == 1 { throw Stop() }
                }
            }
        }
        try await Fixture.eventually("all wait") { store.waitingWriteCount == 50 }
        gate.signal()
        try await first.value
        for (index, write) in writes.enumerated() {
            switch (index + 1) % 5 {
            case 0: await #expect(throws: StoreError(.constraint, "")) { try await write.value }
            case 1: await #expect(throws: Stop.self) { try await write.value }
            default: try await write.value
            }
        }
        #expect(try await Fixture.roleCount(store) == 30)
        // The gate's own, and the one of all the others.
        #expect(store.commitCount == 2)
        try await store.close()
    }

    @Test("a body whose statement was refused may go on, however often it is run for that")
    func refusals() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let store = try await Fixture.open(server, database)
        let runs = Mutex(0)
        let refused = try await store.write { store in
            runs.withLock { $0 += 1 }
            try store.insert(Fixture.role(1))
            var refused = 0
            for _ in 1...3 { do { try store.insert(Fixture.role(1)) } catch is StoreError { refused += 1 } }
            try store.insert(Fixture.role(2))
            return refused
        }
        #expect(refused == 3)
        #expect(runs.withLock { $0 } == 2)
        #expect(try await Fixture.roleCount(store) == 2)
        try await store.close()
    }

    @Test("bodies run where blocking is allowed: on no task's thread")
    func threads() async throws {
        let server = try await SharedServer.server
        let store = try await Fixture.open(server, try await server.makeDatabase())
        #expect(try await store.read { _ in withUnsafeCurrentTask { $0 == nil } })
        #expect(try await store.write { _ in withUnsafeCurrentTask { $0 == nil } })
        #expect(try await store.ledger { _ in withUnsafeCurrentTask { $0 == nil } })
        try await store.close()
    }

    @Test("when every connection is busy calls wait for a while, and are then refused as unavailable")
    func exhaustion() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let store = try await Fixture.open(server, database) { settings in
            settings.connections = 2
            settings.queueTimeout = .milliseconds(300)
            settings.mostWaiting = 2
        }
        let gate = DispatchSemaphore(value: 0)
        let isRunning = Mutex(false)
        let busy = Task {
            try await store.read { _ in
                isRunning.withLock { $0 = true }
                gate.wait()
            }
        }
        try await Fixture.eventually("the only reader is busy") { isRunning.withLock { $0 } }
        #expect(try await Fixture.code { _ = try await Fixture.roleCount(store) } == .unavailable)
        // Beyond the bound the next is refused at once; the first two wait for their time.
        let codes = try await withThrowingTaskGroup(of: StoreError.Code?.self) { group in
            for _ in 1...5 {
                group.addTask { try await Fixture.code { _ = try await Fixture.roleCount(store) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes == [StoreError.Code?](repeating: .unavailable, count: 5))
        gate.signal()
        try await busy.value
        #expect(try await Fixture.roleCount(store) == 0)
        try await store.close()
    }

    @Test("closing lets what is under way finish, and ends what does not")
    func closing() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let store = try await Fixture.open(server, database) { $0.closingTimeout = .milliseconds(300) }
        let short = Task { try await store.write { try $0.insert(Fixture.role(1)) } }
        let isRunning = Mutex(false)
        let long = Task {
            try await store.read { store in
                isRunning.withLock { $0 = true }
                let transaction = try #require(store as? PostgresTransaction)
                try transaction.attempt("sleeping") { _ = try transaction.execute("SELECT pg_sleep(600)") }
            }
        }
        try await short.value
        try await Fixture.eventually("the long one runs") { isRunning.withLock { $0 } }
        try await store.close()
        #expect(try await Fixture.code { try await long.value } == .unavailable)
        #expect(try await Fixture.code { _ = try await Fixture.roleCount(store) } == .closed)
        let left = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)'"
        try await Fixture.eventually("no connection is left") { try await server.run(left) == "0\n" }
    }
}
