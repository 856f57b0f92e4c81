import Synchronization

/// Everything that a decision needs to know of a key as one of its secrets opens it, put together once from its record,
/// plan and roles. Immutable: a change makes a new one.
///
/// A node may hold millions of these, so what many keys share stands in ``traits``, what few have in an object of its own,
/// and times are kept without the byte that says whether they are there. A key that is being rotated is here twice, once
/// for each secret; its ``state`` is one. What a cache notes of it stands here as well: an object of the cache's own would
/// be one more to wait for in each decision.
package final class ResolvedKey: Sendable {
    /// Of the secret that opens it.
    package let digest: SecretDigest
    package let id: KeyID
    package let name: String
    package let traits: KeyTraits
    package let account: ResolvedAccount?
    package let state: AllowanceState
    /// `nil` where nothing restricts the key, as for most.
    package let restrictions: KeyRestrictions?
    private let rarities: KeyRarities?
    private let expiryMoment: PackedMoment
    private let lastUse: PackedMoment
    private let updatedAt: Timestamp
    private let packedHint: PackedHint
    package let proof: ProofRequirement
    private let flags: KeyFlags
    private let wasUsed = Atomic<Bool>(false)

    /// - Parameter graceEndsAt: Until when the secret opens the key; `nil` for the current one.
    package init(
        record: KeyRecord, digest: SecretDigest, graceEndsAt: Timestamp?, traits: KeyTraits, account: ResolvedAccount?,
        state: AllowanceState
    ) {
        self.digest = digest
        id = record.id
        name = record.name
        self.traits = traits
        self.account = account
        self.state = state
        restrictions = KeyRestrictions(record)
        rarities = KeyRarities(record, graceEndsAt: graceEndsAt)
        expiryMoment = PackedMoment(record.expiresAt)
        lastUse = PackedMoment(record.lastUsedAt)
        updatedAt = record.updatedAt
        packedHint = PackedHint(record.hint)
        proof = record.proof
        flags = KeyFlags(record)
    }

    /// A key that shares nothing with others.
    package convenience init(
        record: KeyRecord, digest: SecretDigest, graceEndsAt: Timestamp? = nil, projectName: String,
        account: ResolvedAccount?, scopes: ScopeSet, state: AllowanceState, roleNames: [String], planName: String?
    ) {
        let traits = KeyTraits(
            record, projectName: projectName, scopes: scopes, roleNames: roleNames, planName: planName)
        self.init(
            record: record, digest: digest, graceEndsAt: graceEndsAt, traits: traits, account: account, state: state)
    }

    package var project: ProjectID { traits.project }
    package var projectName: String { traits.projectName }
    package var environment: EnvironmentName { traits.environment }
    /// Its own scopes, its roles' and its plan's.
    package var scopes: ScopeSet { traits.scopes }
    package var roleNames: [String] { traits.roleNames }
    package var planName: String? { traits.planName }
    package var notBefore: Timestamp? { rarities?.notBefore }
    package var expiresAt: Timestamp? { expiryMoment.timestamp }
    package var isDisabled: Bool { flags.contains(.disabled) }
    package var revokedAt: Timestamp? { rarities?.revokedAt }
    /// Until when its secret opens it; `nil` for the current one.
    package var graceEndsAt: Timestamp? { rarities?.graceEndsAt }

    /// The record that it was made from, put together anew: for answers, not for decisions.
    package var record: KeyRecord {
        var record = KeyRecord(
            id: id, name: name, project: project, environment: environment, hint: packedHint.text,
            createdAt: rarities?.createdAt ?? id.moment)
        record.account = account?.id
        record.scopes = traits.ownScopes
        record.roles = traits.roles
        record.plan = traits.plan
        record.limits = traits.limits
        record.quotas = traits.quotas
        record.maximumInFlight = traits.maximumInFlight
        if let restrictions {
            record.ipAllowlist = restrictions.ipAllowlist
            record.methods = restrictions.methods
            record.paths = restrictions.pathPatterns
        }
        record.proof = proof
        record.notBefore = notBefore
        record.expiresAt = expiresAt
        record.isDisabled = isDisabled
        record.allowsSelfRotation = flags.contains(.selfRotation)
        record.isImported = flags.contains(.imported)
        record.updatedAt = updatedAt
        record.lastUsedAt = lastUse.timestamp
        if let rarities {
            record.revokedAt = rarities.revokedAt
            record.revokeReason = rarities.revokeReason
            record.metadata = rarities.metadata
        }
        return record
    }
}

// MARK: - In a cache

extension ResolvedKey {
    /// Notes that it was asked for.
    @inline(__always)
    package func touch() {
        // Most of the time it says so already, and a line that nobody writes to need not move between processors.
        if !wasUsed.load(ordering: .relaxed) { wasUsed.store(true, ordering: .relaxed) }
    }

    /// Whether it was asked for since this was last asked.
    package func takeUse() -> Bool { wasUsed.exchange(false, ordering: .relaxed) }

    /// About what it takes in memory, its allowances included: the fixed part was measured (docs/benchmarks.md), the rest is
    /// counted.
    package var cachedBytes: Int {
        var entries = traits.ownScopes.count + traits.roles.count
        if let restrictions {
            entries += restrictions.ipAllowlist.count + restrictions.methods.count + restrictions.pathPatterns.count
        }
        let texts = name.utf8.count + (rarities.map { 160 + $0.metadata.json.utf8.count } ?? 0)
        let windows = traits.limits.reduce(0) { $0 + 8 * WindowRing.Width(amount: $1.amount).words }
        return 400 + texts + 40 * entries + windows
    }
}

/// What few keys have.
private final class KeyRarities: Sendable {
    let graceEndsAt: Timestamp?
    let notBefore: Timestamp?
    let revokedAt: Timestamp?
    let revokeReason: String?
    let metadata: Metadata
    /// `nil` where the key's id tells it, as that of every key does that Lanyard has made.
    let createdAt: Timestamp?

    /// `nil` where there is none of it.
    init?(_ record: KeyRecord, graceEndsAt: Timestamp?) {
        createdAt = record.createdAt == record.id.moment ? nil : record.createdAt
        if graceEndsAt == nil, record.notBefore == nil, record.revokedAt == nil, record.revokeReason == nil,
            record.metadata == .empty, createdAt == nil
        {
            return nil
        }
        self.graceEndsAt = graceEndsAt
        notBefore = record.notBefore
        revokedAt = record.revokedAt
        revokeReason = record.revokeReason
        metadata = record.metadata
    }
}

extension KeyID {
    /// When it was made, to the millisecond.
    fileprivate var moment: Timestamp { Timestamp(milliseconds: millisecondsSinceEpoch) }
}

/// What is so or not, in one byte.
private struct KeyFlags: OptionSet {
    let rawValue: UInt8

    static let disabled = KeyFlags(rawValue: 1)
    static let selfRotation = KeyFlags(rawValue: 2)
    static let imported = KeyFlags(rawValue: 4)

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init(_ record: KeyRecord) {
        self = []
        if record.isDisabled { insert(.disabled) }
        if record.allowsSelfRotation { insert(.selfRotation) }
        if record.isImported { insert(.imported) }
    }
}

/// A moment that may be missing, in the 8 bytes of one: none lies at the beginning of all time.
private struct PackedMoment {
    private let milliseconds: Int64

    init(_ timestamp: Timestamp?) {
        milliseconds = timestamp?.milliseconds ?? .min
    }

    var timestamp: Timestamp? { milliseconds == .min ? nil : Timestamp(milliseconds: milliseconds) }
}

/// The hint of a secret: at most 4 characters of ASCII.
private struct PackedHint {
    private let bytes: UInt32

    init(_ text: String) {
        bytes = text.utf8.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    var text: String {
        let all = (0..<4).map { UInt8(truncatingIfNeeded: bytes >> (8 * $0)) }
        return String(decoding: all.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// Where a key may be used from, and for what.
package final class KeyRestrictions: Sendable {
    package let ipAllowlist: [CIDR]
    package let addresses: CIDRSet
    package let methods: [HTTPMethodName]
    package let pathPatterns: [PathPattern]
    package let paths: PathPatternSet

    init?(_ record: KeyRecord) {
        if record.ipAllowlist.isEmpty, record.methods.isEmpty, record.paths.isEmpty { return nil }
        ipAllowlist = record.ipAllowlist
        addresses = CIDRSet(record.ipAllowlist)
        methods = record.methods
        pathPatterns = record.paths
        paths = PathPatternSet(record.paths)
    }
}

/// An account as decisions see it: one object for all its keys, changed in place, so that suspending an account with a
/// million keys is one store.
package final class ResolvedAccount: Sendable {
    package let id: AccountID
    package let state: AllowanceState
    private let suspended = Atomic<Bool>(false)
    /// The billing day that the account's cached keys go by.
    private let keysBillingDay: Atomic<Int>
    private let content: Mutex<(record: AccountRecord, epoch: Int64)>

    package init(_ record: AccountRecord, state: AllowanceState, epoch: Int64) {
        id = record.id
        self.state = state
        content = Mutex((record, epoch))
        keysBillingDay = Atomic(record.billingDay)
        suspended.store(record.isSuspended, ordering: .releasing)
    }

    package var isSuspended: Bool { suspended.load(ordering: .acquiring) }

    /// Notes by which billing day the account's keys are loaded from now on; whether it is another one than before.
    package func moveBillingDay(to day: Int) -> Bool {
        keysBillingDay.exchange(day, ordering: .acquiringAndReleasing) != day
    }

    package var record: AccountRecord { content.withLock { $0.record } }

    /// Takes over a newer record; an older one, loaded before a change that has been applied since, changes nothing.
    package func update(_ record: AccountRecord, epoch: Int64) {
        content.withLock { content in
            guard epoch >= content.epoch else { return }
            content = (record, epoch)
            suspended.store(record.isSuspended, ordering: .releasing)
        }
    }
}
