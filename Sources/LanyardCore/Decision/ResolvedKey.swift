import Synchronization

/// Everything that a decision needs to know of a key, put together once from its record, plan and roles. Immutable: a
/// change makes a new one.
///
/// A node may hold millions of these, so what many keys share stands in ``traits``, what few have in an object of its own,
/// and times are kept without the byte that says whether they are there.
package final class ResolvedKey: Sendable {
    package let id: KeyID
    package let name: String
    package let traits: KeyTraits
    package let account: ResolvedAccount?
    package let state: AllowanceState
    /// `nil` where nothing restricts the key, as for most.
    package let restrictions: KeyRestrictions?
    private let rarities: KeyRarities?
    private let notBeforeMoment: PackedMoment
    private let expiryMoment: PackedMoment
    private let lastUse: PackedMoment
    private let createdAt: Timestamp
    private let updatedAt: Timestamp
    private let packedHint: PackedHint
    package let proof: ProofRequirement
    package let isDisabled: Bool
    private let allowsSelfRotation: Bool
    private let isImported: Bool

    package init(record: KeyRecord, traits: KeyTraits, account: ResolvedAccount?, state: AllowanceState) {
        id = record.id
        name = record.name
        self.traits = traits
        self.account = account
        self.state = state
        restrictions = KeyRestrictions(record)
        rarities = KeyRarities(record)
        notBeforeMoment = PackedMoment(record.notBefore)
        expiryMoment = PackedMoment(record.expiresAt)
        lastUse = PackedMoment(record.lastUsedAt)
        createdAt = record.createdAt
        updatedAt = record.updatedAt
        packedHint = PackedHint(record.hint)
        proof = record.proof
        isDisabled = record.isDisabled
        allowsSelfRotation = record.allowsSelfRotation
        isImported = record.isImported
    }

    /// A key that shares nothing with others.
    package convenience init(
        record: KeyRecord, projectName: String, account: ResolvedAccount?, scopes: ScopeSet, state: AllowanceState,
        roleNames: [String], planName: String?
    ) {
        let traits = KeyTraits(
            record, projectName: projectName, scopes: scopes, roleNames: roleNames, planName: planName)
        self.init(record: record, traits: traits, account: account, state: state)
    }

    package var project: ProjectID { traits.project }
    package var projectName: String { traits.projectName }
    package var environment: EnvironmentName { traits.environment }
    /// Its own scopes, its roles' and its plan's.
    package var scopes: ScopeSet { traits.scopes }
    package var roleNames: [String] { traits.roleNames }
    package var planName: String? { traits.planName }
    package var notBefore: Timestamp? { notBeforeMoment.timestamp }
    package var expiresAt: Timestamp? { expiryMoment.timestamp }
    package var revokedAt: Timestamp? { rarities?.revokedAt }

    /// The record that it was made from, put together anew: for answers, not for decisions.
    package var record: KeyRecord {
        var record = KeyRecord(
            id: id, name: name, project: project, environment: environment, hint: packedHint.text, createdAt: createdAt)
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
        record.allowsSelfRotation = allowsSelfRotation
        record.isImported = isImported
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

/// What few keys have.
private final class KeyRarities: Sendable {
    let revokedAt: Timestamp?
    let revokeReason: String?
    let metadata: Metadata

    /// `nil` where there is none of it.
    init?(_ record: KeyRecord) {
        if record.revokedAt == nil, record.revokeReason == nil, record.metadata == .empty { return nil }
        revokedAt = record.revokedAt
        revokeReason = record.revokeReason
        metadata = record.metadata
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

/// What one digest opens: a key, through the current secret or an older one within its grace.
package struct ResolvedSecret: Sendable {
    package let key: ResolvedKey
    /// `nil` for the current secret.
    package let graceEndsAt: Timestamp?

    package init(key: ResolvedKey, graceEndsAt: Timestamp?) {
        self.key = key
        self.graceEndsAt = graceEndsAt
    }
}
