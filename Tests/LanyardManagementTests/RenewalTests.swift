import LanyardCore
import LanyardEngine
import LanyardStorage
import LanyardTesting
import Testing

@testable import LanyardManagement

@Suite("Rights are asked for when they are used")
struct RenewalTests {
    /// A key that administers everything, as a caller that was let in and has not done anything yet.
    private func admitted(_ world: World) async throws -> (issued: IssuedKey, caller: Caller) {
        let issued = try await world.key(in: ProjectRecord.lanyardName) { $0.roles = [.name("admin")] }
        let caller = Caller(
            keyID: issued.details.record.id, name: "admitted", scopes: issued.details.effectiveScopes,
            secret: issued.secret, wasAdmitted: true)
        return (issued, caller)
    }

    @Test("a caller whose key is revoked while its request is on its way changes nothing")
    func revoked() async throws {
        let world = try await World.withProjects()
        let (issued, caller) = try await admitted(world)
        _ = try await world.management.createKey(KeyDraft(name: "before"), as: caller)
        _ = try await world.management.revokeKey(issued.details.record.id, reason: nil, as: .operator)
        await #expect(throws: ManagementError.denied(.revokedKey)) {
            try await world.management.createKey(KeyDraft(name: "after"), as: caller)
        }
        let line = ImportLine(
            number: 1, digest: try #require(SecretDigest(bytes: Array(repeating: 7, count: 32))),
            draft: KeyDraft(name: "in"))
        await #expect(throws: ManagementError.denied(.revokedKey)) {
            try await world.management.importBatch([line], as: caller)
        }
    }

    @Test("a caller whose rights were taken away meanwhile goes by what it has left")
    func narrowed() async throws {
        let world = try await World.withProjects()
        let (issued, caller) = try await admitted(world)
        var patch = KeyPatch()
        patch.roles = .set([])
        patch.scopes = .set([try #require(Scope("lanyard:keys:write@payments"))])
        _ = try await world.management.updateKey(issued.details.record.id, patch, as: .operator)
        await #expect(throws: ManagementError.insufficientScope(missing: "lanyard:keys:write@default")) {
            try await world.management.createKey(KeyDraft(name: "elsewhere"), as: caller)
        }
        var draft = KeyDraft(name: "where it may")
        draft.project = .name("payments")
        _ = try await world.management.createKey(draft, as: caller)
    }

    @Test("an answer with a secret is not given again to a caller that could not be handed the key now")
    func replay() async throws {
        let world = try await World.withProjects()
        let (issued, caller) = try await admitted(world)
        var draft = KeyDraft(name: "administrator")
        draft.project = .name(ProjectRecord.lanyardName)
        draft.roles = [.name("admin")]
        let wanted = draft
        let request = try IdempotentRequest(key: "once", requestHash: Array(repeating: 1, count: 32))
        func create() async throws -> AnsweredChange {
            try await world.management.createKey(wanted, as: caller, idempotency: request) { issued in
                RenderedAnswer(status: 201, body: Array(issued.secret.reveal().utf8))
            }
        }
        _ = try await create()
        #expect(try await create().isReplay)
        var patch = KeyPatch()
        patch.roles = .set([])
        patch.scopes = .set([try #require(Scope("lanyard:keys:write"))])
        _ = try await world.management.updateKey(issued.details.record.id, patch, as: .operator)
        await #expect(throws: ManagementError.self) { try await create() }
    }

    @Test("a project to which scopes are bound is not deleted: its name would carry them to the next")
    func boundScopes() async throws {
        let world = try await World.withProjects()
        _ = try await world.role("clerks", "lanyard:keys:read@orders")
        let orders = try await world.project("orders")
        await #expect(throws: ManagementError.self) {
            try await world.management.deleteProject(orders.id, as: .operator)
        }
    }

    @Test("a key leaves a suspended account only by the hand of somebody who could resume it")
    func suspendedAccount() async throws {
        let world = try await World.withProjects()
        let account = try await world.account("acme")
        let issued = try await world.key(in: "payments") { $0.account = .id(account.id) }
        _ = try await world.management.suspendAccount(account.id, reason: nil, as: .operator)
        let clerk = try await world.key(in: ProjectRecord.lanyardName) { draft in
            draft.scopes = [try #require(Scope("lanyard:keys:*"))]
        }
        let caller = Caller(keyID: clerk.details.record.id, name: "clerk", scopes: clerk.details.effectiveScopes)
        var patch = KeyPatch()
        patch.account = .set(nil)
        await #expect(throws: ManagementError.insufficientScope(missing: "lanyard:accounts:write")) {
            try await world.management.updateKey(issued.details.record.id, patch, as: caller)
        }
    }

    @Test("an old answer's body is erased within a minute of its time, and only that it was given stays known")
    func erased() async throws {
        let world = try await World.withProjects()
        let (_, caller) = try await admitted(world)
        let request = try IdempotentRequest(key: "once", requestHash: Array(repeating: 1, count: 32))
        _ = try await world.management.createKey(KeyDraft(name: "k"), as: caller, idempotency: request) { issued in
            RenderedAnswer(status: 201, body: Array(issued.secret.reveal().utf8))
        }
        let id = IdempotencySeal(request, caller: try #require(caller.keyID), secret: try #require(caller.secret)).id
        await world.engine.maintain()
        #expect(try await world.store.read { try $0.idempotentAnswer(id)?.sealedBody.isEmpty } == false)
        world.clock.advance(by: .seconds(16 * 60))
        await world.engine.maintain()
        #expect(try await world.store.read { try $0.idempotentAnswer(id)?.sealedBody.isEmpty } == true)
        world.clock.advance(by: .seconds(24 * 3600))
        await world.engine.maintain()
        #expect(try await world.store.read { try $0.idempotentAnswer(id) } == nil)
    }
}
