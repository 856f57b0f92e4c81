import LanyardCore
import LanyardEngine
@testable import LanyardManagement
import LanyardStorage
import LanyardTesting
import Testing

@Suite("Keys")
struct KeyTests {
    @Test("a name is all that a key needs")
    func defaults() async throws {
        let world = try await World.empty()
        let issued = try await world.key(KeyDraft(name: "cron"))
        let key = issued.details
        #expect(key.project.name == "default")
        #expect(key.record.environment == .live)
        #expect(key.effectiveScopes.isEmpty)
        #expect(key.status == .active)
        #expect(key.record.createdAt == world.now)
        #expect(issued.secret.reveal().hasPrefix("lyd_live_"))
        #expect(issued.secret.hint == key.record.hint)
        #expect(try await world.verdict(issued.secret) == "ok")
        let secrets = try await world.secrets(of: key.record.id)
        #expect(secrets.map(\.digest) == [issued.secret.digest])
        #expect(secrets.map(\.publicKey) == [issued.secret.publicKey])
        #expect(secrets[0].publicKey != nil)
    }

    @Test("a key holds its own scopes, its roles' and its plan's")
    func effectiveScopes() async throws {
        let world = try await World.withProjects()
        _ = try await world.role("reader", "invoices:read")
        _ = try await world.plan("free", "invoices:list")
        let key = try await world.key(in: "payments") {
            $0.scopes = [try scope("invoices:write"), try scope("invoices:write")]
            $0.roles = [.name("reader"), .name("reader")]
            $0.plan = .name("free")
        }.details
        #expect(key.effectiveScopes.description == "invoices:list invoices:read invoices:write")
        #expect(key.record.scopes.count == 1)
        #expect(key.record.roles.count == 1)
        #expect(key.roles.map(\.name) == ["reader"])
    }

    @Test("a draft that breaks a rule is refused by the field's pointer", arguments: brokenDrafts)
    func rules(_ broken: BrokenDraft) async throws {
        let world = try await World.withProjects()
        let before = try await world.traces()
        var draft = KeyDraft(name: "a key")
        try broken.edit(&draft, world.now)
        let finished = draft
        #expect(try await refusal { _ = try await world.key(finished) } == .invalid(broken.pointers))
        #expect(try await world.traces() == before)
    }

    @Test("a draft on the edge of every bound is accepted")
    func edges() async throws {
        let world = try await World.empty()
        var draft = KeyDraft(name: String(repeating: "ä", count: 200))
        draft.scopes = try (1...RecordBounds.scopes).map { try scope("s\($0)") }
        draft.maximumInFlight = Int(RecordBounds.inFlight.upperBound)
        draft.metadata = Metadata(json: "{\"a\":\"\(String(repeating: "b", count: Metadata.maximumBytes - 8))\"}")
        draft.notBefore = world.now.advanced(byMilliseconds: 1)
        draft.expiry = .at(world.now.advanced(byMilliseconds: 2))
        let key = try await world.key(draft).details.record
        #expect(key.maximumInFlight == 1_000_000)
        #expect(key.metadata.json.utf8.count == Metadata.maximumBytes)
    }

    @Test("an expiry after a time is counted from the call")
    func expiresIn() async throws {
        let world = try await World.empty()
        var draft = KeyDraft(name: "short")
        draft.expiry = .after(.seconds(60))
        let issued = try await world.key(draft)
        #expect(issued.details.record.expiresAt == world.now.advanced(byMilliseconds: 60_000))
        world.clock.advance(by: .seconds(60))
        #expect(try await world.verdict(issued.secret) == "expired_key")
    }

    @Test("a change sets what it names, clears what it sets to nothing, and leaves the rest")
    func patching() async throws {
        let world = try await World.withProjects()
        let account = try await world.account("Acme")
        let key = try await world.key(in: "payments") {
            $0.scopes = [try scope("a")]
            $0.account = .id(account.id)
            $0.maximumInFlight = 3
            $0.metadata = Metadata(json: "{\"a\":1}")
        }.details.record
        world.clock.advance(by: .seconds(1))
        var patch = KeyPatch()
        patch.name = .set("renamed")
        patch.account = .set(nil)
        patch.scopes = .set([try scope("b")])
        patch.expiry = .set(.after(.seconds(5)))
        let changed = try await world.management.updateKey(key.id, patch, as: .operator)
        #expect(changed.acknowledgement.acknowledgedBy == [world.engine.nodeID])
        var expected = key
        expected.name = "renamed"
        expected.account = nil
        expected.scopes = [try scope("b")]
        expected.expiresAt = world.now.advanced(byMilliseconds: 5000)
        expected.updatedAt = world.now
        #expect(changed.value.record == expected)
        #expect(try await world.stored(key.id) == expected)
        var clearing = KeyPatch()
        clearing.expiry = .set(nil)
        clearing.maximumInFlight = .set(nil)
        let cleared = try await world.management.updateKey(key.id, clearing, as: .operator).value.record
        #expect(cleared.expiresAt == nil)
        #expect(cleared.maximumInFlight == nil)
    }

    @Test("a change that changes nothing leaves no trace, and is acknowledged")
    func emptyPatch() async throws {
        let world = try await World.empty()
        let key = try await world.key(KeyDraft(name: "cron")).details.record
        let before = try await world.traces()
        var patch = KeyPatch()
        patch.name = .set("cron")
        let changed = try await world.management.updateKey(key.id, patch, as: .operator)
        #expect(changed.value.record == key)
        #expect(changed.acknowledgement.acknowledgedBy == [world.engine.nodeID])
        #expect(try await world.traces() == before)
    }

    @Test("an expiry that has passed does not stand in the way of other changes")
    func changingAnExpiredKey() async throws {
        let world = try await World.empty()
        var draft = KeyDraft(name: "short")
        draft.expiry = .after(.seconds(1))
        let key = try await world.key(draft).details.record
        world.clock.advance(by: .seconds(2))
        var patch = KeyPatch()
        patch.name = .set("over")
        #expect(try await world.management.updateKey(key.id, patch, as: .operator).value.status == .expired)
        patch.expiry = .set(.at(world.now))
        let late = patch
        #expect(
            try await refusal { _ = try await world.management.updateKey(key.id, late, as: .operator) }
                == .invalid("/expires_at"))
    }

    @Test("disabling shuts a key until it is enabled")
    func disabling() async throws {
        let world = try await World.empty()
        let issued = try await world.key(KeyDraft(name: "cron"))
        let id = issued.details.record.id
        #expect(try await world.verdict(issued.secret) == "ok")
        #expect(try await world.management.disableKey(id, as: .operator).value.status == .disabled)
        #expect(try await world.verdict(issued.secret) == "disabled_key")
        let before = try await world.traces()
        _ = try await world.management.disableKey(id, as: .operator)
        #expect(try await world.traces() == before)
        #expect(try await world.management.enableKey(id, as: .operator).value.status == .active)
        #expect(try await world.verdict(issued.secret) == "ok")
    }

    @Test("a revoked key is denied when the call returns, and can only be deleted")
    func revoking() async throws {
        let world = try await World.empty()
        let issued = try await world.key(KeyDraft(name: "cron"))
        let id = issued.details.record.id
        #expect(try await refusal { try await world.management.deleteKey(id, as: .operator) } == .conflict)
        #expect(try await world.verdict(issued.secret) == "ok")
        let revoked = try await world.management.revokeKey(id, reason: "leaked", as: .operator)
        #expect(try await world.verdict(issued.secret) == "revoked_key")
        #expect(revoked.value.status == .revoked)
        let time = world.now
        world.clock.advance(by: .seconds(1))
        let again = try await world.management.revokeKey(id, reason: "again", as: .operator).value.record
        #expect(again.revokeReason == "leaked")
        #expect(again.revokedAt == time)
        for call in laterCalls {
            #expect(try await refusal { try await call(world.management, id) } == .conflict)
        }
        try await world.management.deleteKey(id, as: .operator)
        #expect(try await world.verdict(issued.secret) == "unknown_key")
        #expect(try await refusal { try await world.management.deleteKey(id, as: .operator) } == .notFound)
    }

    @Test("a repeated call reaches a cache that the first did not")
    func repeating() async throws {
        let world = try await World.withProjects()
        let account = try await world.account("Acme")
        let issued = try await world.key(in: "payments") { $0.account = .id(account.id) }
        let id = issued.details.record.id
        #expect(try await world.verdict(issued.secret) == "ok")
        // As if the process that suspended and revoked had been cut off between the commit and the caches.
        let now = world.now
        try await world.store.write { store in
            var account = account
            account.isSuspended = true
            try store.update(account)
        }
        #expect(try await world.verdict(issued.secret) == "ok")
        _ = try await world.management.suspendAccount(account.id, reason: nil, as: .operator)
        #expect(try await world.verdict(issued.secret) == "account_suspended")
        try await world.store.write { store in
            var key = issued.details.record
            key.revokedAt = now
            try store.update(key)
        }
        #expect(try await world.verdict(issued.secret) == "account_suspended")
        _ = try await world.management.revokeKey(id, reason: nil, as: .operator)
        #expect(try await world.verdict(issued.secret) == "revoked_key")
    }

    @Test("a reason has bounds", arguments: ["", "two\nlines", String(repeating: "a", count: 501)])
    func reasons(_ reason: String) async throws {
        let world = try await World.empty()
        let id = try await world.key(KeyDraft(name: "cron")).details.record.id
        #expect(
            try await refusal { _ = try await world.management.revokeKey(id, reason: reason, as: .operator) }
                == .invalid("/reason"))
    }

    @Test("a secret and its digest find their key")
    func lookup() async throws {
        let world = try await World.withProjects()
        let issued = try await world.key(in: "payments")
        let reader = try Caller.holding("lanyard:keys:read@payments")
        #expect(try await world.management.keyWithSecret(issued.secret.digest, as: reader) == issued.details)
        let other = Secret.generate(prefix: .lyd, environment: .live)
        #expect(
            try await refusal { _ = try await world.management.keyWithSecret(other.digest, as: reader) } == .notFound)
        let stranger = try Caller.holding("lanyard:keys:read@orders")
        #expect(
            try await refusal { _ = try await world.management.keyWithSecret(issued.secret.digest, as: stranger) }
                == .notFound)
    }
}

/// What can't be done with a revoked key.
private let laterCalls: [@Sendable (Management, KeyID) async throws -> Void] = [
    { _ = try await $0.updateKey($1, KeyPatch(), as: .operator) },
    { _ = try await $0.rotateKey($1, grace: nil, as: .operator) },
    { _ = try await $0.disableKey($1, as: .operator) },
    { _ = try await $0.enableKey($1, as: .operator) },
]

/// A draft that breaks one rule.
struct BrokenDraft: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let pointers: [String]
    let edit: @Sendable (inout KeyDraft, _ now: Timestamp) throws -> Void

    init(
        _ description: String, _ pointers: String...,
        edit: @escaping @Sendable (inout KeyDraft, Timestamp) throws -> Void
    ) {
        testDescription = description
        self.pointers = pointers
        self.edit = edit
    }
}

let brokenDrafts: [BrokenDraft] = [
    BrokenDraft("no name", "/name") { draft, _ in draft.name = "" },
    BrokenDraft("a long name", "/name") { draft, _ in draft.name = String(repeating: "a", count: 201) },
    BrokenDraft("a line break", "/name") { draft, _ in draft.name = "a\nb" },
    BrokenDraft("a control character", "/name") { draft, _ in draft.name = "a\u{1b}[31m" },
    BrokenDraft("a line separator", "/name") { draft, _ in draft.name = "a\u{2028}b" },
    BrokenDraft("an unknown project", "/project") { draft, _ in draft.project = .name("nowhere") },
    BrokenDraft("a project's name that is none", "/project") { draft, _ in draft.project = .name("No Where") },
    BrokenDraft("an unknown project's id", "/project") { draft, _ in
        draft.project = .id(.make(atMilliseconds: 1))
    },
    BrokenDraft("an environment that the project lacks", "/environment") { draft, _ in
        draft.environment = EnvironmentName("staging")
    },
    BrokenDraft("an unknown account", "/account") { draft, _ in draft.account = .name("cus_1") },
    BrokenDraft("an unknown plan", "/plan") { draft, _ in draft.plan = .name("gold") },
    BrokenDraft("an unknown role", "/roles/1") { draft, _ in draft.roles = [.name("admin"), .name("nobody")] },
    BrokenDraft("a scope of an unknown project", "/scopes/0") { draft, _ in
        draft.scopes = [try scope("lanyard:verify@nowhere")]
    },
    BrokenDraft("too many scopes", "/scopes") { draft, _ in
        draft.scopes = try (0...RecordBounds.scopes).map { try scope("s\($0)") }
    },
    BrokenDraft("a window too long", "/limits") { draft, _ in
        draft.limits = [.requests(1, per: .seconds(32 * 86_400))]
    },
    BrokenDraft("two limits of one name", "/limits") { draft, _ in
        draft.limits = [.requests(1, per: .seconds(1), name: "a"), .tokens(1, per: .seconds(1), name: "a")]
    },
    BrokenDraft("no call in flight", "/in_flight") { draft, _ in draft.maximumInFlight = 0 },
    BrokenDraft("too many calls in flight", "/in_flight") { draft, _ in draft.maximumInFlight = 1_000_001 },
    BrokenDraft("far too many calls in flight", "/in_flight") { draft, _ in draft.maximumInFlight = .max },
    BrokenDraft("too many networks", "/ip_allowlist") { draft, _ in
        draft.ipAllowlist = (0...UInt32(RecordBounds.networks)).map { CIDR(IPAddress(v4: $0)) }
    },
    BrokenDraft("too many methods", "/methods") { draft, _ in
        draft.methods = (0...RecordBounds.methods).compactMap { HTTPMethodName("M\($0)") }
    },
    BrokenDraft("too many paths", "/paths") { draft, _ in
        draft.paths = try (0...RecordBounds.paths).map { try PathPattern(parsing: "/\($0)") }
    },
    BrokenDraft("an expiry now", "/expires_at") { draft, now in draft.expiry = .at(now) },
    BrokenDraft("an expiry at once", "/expires_in") { draft, _ in draft.expiry = .after(.zero) },
    BrokenDraft("an expiry before the beginning", "/expires_at") { draft, now in
        draft.expiry = .at(now.advanced(byMilliseconds: 10))
        draft.notBefore = now.advanced(byMilliseconds: 10)
    },
    BrokenDraft("too much metadata", "/metadata") { draft, _ in
        draft.metadata = Metadata(json: "{\"a\":\"\(String(repeating: "b", count: Metadata.maximumBytes))\"}")
    },
    BrokenDraft("several at once", "/plan", "/in_flight", "/name") { draft, _ in
        draft.name = ""
        draft.plan = .name("gold")
        draft.maximumInFlight = -1
    },
]
