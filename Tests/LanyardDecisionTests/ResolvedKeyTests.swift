import LanyardCore
import Testing

/// A key is packed for the cache, and answers show its record: nothing of it may be lost on the way.
@Suite("A cached key gives its record back")
struct ResolvedKeyTests {
    private static let digest = Array("lyd_live_any".utf8).withUnsafeBytes { SecretDigest(hashing: $0) }

    private static func resolved(
        _ record: KeyRecord, account: AccountRecord? = nil, graceEndsAt: Timestamp? = nil
    ) -> ResolvedKey {
        let owner = account.map { ResolvedAccount($0, state: AllowanceState(subject: Subject($0.id)), epoch: 1) }
        return ResolvedKey(
            record: record, digest: digest, graceEndsAt: graceEndsAt, projectName: "payments", account: owner,
            scopes: ScopeSet(record.scopes), state: AllowanceState(subject: Subject(record.id)), roleNames: [],
            planName: nil)
    }

    private static let minimal = KeyRecord(
        id: KeyID(high: 1, low: 2), name: "", project: ProjectID(high: 3, low: 4), environment: .live, hint: "",
        createdAt: Timestamp(milliseconds: 5))

    private static func full() throws -> KeyRecord {
        var record = minimal
        record.name = "größer 漢字 🔑"
        record.environment = .test
        record.account = AccountID(high: 5, low: 6)
        record.scopes = try ["invoices:read", "*:write"].map(Scope.init(parsing:))
        record.roles = [RoleID(high: 7, low: 8), RoleID(high: 1, low: 1)]
        record.plan = PlanID(high: 9, low: 10)
        record.limits = [.requests(10, per: .seconds(1)), .tokens(100_000, per: .seconds(60))]
        record.maximumInFlight = 8
        record.ipAllowlist = try ["203.0.113.0/24", "2001:db8::/32"].map(CIDR.init(parsing:))
        record.methods = ["POST", "GET"].compactMap(HTTPMethodName.init(_:))
        record.paths = try ["/v1/invoices/**"].map(PathPattern.init(parsing:))
        record.proof = .signature
        record.notBefore = Timestamp(milliseconds: -1)
        record.expiresAt = Timestamp(milliseconds: .max)
        record.isDisabled = true
        record.revokedAt = Timestamp(milliseconds: 0)
        record.revokeReason = "leaked"
        record.allowsSelfRotation = true
        record.metadata = Metadata(json: #"{"team":"billing"}"#)
        record.hint = "_x9Z"
        record.isImported = true
        record.updatedAt = Timestamp(milliseconds: 11)
        record.lastUsedAt = Timestamp(milliseconds: 12)
        return record
    }

    @Test("a record without anything, and one with everything, come back as they were")
    func roundTrip() throws {
        #expect(Self.resolved(Self.minimal).record == Self.minimal)
        let full = try Self.full()
        let account = AccountRecord(
            id: try #require(full.account), name: "acme", createdAt: Timestamp(milliseconds: 1))
        #expect(Self.resolved(full, account: account).record == full)
        // The id of a key that was made as all are tells when.
        var usual = KeyRecord(
            id: KeyID.make(atMilliseconds: 1_800_000_000_123), name: "usual", project: Self.minimal.project,
            environment: .live, hint: "abcd", createdAt: Timestamp(milliseconds: 1_800_000_000_123))
        #expect(Self.resolved(usual).record == usual)
        usual.createdAt = Timestamp(milliseconds: 1_800_000_000_124)
        #expect(Self.resolved(usual).record == usual)
    }

    @Test("it knows the digest that opens it, and until when")
    func opening() throws {
        let current = Self.resolved(Self.minimal)
        #expect(current.digest == Self.digest)
        #expect(current.graceEndsAt == nil)
        let end = Timestamp(milliseconds: 77)
        for record in [Self.minimal, try Self.full()] {
            let old = Self.resolved(record, graceEndsAt: end)
            #expect(old.graceEndsAt == end)
            #expect(old.notBefore == record.notBefore)
        }
    }

    @Test("a use is taken once")
    func use() {
        let key = Self.resolved(Self.minimal)
        #expect(!key.takeUse())
        key.touch()
        key.touch()
        #expect(key.takeUse())
        #expect(!key.takeUse())
    }

    @Test("each field comes back by itself")
    func fieldByField() throws {
        let full = try Self.full()
        let changes: [@Sendable (inout KeyRecord) -> Void] = [
            { $0.name = full.name }, { $0.environment = full.environment }, { $0.scopes = full.scopes },
            { $0.roles = full.roles }, { $0.plan = full.plan }, { $0.limits = full.limits },
            { $0.maximumInFlight = full.maximumInFlight }, { $0.ipAllowlist = full.ipAllowlist },
            { $0.methods = full.methods }, { $0.paths = full.paths }, { $0.proof = full.proof },
            { $0.notBefore = full.notBefore }, { $0.expiresAt = full.expiresAt }, { $0.isDisabled = true },
            { $0.revokedAt = full.revokedAt }, { $0.revokeReason = full.revokeReason },
            { $0.allowsSelfRotation = true }, { $0.metadata = full.metadata }, { $0.hint = full.hint },
            { $0.hint = "a" }, { $0.isImported = true }, { $0.updatedAt = full.updatedAt },
            { $0.lastUsedAt = full.lastUsedAt },
        ]
        for change in changes {
            var record = Self.minimal
            change(&record)
            #expect(Self.resolved(record).record == record)
        }
    }
}
