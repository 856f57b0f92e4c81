public import LanyardCore

/// Reads in one transaction. Valid only within the closure that received it.
public protocol StoreReading {
    /// The number of the newest change.
    func epoch() throws -> Int64
    /// Whether any digest was ever imported.
    func hasImports() throws -> Bool
    /// A remembered fact about the store itself.
    func marker(_ marker: StoreMarker) throws -> String?

    /// The secret with this digest.
    func secret(_ digest: SecretDigest) throws -> SecretRecord?
    /// All secrets of a key, the current one first.
    func secrets(of key: KeyID) throws -> [SecretRecord]

    /// A key.
    func key(_ id: KeyID) throws -> KeyRecord?
    /// Keys, newest first.
    func keys(_ filter: KeyFilter, page: Page<KeyID>) throws -> [KeyRecord]

    /// A project.
    func project(_ id: ProjectID) throws -> ProjectRecord?
    /// The project with this name.
    func project(named name: String) throws -> ProjectRecord?
    /// Projects, newest first.
    func projects(page: Page<ProjectID>) throws -> [ProjectRecord]

    /// An account.
    func account(_ id: AccountID) throws -> AccountRecord?
    /// The account with this id of the operator's.
    func account(externalID: String) throws -> AccountRecord?
    /// Accounts, newest first.
    func accounts(page: Page<AccountID>) throws -> [AccountRecord]

    /// A plan.
    func plan(_ id: PlanID) throws -> PlanRecord?
    /// The plan with this name.
    func plan(named name: String) throws -> PlanRecord?
    /// Plans, newest first.
    func plans(page: Page<PlanID>) throws -> [PlanRecord]

    /// A role.
    func role(_ id: RoleID) throws -> RoleRecord?
    /// The role with this name.
    func role(named name: String) throws -> RoleRecord?
    /// Roles, newest first.
    func roles(page: Page<RoleID>) throws -> [RoleRecord]

    /// A policy.
    func policy(_ id: PolicyID) throws -> PolicyRecord?
    /// The policy with this name.
    func policy(named name: String) throws -> PolicyRecord?
    /// Policies, newest first.
    func policies(page: Page<PolicyID>) throws -> [PolicyRecord]

    /// Whether any key, or for a project any policy, refers to it.
    func isInUse(_ reference: StoreReference) throws -> Bool

    /// Audit entries, newest first, those before `before` in sequence.
    func auditEntries(_ filter: AuditFilter, before: Int64?, limit: Int) throws -> [AuditEntry]
    /// Audit entries in their order, from `first` on: to check the chain.
    func auditEntries(from first: Int64, limit: Int) throws -> [AuditEntry]

    /// Usage, summed up as asked, in order of time and group.
    func usage(_ query: UsageQuery) throws -> [UsageSum]

    /// An answer that was given to an idempotent request.
    func idempotentAnswer(_ id: IdempotencyID) throws -> IdempotentAnswer?

    /// Every saved window, with the clock that they were saved by.
    func savedWindows() throws -> SavedWindows

    /// How quotas stand in the named periods; those that nothing was ever leased or used of are left out.
    func balances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance]

    /// The changes after `epoch`, in their order, `limit` at most; `nil` where some of them are no longer known. A store
    /// that is never shared remembers none.
    func changes(after epoch: Int64, limit: Int) throws -> [Change]?
    /// The nodes that have joined and not left, in the order of their ids. A store that is never shared has none.
    func nodes() throws -> [NodeStanding]
}

extension StoreReading {
    /// A store that is never shared remembers no changes.
    public func changes(after epoch: Int64, limit: Int) throws -> [Change]? { nil }
    /// A store that is never shared has no nodes.
    public func nodes() throws -> [NodeStanding] { [] }
}

/// Which keys a list holds; every given condition must hold.
public struct KeyFilter: Sendable, Equatable {
    /// Of this project.
    public var project: ProjectID?
    /// Of one of these projects; `nil` means any. What a reader may see at all.
    public var visibleProjects: [ProjectID]?
    /// Of this account.
    public var account: AccountID?
    /// On this plan.
    public var plan: PlanID?
    /// With this role.
    public var role: RoleID?
    /// Of this environment.
    public var environment: EnvironmentName?
    /// Whose name has this text in it, without regard to the case of ASCII letters.
    public var nameContains: String?
    /// With this status at `now`.
    public var status: KeyRecord.Status?
    /// When ``status`` is judged.
    public var now: Timestamp

    /// No condition.
    public init(now: Timestamp) {
        self.now = now
    }
}

/// Something that keys may refer to.
public enum StoreReference: Sendable, Equatable {
    case project(ProjectID)
    case environment(EnvironmentName, of: ProjectID)
    case account(AccountID)
    case plan(PlanID)
    case role(RoleID)
}

/// A fact about the store itself, remembered under a name.
public enum StoreMarker: String, Sendable, CaseIterable {
    /// When the first administrator's secret was written to its file: once for each store.
    case adminSecretWrittenAt = "admin_secret_written_at"
    /// The minute before which usage has been put together by the hour, as a decimal number.
    case usageRolledUpTo = "usage_rolled_up_to"
    /// That the store is a copy of another, and how far it has come: until it is whole, nobody may serve it.
    case copy
    /// Where the store's content has gone. Empty where it was opened again.
    case movedTo = "moved_to"
}

/// What a key's decision depends on, read in one transaction.
public struct LoadedKey: Sendable {
    /// The key.
    public var key: KeyRecord
    /// Its project.
    public var project: ProjectRecord
    /// Its account.
    public var account: AccountRecord?
    /// Its plan.
    public var plan: PlanRecord?
    /// Its roles.
    public var roles: [RoleRecord]
    /// Its secrets.
    public var secrets: [SecretRecord]
    /// The newest change that the transaction saw.
    public var epoch: Int64
}

extension StoreReading {
    /// Loads a key with all that it depends on.
    public func load(_ id: KeyID) throws -> LoadedKey? {
        guard let key = try key(id) else { return nil }
        guard let project = try project(key.project) else {
            throw StoreError(.constraint, "the project of a key is missing")
        }
        return LoadedKey(
            key: key, project: project, account: try key.account.flatMap { try account($0) },
            plan: try key.plan.flatMap { try plan($0) }, roles: try key.roles.compactMap { try role($0) },
            secrets: try secrets(of: id), epoch: try epoch())
    }

    /// Loads the key that a digest opens.
    public func load(_ digest: SecretDigest) throws -> LoadedKey? {
        guard let secret = try secret(digest) else { return nil }
        return try load(secret.key)
    }
}
