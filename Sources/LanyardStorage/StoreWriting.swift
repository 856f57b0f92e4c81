public import LanyardCore

/// Reads and writes in one transaction. Valid only within the closure that received it.
public protocol StoreWriting: StoreReading, LedgerWriting {
    /// Takes the number of a new change from the one counter row. The row is locked until the commit, so that changes
    /// become visible in the order of their numbers.
    func recordChange(_ subject: ChangeSubject) throws -> Change

    /// Remembers a fact about the store itself.
    func setMarker(_ marker: StoreMarker, to value: String) throws

    /// Inserts a key with its first secret. If a key has the digest already, nothing is inserted and its id is returned.
    func insert(_ key: KeyRecord, secret: SecretRecord) throws -> KeyID?
    /// Replaces a key's record.
    func update(_ key: KeyRecord) throws
    /// Deletes a key, its secrets, its saved windows and its quotas' rows; what it used stays.
    func deleteKey(_ id: KeyID) throws
    /// Adds a secret; `false` if a key has the digest already.
    func insert(_ secret: SecretRecord) throws -> Bool
    /// Sets when a secret's grace ends.
    func setGrace(of digest: SecretDigest, endsAt: Timestamp?) throws
    /// Forgets a secret.
    func deleteSecret(_ digest: SecretDigest) throws

    /// Inserts a project.
    func insert(_ project: ProjectRecord) throws
    /// Replaces a project's record.
    func update(_ project: ProjectRecord) throws
    /// Deletes a project that nothing refers to.
    func deleteProject(_ id: ProjectID) throws

    /// Inserts an account.
    func insert(_ account: AccountRecord) throws
    /// Replaces an account's record.
    func update(_ account: AccountRecord) throws
    /// Deletes an account that nothing refers to, its saved windows and its quotas' rows.
    func deleteAccount(_ id: AccountID) throws

    /// Inserts a plan.
    func insert(_ plan: PlanRecord) throws
    /// Replaces a plan's record.
    func update(_ plan: PlanRecord) throws
    /// Deletes a plan that nothing refers to.
    func deletePlan(_ id: PlanID) throws

    /// Inserts a role.
    func insert(_ role: RoleRecord) throws
    /// Replaces a role's record.
    func update(_ role: RoleRecord) throws
    /// Deletes a role that nothing refers to.
    func deleteRole(_ id: RoleID) throws

    /// Inserts a policy.
    func insert(_ policy: PolicyRecord) throws
    /// Replaces a policy's record.
    func update(_ policy: PolicyRecord) throws
    /// Deletes a policy.
    func deletePolicy(_ id: PolicyID) throws

    /// Appends to the audit log; numbers the entry and hashes it over the one before.
    func append(_ event: AuditEvent) throws -> AuditEntry

    /// Adds to usage. From then on questions about usage count it; when keys were last used is noted by ``settle(limit:)``
    /// at the latest.
    func addUsage(_ rows: [UsageRow]) throws
    /// Puts usage of the minutes from `first` on and before `end` together by the hour: what a key did in an hour with one
    /// outcome becomes one row, at the hour's first minute. Both bounds are first minutes of hours. It looks at the earliest
    /// hour in which anything was used, and there takes `limit` rows at most, so that no transaction takes long.
    /// - Returns: The first minute of the next hour to look at; `end` when nothing is left. Asked again from there on, it
    ///   comes to the end.
    func rollUpUsage(from first: Int32, before end: Int32, limit: Int) throws -> Int32
    /// Deletes the earliest usage from before `minute`, `limit` rows at most.
    /// - Returns: How many rows went; fewer than `limit` when nothing is left.
    func deleteUsage(before minute: Int32, limit: Int) throws -> Int

    /// Remembers an answer; `false` if there is one already.
    func insert(_ answer: IdempotentAnswer) throws -> Bool
    /// Forgets answers made before `moment`.
    func deleteIdempotentAnswers(before moment: Timestamp) throws
    /// Empties the bodies of answers made before `moment`; that there was an answer, and to what, stays known.
    func eraseIdempotentBodies(before moment: Timestamp) throws

    /// Saves windows, each over its last saved state, and the clock that they are counted by. An empty window's row goes.
    func save(_ windows: [SavedWindow], clock: SavedClock) throws

    /// Puts some of what ``addUsage(_:)`` and ``save(_:clock:)`` have written in short form in its place: what has waited
    /// longest, and about `limit` rows at most. No question is answered differently by it, but for when keys were last
    /// used. Windows that have wholly left by the saved clock may go. Asked again and again, it comes to an end.
    /// - Returns: Whether anything is left. A store that writes everything in its place at once returns `false`.
    func settle(limit: Int) throws -> Bool
}

extension StoreWriting {
    /// Nothing to settle: for stores that write everything in its place at once.
    public func settle(limit: Int) throws -> Bool { false }
}

/// What a change was made to.
public enum ChangeSubject: Sendable, Hashable {
    /// A key: its record, or its secrets. The digests are those that it has or had.
    case key(KeyID, [SecretDigest])
    case account(AccountID)
    case plan(PlanID)
    case role(RoleID)
    case project(ProjectID)
    case policy(PolicyID)
    /// Digests were imported: from now on texts of any shape may be keys.
    case imports([SecretDigest])
}

/// A change with its number.
public struct Change: Sendable, Hashable {
    /// Its number: one more than the last change's.
    public let epoch: Int64
    /// What it was made to.
    public let subject: ChangeSubject

    /// A numbered change.
    public init(epoch: Int64, subject: ChangeSubject) {
        self.epoch = epoch
        self.subject = subject
    }
}
