import LanyardCore
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Loading and changing keys")
struct LoadTests {
    @Test("a key is loaded once, however many ask for it at the same time")
    func singleFlight() async throws {
        let fixture = try await EngineFixture()
        let (_, secret, _) = try await fixture.insertKey()
        let readsBefore = fixture.store.reads
        fixture.store.closeGate()
        async let all: Void = withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask { #expect(await fixture.code(secret) == nil) }
            }
        }
        await fixture.store.waitUntilHeld(1)
        fixture.store.openGate()
        await all
        #expect(fixture.store.reads - readsBefore <= 2)
        #expect(await fixture.code(secret) == nil)
        #expect(fixture.store.reads - readsBefore <= 2, "a cached key asks the store nothing")
    }

    @Test("a key that was revoked while it was being loaded is denied")
    func fillRace() async throws {
        let fixture = try await EngineFixture()
        let (key, secret, _) = try await fixture.insertKey()
        fixture.store.closeGate()
        async let code = fixture.code(secret)
        await fixture.store.waitUntilHeld(1)
        // The load has read the key as it was; now it is revoked, and that is acknowledged.
        try await fixture.update(key, secret) { $0.revokedAt = fixture.clock.now().wall }
        fixture.store.openGate()
        #expect(await code == .revokedKey)
        #expect(await fixture.code(secret) == .revokedKey)
    }

    @Test("a digest that became known while it was being looked up is found")
    func unknownToCreated() async throws {
        let fixture = try await EngineFixture()
        let live = try #require(EnvironmentName("live"))
        let secret = Secret.generate(prefix: fixture.project.prefix, environment: live)
        fixture.store.closeGate()
        async let code = fixture.code(secret)
        await fixture.store.waitUntilHeld(1)
        let key = KeyRecord(
            id: KeyID.make(atMilliseconds: 7), name: "late", project: fixture.project.id, environment: live,
            hint: secret.hint, createdAt: fixture.clock.now().wall)
        let change = try await fixture.store.write { store in
            let record = SecretRecord(digest: secret.digest, key: key.id, publicKey: nil, createdAt: key.createdAt)
            _ = try store.insert(key, secret: record)
            return try store.recordChange(.key(key.id, [secret.digest]))
        }
        try await fixture.engine.apply([change])
        fixture.store.openGate()
        #expect(await code == nil)
        #expect(await fixture.code(secret) == nil)
    }

    @Test("an unknown digest is remembered, and a new key takes effect at once")
    func absent() async throws {
        let fixture = try await EngineFixture()
        let (key, secret, change) = try await fixture.insertKey()
        let stranger = Secret.generate(prefix: fixture.project.prefix, environment: key.environment)
        #expect(await fixture.code(stranger) == .unknownKey)
        let reads = fixture.store.reads
        #expect(await fixture.code(stranger) == .unknownKey)
        #expect(fixture.store.reads == reads, "the second look-up came from memory")
        try await fixture.engine.apply([change])
        #expect(await fixture.code(secret) == nil)
    }

    @Test("each kind of change reaches a cached key", arguments: ["key", "account", "plan", "role"])
    func changes(kind: String) async throws {
        let fixture = try await EngineFixture()
        let at = fixture.clock.now().wall
        let scope = try #require(Scope("invoices:read"))
        var account = AccountRecord(id: AccountID.make(atMilliseconds: 1), name: "acme", createdAt: at)
        var plan = PlanRecord(id: PlanID.make(atMilliseconds: 1), name: "free", createdAt: at)
        var role = RoleRecord(id: RoleID.make(atMilliseconds: 1), name: "reader", scopes: [scope], createdAt: at)
        let (accountBefore, planBefore, roleBefore) = (account, plan, role)
        try await fixture.store.write { store in
            try store.insert(accountBefore)
            try store.insert(planBefore)
            try store.insert(roleBefore)
        }
        let (key, secret) = try await fixture.createKey { key in
            key.account = accountBefore.id
            key.plan = planBefore.id
            key.roles = [roleBefore.id]
        }
        func verify() async throws -> DenialCode? {
            switch try await fixture.engine.verify(secret.reveal(), scope: "invoices:read") {
            case .grant: nil
            case .deny(let denial): denial.code
            }
        }
        #expect(try await verify() == nil)
        switch kind {
        case "key":
            try await fixture.update(key, secret) { $0.isDisabled = true }
            #expect(try await verify() == .disabledKey)
        case "account":
            account.isSuspended = true
            let after = account
            let change = try await fixture.store.write { store in
                try store.update(after)
                return try store.recordChange(.account(after.id))
            }
            try await fixture.engine.apply([change])
            #expect(try await verify() == .accountSuspended)
        case "plan":
            plan.limits = [LimitDefinition(name: "one", unit: .requests, amount: 1, windowMilliseconds: 60_000)]
            let after = plan
            let change = try await fixture.store.write { store in
                try store.update(after)
                return try store.recordChange(.plan(after.id))
            }
            try await fixture.engine.apply([change])
            #expect(try await verify() == nil)
            #expect(try await verify() == .rateLimited)
        default:
            role.scopes = []
            let after = role
            let change = try await fixture.store.write { store in
                try store.update(after)
                return try store.recordChange(.role(after.id))
            }
            try await fixture.engine.apply([change])
            #expect(try await verify() == .insufficientScope)
        }
    }

    @Test("an account whose suspension was committed but could not be read again admits nobody")
    func failsClosed() async throws {
        let fixture = try await EngineFixture()
        var account = AccountRecord(
            id: AccountID.make(atMilliseconds: 1), name: "a", createdAt: fixture.clock.now().wall)
        let before = account
        try await fixture.store.write { try $0.insert(before) }
        let (_, secret) = try await fixture.createKey { $0.account = before.id }
        #expect(await fixture.code(secret) == nil)
        account.isSuspended = true
        let after = account
        let change = try await fixture.store.write { store in
            try store.update(after)
            return try store.recordChange(.account(after.id))
        }
        fixture.store.failReads(true)
        await #expect(throws: EngineError.self) { try await fixture.engine.apply([change]) }
        #expect(await fixture.code(secret) == .unavailable)
        fixture.store.failReads(false)
        await fixture.engine.maintain()
        #expect(await fixture.code(secret) == .accountSuspended)
    }

    @Test("a store that can't be read denies what is not cached, and what is cached goes on")
    func storeDown() async throws {
        let fixture = try await EngineFixture()
        let (_, cached) = try await fixture.createKey()
        let (_, uncached) = try await fixture.createKey()
        #expect(await fixture.code(cached) == nil)
        fixture.store.failReads(true)
        #expect(await fixture.code(cached) == nil)
        #expect(await fixture.code(uncached) == .unavailable)
    }

    @Test("an address that presents unknown keys without end is refused before the store is asked, known keys are not")
    func unknownKeyBudget() async throws {
        var configuration = EngineConfiguration()
        configuration.unknownKeysPerMinute = 5
        let fixture = try await EngineFixture(configuration: configuration)
        let (key, known) = try await fixture.createKey()
        let address = try #require(IPAddress("198.51.100.9"))
        #expect(await fixture.code(known, address: address) == nil)
        for _ in 0..<5 {
            let stranger = Secret.generate(prefix: fixture.project.prefix, environment: key.environment)
            #expect(await fixture.code(stranger, address: address) == .unknownKey)
        }
        let reads = fixture.store.reads
        let stranger = Secret.generate(prefix: fixture.project.prefix, environment: key.environment)
        #expect(await fixture.code(stranger, address: address) == .tooManyUnknownKeys)
        #expect(fixture.store.reads == reads)
        #expect(await fixture.code(known, address: address) == nil)
        #expect(await fixture.code(stranger, address: IPAddress("198.51.100.10")) == .unknownKey)
        fixture.clock.advance(by: .seconds(61))
        let another = Secret.generate(prefix: fixture.project.prefix, environment: key.environment)
        #expect(await fixture.code(another, address: address) == .unknownKey)
    }

    @Test("texts of other systems are malformed until something was imported, and looked up since")
    func foreign() async throws {
        let fixture = try await EngineFixture()
        let text = "sk_legacy_0123456789"
        let secret = Array(text.utf8).withUnsafeBytes { Secret(presented: $0) }
        #expect(await fixture.code(secret) == .malformedKey)
        var key = KeyRecord(
            id: KeyID.make(atMilliseconds: 9), name: "legacy", project: fixture.project.id,
            environment: fixture.project.environments[0], hint: "", createdAt: fixture.clock.now().wall)
        key.isImported = true
        let imported = key
        let change = try await fixture.store.write { store in
            _ = try store.insert(
                imported,
                secret: SecretRecord(
                    digest: secret.digest, key: imported.id, publicKey: nil, createdAt: imported.createdAt))
            return try store.recordChange(.imports([secret.digest]))
        }
        try await fixture.engine.apply([change])
        #expect(await fixture.code(secret) == nil)
    }
}
