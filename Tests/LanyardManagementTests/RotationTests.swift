import LanyardCore
import LanyardEngine
@testable import LanyardManagement
import LanyardStorage
import LanyardTesting
import Testing

@Suite("Rotation")
struct RotationTests {
    private func rotate(_ world: World, _ id: KeyID, grace: Duration? = nil) async throws -> RotatedKeyDetails {
        try await world.management.rotateKey(id, grace: grace, as: .operator).value
    }

    @Test("the older secret works until its grace of a day is over")
    func standardGrace() async throws {
        let world = try await World.empty()
        let issued = try await world.key(KeyDraft(name: "cron"))
        let rotated = try await rotate(world, issued.details.record.id)
        #expect(rotated.previousExpiresAt == world.now.advanced(byMilliseconds: 86_400_000))
        #expect(rotated.details.record.hint == rotated.secret.hint)
        #expect(rotated.secret != issued.secret)
        #expect(try await world.verdict(issued.secret) == "ok")
        #expect(try await world.verdict(rotated.secret) == "ok")
        world.clock.advance(by: .seconds(86_400))
        #expect(try await world.verdict(issued.secret) == "rotated_key")
        #expect(try await world.verdict(rotated.secret) == "ok")
    }

    @Test("both secrets draw on one limit")
    func sharedLimit() async throws {
        let world = try await World.empty()
        var draft = KeyDraft(name: "cron")
        draft.limits = [.requests(2, per: .seconds(60))]
        let issued = try await world.key(draft)
        #expect(try await world.verdict(issued.secret) == "ok")
        let rotated = try await rotate(world, issued.details.record.id)
        #expect(try await world.verdict(rotated.secret) == "ok")
        #expect(try await world.verdict(issued.secret) == "rate_limited")
    }

    @Test("no grace ends the older secret at once")
    func noGrace() async throws {
        let world = try await World.empty()
        let issued = try await world.key(KeyDraft(name: "cron"))
        #expect(try await world.verdict(issued.secret) == "ok")
        let rotated = try await rotate(world, issued.details.record.id, grace: .zero)
        #expect(try await world.verdict(issued.secret) == "rotated_key")
        #expect(try await world.verdict(rotated.secret) == "ok")
    }

    @Test(
        "secrets of earlier rotations keep an earlier end, and never get a later one than the secret they made way for")
    func earlierRotations() async throws {
        let world = try await World.empty()
        let first = try await world.key(KeyDraft(name: "cron"))
        let id = first.details.record.id
        let second = try await rotate(world, id, grace: .seconds(10))
        let third = try await rotate(world, id, grace: .seconds(100))
        world.clock.advance(by: .seconds(10))
        #expect(try await world.verdict(first.secret) == "rotated_key")
        #expect(try await world.verdict(second.secret) == "ok")
        let fourth = try await rotate(world, id, grace: .seconds(5))
        world.clock.advance(by: .seconds(5))
        #expect(try await world.verdict(second.secret) == "rotated_key")
        #expect(try await world.verdict(third.secret) == "rotated_key")
        #expect(try await world.verdict(fourth.secret) == "ok")
    }

    @Test("a grace is 0 to 30 days", arguments: [Duration.seconds(-1), .seconds(30 * 86_400 + 1), .milliseconds(-1)])
    func graceBounds(_ grace: Duration) async throws {
        let world = try await World.empty()
        let id = try await world.key(KeyDraft(name: "cron")).details.record.id
        #expect(try await refusal { _ = try await rotate(world, id, grace: grace) } == .invalid("/grace"))
        _ = try await rotate(world, id, grace: .seconds(30 * 86_400))
    }

    @Test("a key has at most 8 secrets that work, and a shorter grace makes room")
    func liveSecrets() async throws {
        let world = try await World.empty()
        let id = try await world.key(KeyDraft(name: "cron")).details.record.id
        for _ in 1..<RecordBounds.liveSecrets { _ = try await rotate(world, id) }
        let before = try await world.traces()
        #expect(try await refusal { _ = try await rotate(world, id) } == .conflict)
        #expect(try await world.traces() == before)
        _ = try await rotate(world, id, grace: .zero)
        let now = world.now
        let live = try await world.secrets(of: id).filter { $0.graceEndsAt.map { $0 > now } ?? true }
        #expect(live.count == 1)
    }

    @Test("secrets that ended long ago are forgotten")
    func forgetting() async throws {
        let world = try await World.empty()
        let issued = try await world.key(KeyDraft(name: "cron"))
        let id = issued.details.record.id
        for _ in 0..<(RotationBounds.endedSecrets + 3) {
            world.clock.advance(by: .seconds(1))
            _ = try await rotate(world, id, grace: .zero)
        }
        #expect(try await world.secrets(of: id).count == RotationBounds.endedSecrets + 1)
        #expect(try await world.verdict(issued.secret) == "unknown_key")
    }

    @Test("an imported key becomes a native one")
    func imported() async throws {
        let world = try await World.withProjects()
        let text = Array("sk_legacy_1".utf8).withUnsafeBytes { Secret(presented: $0) }
        var draft = KeyDraft(name: "legacy")
        draft.project = .name("payments")
        let line = ImportLine(number: 1, digest: text.digest, draft: draft)
        let outcome = try await world.management.importBatch([line], as: .operator)
        guard case .imported(let id) = outcome.first?.result else {
            Issue.record("the line was refused: \(outcome)")
            return
        }
        #expect(try await world.verdict(text) == "ok")
        let rotated = try await rotate(world, id)
        #expect(!rotated.details.record.isImported)
        #expect(rotated.details.record.hint == rotated.secret.hint)
        #expect(rotated.secret.reveal().hasPrefix("pay_live_"))
        #expect(try await world.verdict(text) == "ok")
        #expect(try await world.verdict(rotated.secret) == "ok")
        world.clock.advance(by: .seconds(86_400))
        #expect(try await world.verdict(text) == "rotated_key")
    }

    @Test("a revoked key takes its older secrets along")
    func revoked() async throws {
        let world = try await World.empty()
        let issued = try await world.key(KeyDraft(name: "cron"))
        let rotated = try await rotate(world, issued.details.record.id)
        #expect(try await world.verdict(issued.secret) == "ok")
        #expect(try await world.verdict(rotated.secret) == "ok")
        _ = try await world.management.revokeKey(issued.details.record.id, reason: nil, as: .operator)
        #expect(try await world.verdict(issued.secret) == "revoked_key")
        #expect(try await world.verdict(rotated.secret) == "revoked_key")
    }
}
