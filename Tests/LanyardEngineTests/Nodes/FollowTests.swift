import LanyardCore
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Following what other nodes change")
struct FollowTests {
    @Test("a change that another node has made holds from the next look on")
    func follows() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        try await fixture.revoke(key, secret, by: first)
        #expect(await second.code(secret) == nil, "nothing has been looked at yet")
        await second.engine.catchUp()
        #expect(await second.code(secret) == .revokedKey)
        #expect(second.engine.epoch == 2)
        #expect(fixture.standings()[second.engine.nodeID]?.epoch == 2)
    }

    @Test("each kind of change reaches other nodes", arguments: ["account", "plan", "role", "policy", "project"])
    func kinds(kind: String) async throws {
        let fixture = try await ClusterFixture()
        let (first, second) = (try await fixture.node(), try await fixture.node())
        let at = fixture.clock.now().wall
        let account = AccountRecord(id: .make(atMilliseconds: 1), name: "acme", createdAt: at)
        let plan = PlanRecord(id: .make(atMilliseconds: 1), name: "free", createdAt: at)
        let role = RoleRecord(id: .make(atMilliseconds: 1), name: "reader", scopes: [], createdAt: at)
        try await first.store.write { store in
            try store.insert(account)
            try store.insert(plan)
            try store.insert(role)
        }
        let (_, secret) = try await fixture.createKey(by: first) { key in
            (key.account, key.plan, key.roles) = (account.id, plan.id, [role.id])
        }
        await second.engine.catchUp()
        #expect(await second.code(secret) == nil)
        let project = fixture.project
        let policy = PolicyRecord(id: .make(atMilliseconds: 2), name: "gate", createdAt: at)
        _ = try await first.store.write { store in
            switch kind {
            case "account":
                var account = account
                account.isSuspended = true
                try store.update(account)
                return try store.recordChange(.account(account.id))
            case "plan":
                var plan = plan
                plan.limits = [LimitDefinition(name: "one", unit: .requests, amount: 1, windowMilliseconds: 60_000)]
                try store.update(plan)
                return try store.recordChange(.plan(plan.id))
            case "role":
                var role = role
                role.scopes = [try Scope(parsing: "invoices:read")]
                try store.update(role)
                return try store.recordChange(.role(role.id))
            case "policy":
                try store.insert(policy)
                return try store.recordChange(.policy(policy.id))
            default:
                var project = project
                project.name = "billing"
                try store.update(project)
                return try store.recordChange(.project(project.id))
            }
        }
        await second.engine.catchUp()
        switch kind {
        case "account": #expect(await second.code(secret) == .accountSuspended)
        case "plan":
            #expect(await second.code(secret) == nil)
            #expect(await second.code(secret) == .rateLimited)
        case "role":
            let verification = try await second.engine.verify(secret.reveal(), scope: "invoices:read")
            guard case .grant = verification else {
                Issue.record("the role's new scope is not known: \(verification)")
                return
            }
        case "policy": #expect(second.engine.policy(named: "gate") != nil)
        default:
            #expect(second.engine.project(named: "billing") != nil)
            #expect(second.engine.project(named: "payments") == nil)
        }
    }

    @Test("what a node changes itself holds at once, and says nothing about what others have changed before")
    func contiguous() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        let (other, otherSecret) = try await fixture.createKey(by: first)
        await second.engine.catchUp()
        #expect(await second.code(otherSecret) == nil)
        // Change 3 is another's, and not seen; change 4 is its own.
        try await fixture.revoke(key, secret, by: first)
        try await fixture.revoke(other, otherSecret, by: second)
        #expect(await second.code(otherSecret) == .revokedKey)
        #expect(second.engine.epoch == 2)
        #expect(await second.code(secret) == nil)
        await second.engine.catchUp()
        #expect(second.engine.epoch == 4)
        #expect(await second.code(secret) == .revokedKey)
    }

    @Test("many changes are applied portion by portion, to the last")
    func portions() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        let count = ChangePortion.limit * 2 + 7
        try await first.store.write { store in
            for _ in 1..<count { _ = try store.recordChange(.role(.make(atMilliseconds: 1))) }
        }
        try await fixture.revoke(key, secret, by: first)
        await second.engine.catchUp()
        #expect(second.engine.epoch == Int64(count + 1))
        #expect(await second.code(secret) == .revokedKey)
    }

    @Test("a load that was held back while another node revoked the key grants nothing")
    func fillRace() async throws {
        let fixture = try await ClusterFixture()
        let (first, second) = (try await fixture.node(), try await fixture.node())
        let (key, secret) = try await fixture.createKey(by: first)
        await second.engine.catchUp()
        second.store.loads.close()
        async let code = second.code(secret)
        await second.store.loads.waitUntilHeld(1)
        async let acknowledgement = fixture.revokeAcknowledged(key, secret, by: first)
        while second.engine.epoch < 2 { await second.engine.catchUp() }
        #expect(Set(try await acknowledgement.acknowledgedBy) == [first.engine.nodeID, second.engine.nodeID])
        second.store.loads.open()
        #expect(await code == .revokedKey)
        #expect(await second.code(secret) == .revokedKey)
    }

    @Test("a look-up that was held back while another node made the key finds it")
    func unknownToCreated() async throws {
        let fixture = try await ClusterFixture()
        let (first, second) = (try await fixture.node(), try await fixture.node())
        let secret = fixture.newSecret()
        second.store.loads.close()
        async let code = second.code(secret)
        await second.store.loads.waitUntilHeld(1)
        _ = try await fixture.createKey(by: first, secret)
        await second.engine.catchUp()
        second.store.loads.open()
        #expect(await code == nil)
    }

    @Test("a node that has just joined is waited for, and its loads are judged like any other's")
    func joining() async throws {
        let fixture = try await ClusterFixture()
        let first = try await fixture.node()
        let (key, secret) = try await fixture.createKey(by: first)
        await first.engine.catchUp()
        // It has joined and read its beginnings; it has confirmed nothing since.
        let joining = try await fixture.node()
        joining.store.loads.close()
        async let code = joining.code(secret)
        await joining.store.loads.waitUntilHeld(1)
        async let acknowledgement = fixture.revokeAcknowledged(key, secret, by: first)
        while joining.engine.epoch < 2 { await joining.engine.catchUp() }
        #expect(try await acknowledgement.acknowledgedBy.contains(joining.engine.nodeID))
        joining.store.loads.open()
        #expect(await code == .revokedKey)
        let late = try await fixture.node()
        #expect(await late.code(secret) == .revokedKey)
    }

    @Test("a node that hears no notices looks by itself")
    func poll() async throws {
        let fixture = try await ClusterFixture()
        let (first, second, key, secret) = try await fixture.pair()
        second.store.loseNotices(true)
        let running = Task { try await second.engine.run() }
        // The clock stands still, so this ends by the confirmation alone.
        let acknowledgement = try await fixture.revokeAcknowledged(key, secret, by: first)
        #expect(acknowledgement.pending == [])
        #expect(acknowledgement.acknowledgedBy.contains(second.engine.nodeID))
        #expect(await second.code(secret) == .revokedKey)
        running.cancel()
        try await running.value
    }
}
