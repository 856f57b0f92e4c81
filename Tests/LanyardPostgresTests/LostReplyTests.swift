import LanyardCore
import LanyardStorage
import LanyardTesting
import Synchronization
import TestSupport
import Testing

@testable import LanyardPostgres

@Suite("Connections that are lost around a commit")
struct LostReplyTests {
    /// Cuts commits at random: before the server has seen them, or after.
    private static func cutting(seed: UInt64, share: Double) -> PostgresProxy.Rule {
        let random = Mutex(SeededGenerator(seed: seed))
        return { said in
            guard PostgresProxy.commits(said) else { return .forward }
            return random.withLock { random in
                guard Double.random(in: 0..<1, using: &random) < share else { return .forward }
                return Bool.random(using: &random) ? .cut : .cutAfterwards
            }
        }
    }

    @Test("each write happens exactly once, whichever replies are lost", arguments: [1, 2] as [UInt64])
    func exactlyOnce(seed: UInt64) async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let proxy = try PostgresProxy(to: server.port)
        let store = try await Fixture.open(server, database, port: proxy.port) { $0.queueTimeout = .seconds(120) }
        proxy.setRule(Self.cutting(seed: seed, share: 0.2))
        let writes = 120
        let epochs = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for lane in 0..<4 {
                group.addTask {
                    var epochs: [Int64] = []
                    for number in 1...writes where number % 4 == lane {
                        epochs.append(
                            try await store.write { store in
                                try store.insert(Fixture.role(number))
                                return try store.recordChange(.role(Fixture.role(number).id)).epoch
                            })
                    }
                    return epochs
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        proxy.setRule { _ in .forward }
        #expect(epochs.sorted() == (1...Int64(writes)).map { $0 })
        #expect(try await store.read { try $0.epoch() } == Int64(writes))
        #expect(try await Fixture.roleCount(store) == writes)
        try await store.close()
        proxy.end()
    }

    @Test("each transaction of the ledger happens exactly once, whichever replies are lost")
    func ledger() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let proxy = try PostgresProxy(to: server.port)
        let store = try await Fixture.open(server, database, port: proxy.port) { $0.queueTimeout = .seconds(120) }
        proxy.setRule(Self.cutting(seed: 3, share: 0.15))
        let quota = QuotaIdentity(
            subject: Subject(KeyID(high: 1, low: 1)), unit: .requests, period: .lifetime, source: .key)
        let id = QuotaBalanceID(quota: quota, start: Timestamp(milliseconds: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<60 {
                group.addTask {
                    // Not idempotent, as a batch is: it would count twice what was carried out twice.
                    try await store.ledger { store in
                        var balance =
                            try store.lockBalances([id]).first
                            ?? QuotaBalance(id: id, end: Timestamp(milliseconds: .max), amount: 100, amountEpoch: 1)
                        balance.used += 1
                        try store.save(LedgerPage.Changes(balances: [balance], leases: [], alerts: []))
                    }
                }
            }
            try await group.waitForAll()
        }
        proxy.setRule { _ in .forward }
        #expect(try await store.read { try $0.balances([id]).map(\.used) } == [60])
        try await store.close()
        proxy.end()
    }

    @Test("a commit that nobody can look up is told as unavailable, and not as done or undone")
    func unknown() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let proxy = try PostgresProxy(to: server.port)
        let store = try await Fixture.open(server, database, port: proxy.port) { settings in
            settings.queueTimeout = .seconds(1)
            settings.connectTimeout = .seconds(2)
        }
        let isCut = Mutex(false)
        proxy.setRule { said in
            if isCut.withLock({ $0 }) { return .cut }
            guard PostgresProxy.commits(said) else { return .forward }
            isCut.withLock { $0 = true }
            return .cutAfterwards
        }
        do {
            try await store.write { try $0.insert(Fixture.role(1)) }
            Issue.record("a write whose outcome nobody knows was told as done")
        } catch let error as StoreError {
            #expect(error.code == .unavailable)
            #expect(error.context.contains("not known"))
        }
        isCut.withLock { $0 = true }
        proxy.setRule { _ in .forward }
        try await Fixture.eventually("the store reads again") { (try? await Fixture.roleCount(store)) == 1 }
        try await store.close()
        proxy.end()
    }

    @Test("reads outlive connections that are cut")
    func reads() async throws {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        let proxy = try PostgresProxy(to: server.port)
        let store = try await Fixture.open(server, database, port: proxy.port)
        try await store.write { try $0.insert(Fixture.role(1)) }
        for _ in 1...10 {
            proxy.cutAll()
            #expect(try await Fixture.roleCount(store) == 1)
        }
        try await store.close()
        proxy.end()
    }
}
