import LanyardCore
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardPostgres

@Suite("Nodes that share a database")
struct NodeTests {
    private func pair() async throws -> (PostgresStore, PostgresStore, server: PostgresServer, database: String) {
        let server = try await SharedServer.server
        let database = try await server.makeDatabase()
        return (try await Fixture.open(server, database), try await Fixture.open(server, database), server, database)
    }

    private func change(_ store: any Store, _ number: Int = 1) async throws -> Change {
        try await store.write { try $0.recordChange(.role(Fixture.role(number).id)) }
    }

    @Test("a node that has joined is known to others with what it has confirmed, until it leaves")
    func membership() async throws {
        let (one, two, _, _) = try await pair()
        let state = try await one.join(Fixture.node(1))
        #expect(state.epoch == 0)
        #expect(try await two.join(Fixture.node(2)) == state)
        let epoch = try await change(one).epoch
        let confirmed = try await two.confirm(Fixture.node(2).id, epoch: epoch)
        #expect(confirmed == StoreState(incarnation: state.incarnation, epoch: epoch))
        let nodes = try await one.read { try $0.nodes() }
        #expect(nodes.map(\.node) == [Fixture.node(1), Fixture.node(2)])
        #expect(nodes.map(\.epoch) == [0, 1])
        #expect(Set(nodes.map(\.beat)).count == 2)
        try await two.leave(Fixture.node(2).id)
        #expect(try await one.read { try $0.nodes().map(\.node.id) } == [Fixture.node(1).id])
        #expect(try await two.confirm(Fixture.node(2).id, epoch: epoch) == nil)
        try await one.close()
        try await two.close()
    }

    @Test("no beat comes again where a database begins anew, as one that was restored does")
    func beats() async throws {
        let server = try await SharedServer.server
        var beats: Set<Int64> = []
        for _ in 1...2 {
            let store = try await Fixture.open(server, try await server.makeDatabase())
            _ = try await store.join(Fixture.node(1))
            for _ in 1...10 {
                beats.formUnion(try await store.read { try $0.nodes().map(\.beat) })
                _ = try await store.confirm(Fixture.node(1).id, epoch: 0)
            }
            try await store.close()
        }
        #expect(beats.count == 20)
    }

    @Test("a silent node is forgotten, what it had leased counts as used, and it must join again")
    func forgotten() async throws {
        let (one, two, _, _) = try await pair()
        _ = try await one.join(Fixture.node(1))
        _ = try await two.join(Fixture.node(2))
        let quota = QuotaIdentity(
            subject: Subject(KeyID(high: 1, low: 1)), unit: .requests, period: .lifetime, source: .key)
        let take = LedgerBatch(
            node: Fixture.node(2).id, localTime: Timestamp(milliseconds: 0),
            withdrawals: [
                LedgerBatch.Withdrawal(
                    lease: LeaseID(high: 7, low: 7), quota: quota, terms: QuotaTerms(amount: 100, epoch: 1), need: 30,
                    least: 1,
                    want: 0, held: 0)
            ])
        let taken = try await two.ledger { try $0.run(take) }
        #expect(taken.withdrawals.map(\.granted) == [30])
        let seen = try await one.read { try $0.nodes() }
        _ = try await one.confirm(Fixture.node(1).id, epoch: 0)
        #expect(try await one.forgetNodes(seen) == [Fixture.node(2).id])
        let id = QuotaBalanceID(quota: quota, start: taken.withdrawals[0].period.start)
        let balance = try #require(try await one.read { try $0.balances([id]).first })
        #expect(balance.used == 30)
        #expect(balance.leased == 0)
        #expect(try await two.confirm(Fixture.node(2).id, epoch: 0) == nil)
        #expect(try await one.read { try $0.nodes().map(\.node.id) } == [Fixture.node(1).id])
        try await one.close()
        try await two.close()
    }

    @Test("changes are read on from any number, in portions, and not at all where some are gone")
    func changes() async throws {
        let (one, two, server, database) = try await pair()
        let digest = Array("x".utf8).withUnsafeBytes { SecretDigest(hashing: $0) }
        let subjects: [ChangeSubject] = [
            .key(KeyID(high: 1, low: 1), [digest]), .account(AccountID(high: 2, low: 2)),
            .plan(PlanID(high: 3, low: 3)),
            .role(RoleID(high: 4, low: 4)), .project(ProjectID(high: 5, low: 5)), .policy(PolicyID(high: 6, low: 6)),
            .imports([digest, digest]), .imports([]),
        ]
        for subject in subjects { _ = try await one.write { try $0.recordChange(subject) } }
        let expected = subjects.enumerated().map { Change(epoch: Int64($0 + 1), subject: $1) }
        #expect(try await two.read { try $0.changes(after: 0, limit: 100) } == expected)
        #expect(try await two.read { try $0.changes(after: 3, limit: 2) } == Array(expected[3..<5]))
        #expect(try await two.read { try $0.changes(after: 8, limit: 2) } == [])
        // A number that was never given is of another history.
        #expect(try await two.read { try $0.changes(after: 9, limit: 2) } == nil)
        try await server.run("DELETE FROM lanyard.changes WHERE epoch <= 4", in: database)
        #expect(try await two.read { try $0.changes(after: 3, limit: 2) } == nil)
        #expect(try await two.read { try $0.changes(after: 4, limit: 1) } == [expected[4]])
        try await one.close()
        try await two.close()
    }

    @Test("old changes are deleted in passing")
    func pruning() async throws {
        let (one, two, server, database) = try await pair()
        _ = try await change(one)
        try await server.run("UPDATE lanyard.changes SET at = at - interval '2 hours'", in: database)
        for _ in 2...64 { _ = try await change(one) }
        #expect(try await two.read { try $0.changes(after: 0, limit: 1) } == nil)
        #expect(try await two.read { try $0.changes(after: 1, limit: 100)?.count } == 63)
        try await one.close()
        try await two.close()
    }

    @Test("a change, a confirmation and a recall wake the other nodes")
    func notices() async throws {
        let (one, two, _, _) = try await pair()
        var heard = two.notices().makeAsyncIterator()
        func next(_ isMeant: (StoreNotice) -> Bool) async -> StoreNotice? {
            while let notice = await heard.next() { if isMeant(notice) { return notice } }
            return nil
        }
        // What is told at the beginning, when something may have been missed.
        #expect(await next { _ in true } == .changed(nil))
        #expect(await next { _ in true } == .confirmed)
        _ = try await one.join(Fixture.node(1))
        let epoch = try await change(one).epoch
        #expect(await next { $0 == .changed(epoch) } != nil)
        _ = try await one.confirm(Fixture.node(1).id, epoch: epoch)
        #expect(await next { $0 == .confirmed } != nil)
        let quota = QuotaIdentity(
            subject: Subject(AccountID(high: .max, low: 3)), unit: .usd, period: .month, source: .account)
        try await one.recall(quota)
        #expect(await next { $0 == .recalled(quota) } != nil)
        try await two.close()
        #expect(await next { _ in false } == nil)
        try await one.close()
    }

    @Test("what was undone is told to nobody")
    func undoneChange() async throws {
        struct Stop: Error {}
        let (one, two, _, _) = try await pair()
        var heard = two.notices().makeAsyncIterator()
        #expect(await heard.next() == .changed(nil))
        await #expect(throws: Stop.self) {
            try await one.write { store in
                _ = try store.recordChange(.imports([]))
                throw Stop()
            }
        }
        _ = try await change(one)
        while let notice = await heard.next() {
            guard case .changed(let epoch?) = notice else { continue }
            #expect(epoch == 1)
            break
        }
        try await one.close()
        try await two.close()
    }

    @Test("a listener that lost its connection says that something may be new")
    func lostListener() async throws {
        let (one, two, server, database) = try await pair()
        var heard = two.notices().makeAsyncIterator()
        #expect(await heard.next() == .changed(nil))
        #expect(await heard.next() == .confirmed)
        try await server.run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = '\(database)' AND pid <> pg_backend_pid()
            """)
        #expect(await heard.next() == .changed(nil))
        try await one.close()
        try await two.close()
    }
}
