import LanyardCore
import LanyardStorage

/// A transaction of a ``SimulatedStore``: the store's own, with the changes and the nodes that it does not know.
final class SimulatedTransaction: StoreWriting {
    private let reading: any StoreReading
    private let writing: (any StoreWriting)?
    private let cluster: SimulatedCluster
    private(set) var hasLookedUpSecret = false
    private(set) var newestChange: Int64?

    init(reading: any StoreReading, writing: (any StoreWriting)?, _ cluster: SimulatedCluster) {
        self.reading = reading
        self.writing = writing
        self.cluster = cluster
    }

    private func writer() throws -> any StoreWriting {
        guard let writing else { throw StoreError(.readOnly, "a reading transaction was written to") }
        return writing
    }

    // MARK: What is its own

    func changes(after epoch: Int64, limit: Int) throws -> [Change]? {
        cluster.changes(after: epoch, upTo: try reading.epoch(), limit: limit)
    }

    func nodes() throws -> [NodeStanding] { cluster.nodes() }

    func recordChange(_ subject: ChangeSubject) throws -> Change {
        let change = try writer().recordChange(subject)
        cluster.note(change)
        newestChange = change.epoch
        return change
    }

    func secret(_ digest: SecretDigest) throws -> SecretRecord? {
        hasLookedUpSecret = true
        return try reading.secret(digest)
    }

    // MARK: Reading

    func epoch() throws -> Int64 { try reading.epoch() }
    func hasImports() throws -> Bool { try reading.hasImports() }
    func marker(_ marker: StoreMarker) throws -> String? { try reading.marker(marker) }
    func secrets(of key: KeyID) throws -> [SecretRecord] { try reading.secrets(of: key) }
    func key(_ id: KeyID) throws -> KeyRecord? { try reading.key(id) }
    func keys(_ filter: KeyFilter, page: Page<KeyID>) throws -> [KeyRecord] { try reading.keys(filter, page: page) }
    func project(_ id: ProjectID) throws -> ProjectRecord? { try reading.project(id) }
    func project(named name: String) throws -> ProjectRecord? { try reading.project(named: name) }
    func projects(page: Page<ProjectID>) throws -> [ProjectRecord] { try reading.projects(page: page) }
    func account(_ id: AccountID) throws -> AccountRecord? { try reading.account(id) }
    func account(externalID: String) throws -> AccountRecord? { try reading.account(externalID: externalID) }
    func accounts(page: Page<AccountID>) throws -> [AccountRecord] { try reading.accounts(page: page) }
    func plan(_ id: PlanID) throws -> PlanRecord? { try reading.plan(id) }
    func plan(named name: String) throws -> PlanRecord? { try reading.plan(named: name) }
    func plans(page: Page<PlanID>) throws -> [PlanRecord] { try reading.plans(page: page) }
    func role(_ id: RoleID) throws -> RoleRecord? { try reading.role(id) }
    func role(named name: String) throws -> RoleRecord? { try reading.role(named: name) }
    func roles(page: Page<RoleID>) throws -> [RoleRecord] { try reading.roles(page: page) }
    func policy(_ id: PolicyID) throws -> PolicyRecord? { try reading.policy(id) }
    func policy(named name: String) throws -> PolicyRecord? { try reading.policy(named: name) }
    func policies(page: Page<PolicyID>) throws -> [PolicyRecord] { try reading.policies(page: page) }
    func isInUse(_ reference: StoreReference) throws -> Bool { try reading.isInUse(reference) }
    func auditEntries(_ filter: AuditFilter, before: Int64?, limit: Int) throws -> [AuditEntry] {
        try reading.auditEntries(filter, before: before, limit: limit)
    }
    func auditEntries(from first: Int64, limit: Int) throws -> [AuditEntry] {
        try reading.auditEntries(from: first, limit: limit)
    }
    func usage(_ query: UsageQuery) throws -> [UsageSum] { try reading.usage(query) }
    func idempotentAnswer(_ id: IdempotencyID) throws -> IdempotentAnswer? { try reading.idempotentAnswer(id) }
    func savedWindows() throws -> SavedWindows { try reading.savedWindows() }
    func balances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance] { try reading.balances(ids) }

    // MARK: Writing

    func setMarker(_ marker: StoreMarker, to value: String) throws { try writer().setMarker(marker, to: value) }
    func insert(_ key: KeyRecord, secret: SecretRecord) throws -> KeyID? { try writer().insert(key, secret: secret) }
    func update(_ key: KeyRecord) throws { try writer().update(key) }
    func deleteKey(_ id: KeyID) throws { try writer().deleteKey(id) }
    func insert(_ secret: SecretRecord) throws -> Bool { try writer().insert(secret) }
    func setGrace(of digest: SecretDigest, endsAt: Timestamp?) throws {
        try writer().setGrace(of: digest, endsAt: endsAt)
    }
    func deleteSecret(_ digest: SecretDigest) throws { try writer().deleteSecret(digest) }
    func insert(_ project: ProjectRecord) throws { try writer().insert(project) }
    func update(_ project: ProjectRecord) throws { try writer().update(project) }
    func deleteProject(_ id: ProjectID) throws { try writer().deleteProject(id) }
    func insert(_ account: AccountRecord) throws { try writer().insert(account) }
    func update(_ account: AccountRecord) throws { try writer().update(account) }
    func deleteAccount(_ id: AccountID) throws { try writer().deleteAccount(id) }
    func insert(_ plan: PlanRecord) throws { try writer().insert(plan) }
    func update(_ plan: PlanRecord) throws { try writer().update(plan) }
    func deletePlan(_ id: PlanID) throws { try writer().deletePlan(id) }
    func insert(_ role: RoleRecord) throws { try writer().insert(role) }
    func update(_ role: RoleRecord) throws { try writer().update(role) }
    func deleteRole(_ id: RoleID) throws { try writer().deleteRole(id) }
    func insert(_ policy: PolicyRecord) throws { try writer().insert(policy) }
    func update(_ policy: PolicyRecord) throws { try writer().update(policy) }
    func deletePolicy(_ id: PolicyID) throws { try writer().deletePolicy(id) }
    func append(_ event: AuditEvent) throws -> AuditEntry { try writer().append(event) }
    func addUsage(_ rows: [UsageRow]) throws { try writer().addUsage(rows) }
    func rollUpUsage(from first: Int32, before end: Int32, limit: Int) throws -> Int32 {
        try writer().rollUpUsage(from: first, before: end, limit: limit)
    }
    func deleteUsage(before minute: Int32, limit: Int) throws -> Int {
        try writer().deleteUsage(before: minute, limit: limit)
    }
    func insert(_ answer: IdempotentAnswer) throws -> Bool { try writer().insert(answer) }
    func deleteIdempotentAnswers(before moment: Timestamp) throws {
        try writer().deleteIdempotentAnswers(before: moment)
    }
    func eraseIdempotentBodies(before moment: Timestamp) throws { try writer().eraseIdempotentBodies(before: moment) }
    func save(_ windows: [SavedWindow], clock: SavedClock) throws { try writer().save(windows, clock: clock) }

    // MARK: The ledger

    func authorityTime(_ local: Timestamp) throws -> Timestamp { try writer().authorityTime(local) }
    func leases(_ ids: [LeaseID]) throws -> [Lease] { try writer().leases(ids) }
    func lockBalances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance] { try writer().lockBalances(ids) }
    func openLeases(of holders: LeaseHolders, limit: Int) throws -> [Lease] {
        try writer().openLeases(of: holders, limit: limit)
    }
    func save(_ changes: LedgerPage.Changes) throws { try writer().save(changes) }
    func takeAlerts(limit: Int) throws -> [QuotaAlert] { try writer().takeAlerts(limit: limit) }
    func deleteLedger(before horizon: LedgerHorizon, limit: Int) throws -> Int {
        try writer().deleteLedger(before: horizon, limit: limit)
    }
}
