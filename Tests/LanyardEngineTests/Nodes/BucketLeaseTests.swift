import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardCore
@testable import LanyardEngine

@Suite("Keys that are charged ahead")
struct BucketLeaseTests {
    /// Whose windows are counted.
    enum Owner: CaseIterable {
        case key, account, both
    }

    private static let limit = LimitDefinition.requests(1_000_000, per: .milliseconds(3200))

    private struct Stand {
        let fixture: ClusterFixture
        let node: ClusterFixture.Node
        let account: AccountRecord
        let key: KeyRecord
        let secret: Secret

        /// How many calls are granted while the counters can't be asked.
        func drain(_ secret: Secret? = nil) async -> Int {
            node.store.cutOff(true)
            defer { node.store.cutOff(false) }
            for granted in 0..<2000 {
                guard await node.code(secret ?? self.secret) == nil else { return granted }
            }
            return 2000
        }

        /// Calls until some are charged ahead, which are left.
        func warmUp() async {
            for _ in 0..<200 { #expect(await node.code(secret) == nil) }
            for _ in 0..<40 where await node.engine.isChargedAhead(key, account) == false {
                #expect(await node.code(secret) == nil)
            }
            #expect(await node.engine.isChargedAhead(key, account))
        }
    }

    private func stand(_ owner: Owner) async throws -> Stand {
        let fixture = try await ClusterFixture()
        let node = try await fixture.node()
        var record = AccountRecord(id: .make(atMilliseconds: 1), name: "acme", createdAt: Timestamp(milliseconds: 0))
        record.limits = owner == .key ? [] : [Self.limit]
        let account = record
        let change = try await node.store.write { store in
            try store.insert(account)
            return try store.recordChange(.account(account.id))
        }
        try await node.engine.apply([change], waits: false)
        let (key, secret) = try await fixture.createKey(by: node) { key in
            key.account = account.id
            key.limits = owner == .account ? [] : [Self.limit]
        }
        await node.engine.counterKeeper.tend()
        return Stand(fixture: fixture, node: node, account: account, key: key, secret: secret)
    }

    @Test("what was charged ahead is granted without a question, each call once", arguments: Owner.allCases)
    func each(_ owner: Owner) async throws {
        let stand = try await stand(owner)
        await stand.warmUp()
        let granted = await stand.drain()
        #expect((1...10).contains(granted), "\(granted)")
        #expect(await stand.drain() == 0)
    }

    @Test("no longer than its bucket lasts", arguments: Owner.allCases)
    func end(_ owner: Owner) async throws {
        let stand = try await stand(owner)
        await stand.warmUp()
        stand.fixture.clock.advance(by: .milliseconds(100))
        #expect(await stand.drain() == 0)
    }

    @Test("what was charged to limits that hold no more is granted to nobody", arguments: Owner.allCases)
    func changed(_ owner: Owner) async throws {
        let stand = try await stand(owner)
        await stand.warmUp()
        let (key, account) = (stand.key, stand.account)
        let change = try await stand.node.store.write { store in
            switch owner {
            case .key:
                var key = key
                key.limits = [.requests(9, per: .milliseconds(3200))]
                try store.update(key)
                return try store.recordChange(.key(key.id, [stand.secret.digest]))
            case .account, .both:
                var account = account
                account.limits = [.requests(9, per: .milliseconds(3200))]
                try store.update(account)
                return try store.recordChange(.account(account.id))
            }
        }
        try await stand.node.engine.apply([change], waits: false)
        for _ in 0..<3 { #expect(await stand.node.code(stand.secret) == .rateLimited) }
    }

    @Test("what an account was charged ahead is for its keys without limits of their own, and for no other")
    func accounts() async throws {
        let stand = try await stand(.account)
        func makeKey(_ limits: [LimitDefinition]) async throws -> Secret {
            let secret = try await stand.fixture.createKey(by: stand.node) { key in
                key.account = stand.account.id
                key.limits = limits
            }.secret
            #expect(await stand.node.code(secret) == nil)
            return secret
        }
        let (free, limited) = (try await makeKey([]), try await makeKey([Self.limit]))
        await stand.warmUp()
        #expect(await stand.drain(limited) == 0)
        #expect(await stand.drain(free) > 0)
    }
}

extension KeyEngine {
    /// Whether the next call would not have to ask.
    fileprivate func isChargedAhead(_ key: KeyRecord, _ account: AccountRecord) async -> Bool {
        let now = now.monotonic
        return [Subject(key.id), Subject(account.id)].contains { subject in
            allowances.existingState(for: subject)?.withContent { $0.shared?.leased(for: .oneRequest, at: now) != nil }
                == true
        }
    }
}
