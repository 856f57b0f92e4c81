import Foundation
import LanyardCore
@testable import LanyardManagement
import LanyardStorage
import Testing

@Suite("The audit log")
struct AuditTests {
    /// One call of each kind; the actions that they leave.
    private static let calls: [@Sendable (Target, Caller) async throws -> Void] = [
        { target, caller in
            var draft = KeyDraft(name: "audited")
            draft.metadata = Metadata(json: "{\"a\":1}")
            let id = try await target.management.createKey(draft, as: caller).value.details.record.id
            var patch = KeyPatch()
            patch.name = .set("renamed")
            _ = try await target.management.updateKey(id, patch, as: caller)
            _ = try await target.management.rotateKey(id, grace: nil, as: caller)
            _ = try await target.management.disableKey(id, as: caller)
            _ = try await target.management.enableKey(id, as: caller)
            _ = try await target.management.revokeKey(id, reason: "over", as: caller)
            try await target.management.deleteKey(id, as: caller)
            let digest = Array("legacy".utf8).withUnsafeBytes { SecretDigest(hashing: $0) }
            let line = ImportLine(number: 1, digest: digest, draft: KeyDraft(name: "legacy"))
            _ = try await target.management.importBatch([line], as: caller)
        },
        { target, caller in
            let id = try await target.management.createProject(ProjectDraft(name: "audited"), as: caller).value.id
            var patch = ProjectPatch()
            patch.environments = .set([.live])
            _ = try await target.management.updateProject(id, patch, as: caller)
            try await target.management.deleteProject(id, as: caller)
        },
        { target, caller in
            let id = try await target.management.createAccount(AccountDraft(name: "audited"), as: caller).value.id
            var patch = AccountPatch()
            patch.billingDay = .set(3)
            _ = try await target.management.updateAccount(id, patch, as: caller)
            _ = try await target.management.suspendAccount(id, reason: "unpaid", as: caller)
            _ = try await target.management.resumeAccount(id, as: caller)
            try await target.management.deleteAccount(id, as: caller)
            _ = try await target.management.revokeAccountKeys(target.account.id, reason: "over", as: caller)
        },
        { target, caller in
            let id = try await target.management.createPlan(PlanDraft(name: "audited"), as: caller).value.id
            var patch = PlanPatch()
            patch.limits = .set([.requests(1, per: .seconds(1))])
            _ = try await target.management.updatePlan(id, patch, as: caller)
            try await target.management.deletePlan(id, as: caller)
        },
        { target, caller in
            let draft = RoleDraft(name: "audited", scopes: [])
            let id = try await target.management.createRole(draft, as: caller).value.id
            var patch = RolePatch()
            patch.scopes = .set([try scope("a")])
            _ = try await target.management.updateRole(id, patch, as: caller)
            try await target.management.deleteRole(id, as: caller)
        },
        { target, caller in
            let id = try await target.management.createPolicy(PolicyDraft(name: "audited"), as: caller).value.record.id
            var patch = PolicyPatch()
            patch.scope = .set("a or b")
            _ = try await target.management.updatePolicy(id, patch, as: caller)
            try await target.management.deletePolicy(id, as: caller)
        },
        { target, _ in _ = try await target.management.recoverAdmin() },
        { target, caller in
            var draft = KeyDraft(name: "prepaid")
            draft.quotas = [QuotaDefinition(name: "trial", unit: .requests, amount: 10, period: .lifetime)]
            let id = try await target.management.createKey(draft, as: caller).value.details.record.id
            _ = try await target.management.creditKey(id, Credit(unit: .requests, units: 90), as: caller)
            var account = AccountDraft(name: "prepaid")
            account.quotas = draft.quotas
            let acme = try await target.management.createAccount(account, as: caller).value.id
            _ = try await target.management.creditAccount(acme, Credit(unit: .requests, units: -5), as: caller)
            try await target.world.use(80, of: id, terms: QuotaTerms(amount: 10, epoch: 1, alertAt: [80]))
            _ = try await target.management.recordAlerts(limit: 10)
        },
    ]

    @Test("every kind of change leaves its entry: who, what, before and after as JSON")
    func entries() async throws {
        let target = try await Target.make()
        let caller = try Caller.holding("lanyard:*")
        let start = try await target.world.traces()[1]
        for call in Self.calls { try await call(target, caller) }
        let all = try await target.world.allEntries()
        #expect(Set(all.map(\.event.action)) == Set(AuditAction.allCases.map(\.rawValue)))
        for entry in all where entry.sequence > start {
            let event = entry.event
            #expect(event.action.wholeMatch(of: /[a-z]+\.[a-z_]+/) != nil)
            if event.action != "admin.recover", event.action != "quota.alert" {
                #expect(event.actor == caller.keyID)
                #expect(event.actorName == "somebody")
                #expect(event.requestID == "request-1")
            }
            #expect(event.before != nil || event.after != nil)
            for json in [event.before, event.after].compactMap({ $0 }) {
                let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
                #expect(value is [String: Any])
            }
            let beginnings = ["create", "import", "recover", "revoke_keys", "alert"]
            #expect((event.before == nil) == beginnings.contains(event.verb))
            #expect((event.after == nil) == (event.verb == "delete"))
        }
    }

    @Test("no entry holds a secret, a digest or a public key")
    func withoutSecrets() async throws {
        let world = try await World.withProjects()
        let issued = try await world.key(in: "payments") {
            $0.scopes = [try scope("a")]
            $0.limits = [.requests(1, per: .seconds(1))]
        }
        let rotated = try await world.management.rotateKey(
            issued.details.record.id, grace: nil, as: .operator
        ).value
        _ = try await world.management.revokeKey(issued.details.record.id, reason: "leaked", as: .operator)
        let text = try await world.allEntries().map { "\($0.event)" }.joined()
        #expect(text.contains("\\\"hint\\\":\\\"\(rotated.secret.hint)"))
        for secret in [issued.secret, rotated.secret] {
            let whole = secret.reveal()
            #expect(!text.contains(whole))
            #expect(!text.contains(whole.suffix(49).prefix(12)))
            #expect(!text.contains(secret.digest.sha256Text.dropFirst(7).prefix(8)))
            #expect(!text.contains(try #require(secret.publicKey).description.prefix(8)))
            #expect(!text.contains(Base64.text(secret.digest.bytes).prefix(10)))
        }
    }

    @Test("before and after are readable: names as in the API, times in RFC 3339, members in order")
    func snapshot() async throws {
        let world = try await World.withProjects()
        let issued = try await world.key(in: "payments") {
            $0.limits = [
                .requests(10, per: .seconds(1), name: "burst"),
                LimitDefinition(name: "spend", unit: .usd, amount: 5_000_000_000, windowMilliseconds: 60_000),
            ]
            $0.expiry = .after(.seconds(60))
        }
        let after = try #require(try await world.lastEntry().after)
        let expiresAt = try #require(issued.details.record.expiresAt).rfc3339
        #expect(
            after == """
                {"allow_self_rotate":false,"disabled":false,"environment":"live","expires_at":"\(expiresAt)",\
                "hint":"\(issued.secret.hint)","imported":false,"ip_allowlist":[],"limits":[{"amount":10,"name":"burst",\
                "unit":"requests","window_ms":1000},{"amount_nano_usd":5000000000,"name":"spend","unit":"usd",\
                "window_ms":60000}],"metadata":"{}","methods":[],"name":"a key of payments","paths":[],\
                "project":"\(issued.details.project.id)","proof":"any","quotas":[],"roles":[],"scopes":[]}
                """)
    }

    @Test("a log is whole, over many pages")
    func whole() async throws {
        let world = try await World.empty()
        try await world.store.write { store in
            for number in 0..<(AuditVerification.pageSize + 10) {
                _ = try store.append(
                    AuditEvent(
                        at: world.now, actor: nil, actorName: "test", action: "test.entry", target: "\(number)"))
            }
        }
        let newest = try await world.traces()[1]
        #expect(newest > AuditVerification.pageSize)
        let found = try await world.management.verifyAudit(as: .operator)
        #expect(found.isIntact)
        #expect(found.entries == newest)
    }

    @Test("a changed, missing, doubled or moved entry is found where it stands")
    func tampering() {
        let entries = Self.chain(5)
        #expect(Self.firstBad(entries) == nil)
        for index in entries.indices {
            let sequence = Int64(index + 1)
            var changed = entries
            var event = entries[index].event
            event.target = "another"
            changed[index] = AuditEntry(
                sequence: sequence, event: event, previousHash: entries[index].previousHash,
                storedHash: entries[index].hash)
            #expect(Self.firstBad(changed) == sequence)
            // Whoever also computes its hash anew is found at the entry after; at the end, by a noted hash alone.
            changed[index] = AuditEntry(sequence: sequence, event: event, previousHash: entries[index].previousHash)
            #expect(Self.firstBad(changed) == (index == entries.count - 1 ? nil : sequence + 1))
            var missing = entries
            missing.remove(at: index)
            #expect(Self.firstBad(missing) == (index == entries.count - 1 ? nil : sequence))
            var doubled = entries
            doubled.insert(entries[index], at: index)
            #expect(Self.firstBad(doubled) == sequence + 1)
        }
        var moved = entries
        moved.swapAt(1, 2)
        #expect(Self.firstBad(moved) == 2)
    }

    @Test("an entry that is gone from the end of a page is found, because the newest is known")
    func hole() async throws {
        let world = try await World.empty()
        let whole = try await world.management.verifyAudit(as: .operator)
        #expect(whole == AuditVerification(entries: try await world.traces()[1], firstBadSequence: nil))
    }

    private static func chain(_ count: Int64) -> [AuditEntry] {
        var entries: [AuditEntry] = []
        for number in 1...count {
            let event = AuditEvent(
                at: Timestamp(milliseconds: number), actor: nil, actorName: "test", action: "test.entry", target: "t")
            let previous = entries.last?.hash ?? AuditEntry.firstPreviousHash
            entries.append(AuditEntry(sequence: number, event: event, previousHash: previous))
        }
        return entries
    }

    private static func firstBad(_ entries: [AuditEntry]) -> Int64? {
        var chain = AuditChain()
        return entries.allSatisfy { chain.append($0) } ? nil : chain.length + 1
    }
}

private enum Base64 {
    static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}

extension AuditEvent {
    fileprivate var verb: String { String(action.split(separator: ".").last ?? "") }
}
