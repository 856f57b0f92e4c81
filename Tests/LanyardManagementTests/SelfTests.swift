import LanyardCore
import LanyardEngine
@testable import LanyardManagement
import LanyardStorage
import LanyardTesting
import Testing

@Suite("What a key may do for itself")
struct SelfTests {
    private func rotate(
        _ world: World, _ secret: Secret, grace: Duration? = nil, _ request: IdempotentRequest? = nil
    ) async throws -> Secret {
        let answer = try await world.management.rotateSelf(
            secret, grace: grace, requestID: "request-1", idempotency: request
        ) { RenderedAnswer(status: 201, body: Array($0.secret.reveal().utf8)) }
        return try #require(Secret(text: answer.answer.body))
    }

    private func rotatable(
        _ world: World, _ edit: (inout KeyDraft) throws -> Void = { _ in }
    ) async throws -> IssuedKey {
        try await world.key(in: "payments") {
            $0.allowsSelfRotation = true
            try edit(&$0)
        }
    }

    @Test("it may ask who it is, with every secret that works")
    func describe() async throws {
        let world = try await World.withProjects()
        let issued = try await rotatable(world)
        #expect(try await world.management.describeSelf(issued.secret) == issued.details)
        let newer = try await rotate(world, issued.secret)
        #expect(try await world.management.describeSelf(issued.secret).record.hint == newer.hint)
        world.clock.advance(by: .seconds(86_400))
        #expect(
            try await refusal { _ = try await world.management.describeSelf(issued.secret) } == .denied(.rotatedKey))
        #expect(
            try await refusal {
                _ = try await world.management.describeSelf(Secret.generate(prefix: .lyd, environment: .live))
            } == .denied(.unknownKey))
    }

    @Test("it gets a new secret if it was made for that, and is the actor of it")
    func rotation() async throws {
        let world = try await World.withProjects()
        let plain = try await world.key(in: "payments")
        #expect(try await refusal { _ = try await rotate(world, plain.secret) } == .selfRotation)
        let issued = try await rotatable(world)
        let newer = try await rotate(world, issued.secret)
        #expect(try await world.verdict(newer) == "ok")
        #expect(try await world.verdict(issued.secret) == "ok")
        let entry = try await world.lastEntry()
        #expect(entry.action == "key.rotate")
        #expect(entry.actor == issued.details.record.id)
        #expect(entry.requestID == "request-1")
    }

    @Test("an older secret can't rotate, though it still works, but can repeat the request that replaced it")
    func olderSecret() async throws {
        let world = try await World.withProjects()
        let issued = try await rotatable(world)
        let request = try IdempotentRequest(key: "once", requestHash: [1])
        let newer = try await rotate(world, issued.secret, request)
        #expect(try await refusal { _ = try await rotate(world, issued.secret) } == .conflict)
        #expect(try await rotate(world, issued.secret, request) == newer)
        _ = try await rotate(world, newer)
    }

    @Test("a key that is shut out can't rotate")
    func shutOut() async throws {
        let world = try await World.withProjects()
        let account = try await world.account("Acme")
        let suspended = try await rotatable(world) { $0.account = .id(account.id) }
        _ = try await world.management.suspendAccount(account.id, reason: nil, as: .operator)
        #expect(try await refusal { _ = try await rotate(world, suspended.secret) } == .denied(.accountSuspended))
        let disabled = try await rotatable(world)
        _ = try await world.management.disableKey(disabled.details.record.id, as: .operator)
        #expect(try await refusal { _ = try await rotate(world, disabled.secret) } == .denied(.disabledKey))
        let expired = try await rotatable(world) { $0.expiry = .after(.seconds(1)) }
        let early = try await rotatable(world) { $0.notBefore = world.now.advanced(byMilliseconds: 60_000) }
        world.clock.advance(by: .seconds(1))
        #expect(try await refusal { _ = try await rotate(world, expired.secret) } == .denied(.expiredKey))
        #expect(try await refusal { _ = try await rotate(world, early.secret) } == .denied(.notYetValid))
        let proven = try await rotatable(world) { $0.proof = .signature }
        #expect(try await refusal { _ = try await rotate(world, proven.secret) } == .denied(.proofRequired))
    }

    @Test("it may always revoke itself, once")
    func revocation() async throws {
        let world = try await World.withProjects()
        let account = try await world.account("Acme")
        let issued = try await world.key(in: "payments") {
            $0.account = .id(account.id)
            $0.expiry = .after(.seconds(1))
            $0.proof = .signature
        }
        let id = issued.details.record.id
        _ = try await world.management.suspendAccount(account.id, reason: nil, as: .operator)
        _ = try await world.management.disableKey(id, as: .operator)
        world.clock.advance(by: .seconds(5))
        let revoked = try await world.management.revokeSelf(issued.secret, reason: "leaked", requestID: nil)
        #expect(revoked.value.status == .revoked)
        #expect(revoked.acknowledgement.acknowledgedBy == [world.engine.nodeID])
        #expect(try await world.lastEntry().actor == id)
        #expect(
            try await refusal {
                _ = try await world.management.revokeSelf(issued.secret, reason: nil, requestID: nil)
            } == .denied(.revokedKey))
    }

    @Test("a secret whose grace is over can't revoke what replaced it")
    func revocationByOldSecret() async throws {
        let world = try await World.withProjects()
        let issued = try await rotatable(world)
        let newer = try await rotate(world, issued.secret, grace: .seconds(10))
        world.clock.advance(by: .seconds(10))
        #expect(
            try await refusal {
                _ = try await world.management.revokeSelf(issued.secret, reason: nil, requestID: nil)
            } == .denied(.rotatedKey))
        #expect(try await world.verdict(newer) == "ok")
    }
}
