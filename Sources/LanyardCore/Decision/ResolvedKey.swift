import Synchronization

/// Everything that a decision needs to know of a key, put together once from its record, plan and roles. Immutable: a
/// change makes a new one.
package final class ResolvedKey: Sendable {
    package let record: KeyRecord
    package let projectName: String
    package let account: ResolvedAccount?
    /// Its own scopes, its roles' and its plan's.
    package let scopes: ScopeSet
    /// `nil` where nothing restricts the key, as for most.
    package let restrictions: KeyRestrictions?
    package let state: AllowanceState
    /// Names of roles and plan, for answers.
    package let roleNames: [String]
    package let planName: String?

    package init(
        record: KeyRecord, projectName: String, account: ResolvedAccount?, scopes: ScopeSet, state: AllowanceState,
        roleNames: [String], planName: String?
    ) {
        self.record = record
        self.projectName = projectName
        self.account = account
        self.scopes = scopes
        self.restrictions = KeyRestrictions(record)
        self.state = state
        self.roleNames = roleNames
        self.planName = planName
    }

    package var id: KeyID { record.id }
}

/// Where a key may be used from, and for what.
package final class KeyRestrictions: Sendable {
    package let addresses: CIDRSet
    package let methods: [HTTPMethodName]
    package let paths: PathPatternSet

    init?(_ record: KeyRecord) {
        if record.ipAllowlist.isEmpty, record.methods.isEmpty, record.paths.isEmpty { return nil }
        addresses = CIDRSet(record.ipAllowlist)
        methods = record.methods
        paths = PathPatternSet(record.paths)
    }
}

/// An account as decisions see it: one object for all its keys, changed in place, so that suspending an account with a
/// million keys is one store.
package final class ResolvedAccount: Sendable {
    package let id: AccountID
    package let state: AllowanceState
    private let suspended = Atomic<Bool>(false)
    private let content: Mutex<(record: AccountRecord, epoch: Int64)>

    package init(_ record: AccountRecord, state: AllowanceState, epoch: Int64) {
        id = record.id
        self.state = state
        content = Mutex((record, epoch))
        suspended.store(record.isSuspended, ordering: .releasing)
    }

    package var isSuspended: Bool { suspended.load(ordering: .acquiring) }

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
