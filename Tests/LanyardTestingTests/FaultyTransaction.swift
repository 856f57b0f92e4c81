import LanyardCore
import LanyardStorage

/// Passes everything on to a sound transaction, but for its fault.
final class FaultyTransaction: StoreWriting {
    let reading: any StoreReading
    private let writing: (any StoreWriting)?
    let fault: Fault
    private let earlierEpoch: Int64?

    init(reading: any StoreReading, writing: (any StoreWriting)?, fault: Fault, earlierEpoch: Int64? = nil) {
        self.reading = reading
        self.writing = writing
        self.fault = fault
        self.earlierEpoch = earlierEpoch
    }

    func writer() throws -> any StoreWriting {
        guard let writing else { throw StoreError(.readOnly, "a reading transaction was written to") }
        return writing
    }

    // MARK: Reading

    func epoch() throws -> Int64 { try earlierEpoch ?? reading.epoch() }

    func hasImports() throws -> Bool { try fault == .forgetsImports ? false : reading.hasImports() }

    func marker(_ marker: StoreMarker) throws -> String? { try reading.marker(marker) }

    func secret(_ digest: SecretDigest) throws -> SecretRecord? {
        var secret = try reading.secret(digest)
        if fault == .losesPublicKeys { secret?.publicKey = nil }
        return secret
    }

    func secrets(of key: KeyID) throws -> [SecretRecord] {
        let secrets = try reading.secrets(of: key)
        return fault == .ordersSecretsByAge ? secrets.sorted { $0.createdAt > $1.createdAt } : secrets
    }

    func key(_ id: KeyID) throws -> KeyRecord? { try reading.key(id).map(read) }

    private func read(_ key: KeyRecord) -> KeyRecord {
        var key = key
        switch fault {
        case .losesLimits: key.limits = []
        case .losesQuotas: key.quotas = []
        case .losesMetadata: key.metadata = .empty
        case .losesRoleOrder: key.roles.sort()
        case .forgetsLastUse: key.lastUsedAt = nil
        default: break
        }
        return key
    }

    func keys(_ filter: KeyFilter, page: Page<KeyID>) throws -> [KeyRecord] {
        var (filter, page) = (filter, page)
        switch fault {
        case .ignoresPages: page.after = nil
        case .ignoresVisibleProjects: filter.visibleProjects = nil
        case .confusesStatuses where filter.status == .expired: filter.now.milliseconds += 1
        case .forgetsRolesOfKeys: filter.role = nil
        default: break
        }
        let keys = try reading.keys(filter, page: page).map(read)
        switch fault {
        case .listsOldestFirst: return keys.reversed()
        case .ignoresNameCase:
            return keys.filter { key in filter.nameContains.map { $0.isEmpty || key.name.contains($0) } ?? true }
        default: return keys
        }
    }

    func project(_ id: ProjectID) throws -> ProjectRecord? {
        var project = try reading.project(id)
        if fault == .losesEnvironments { project?.environments.removeAll { $0 == .test } }
        return project
    }

    func project(named name: String) throws -> ProjectRecord? {
        try fault == .losesNames ? nil : reading.project(named: name)
    }

    func projects(page: Page<ProjectID>) throws -> [ProjectRecord] { try reading.projects(page: page) }
    func account(_ id: AccountID) throws -> AccountRecord? {
        var account = try reading.account(id)
        if fault == .losesExternalID { account?.externalID = nil }
        return account
    }

    func account(externalID: String) throws -> AccountRecord? { try reading.account(externalID: externalID) }
    func accounts(page: Page<AccountID>) throws -> [AccountRecord] { try reading.accounts(page: page) }
    func plan(_ id: PlanID) throws -> PlanRecord? { try reading.plan(id) }
    func plan(named name: String) throws -> PlanRecord? { try reading.plan(named: name) }
    func plans(page: Page<PlanID>) throws -> [PlanRecord] { try reading.plans(page: page) }
    func role(_ id: RoleID) throws -> RoleRecord? { try reading.role(id) }
    func role(named name: String) throws -> RoleRecord? { try reading.role(named: name) }
    func roles(page: Page<RoleID>) throws -> [RoleRecord] { try reading.roles(page: page) }

    func policy(_ id: PolicyID) throws -> PolicyRecord? {
        var policy = try reading.policy(id)
        if fault == .losesPolicyCosts { policy?.costs = .oneRequest }
        return policy
    }

    func policy(named name: String) throws -> PolicyRecord? { try reading.policy(named: name) }
    func policies(page: Page<PolicyID>) throws -> [PolicyRecord] { try reading.policies(page: page) }

    func isInUse(_ reference: StoreReference) throws -> Bool {
        try fault == .deniesUse ? false : reading.isInUse(reference)
    }

    func auditEntries(_ filter: AuditFilter, before: Int64?, limit: Int) throws -> [AuditEntry] {
        var filter = filter
        if fault == .ignoresAuditTimes { filter.to = nil }
        return try reading.auditEntries(filter, before: before, limit: limit)
    }

    func auditEntries(from first: Int64, limit: Int) throws -> [AuditEntry] {
        let entries = try reading.auditEntries(from: first, limit: limit)
        return switch fault {
        case .breaksChains:
            entries.map {
                AuditEntry(sequence: $0.sequence, event: $0.event, previousHash: AuditEntry.firstPreviousHash)
            }
        case .rewritesHashes:
            entries.map {
                AuditEntry(
                    sequence: $0.sequence, event: $0.event, previousHash: $0.previousHash, storedHash: $0.previousHash)
            }
        default: entries
        }
    }

    func usage(_ query: UsageQuery) throws -> [UsageSum] {
        var query = query
        if fault == .countsKeylessUsage, query.visibleProjects != nil { query.visibleProjects = nil }
        let sums = try reading.usage(query)
        guard fault == .splitsPieces else { return sums }
        return sums.flatMap { sum in
            sum.outcomes.sorted { $0.key < $1.key }.map {
                UsageSum(position: sum.position, outcomes: [$0.key: $0.value], tokens: sum.tokens, nanoUSD: sum.nanoUSD)
            }
        }
    }

    func idempotentAnswer(_ id: IdempotencyID) throws -> IdempotentAnswer? { try reading.idempotentAnswer(id) }

    func savedWindows() throws -> SavedWindows {
        var saved = try reading.savedWindows()
        if fault == .savesNoClock { saved.clock = nil }
        if fault == .shortensWindows {
            for index in saved.windows.indices { saved.windows[index].snapshot.amounts.removeLast() }
        }
        return saved
    }

    // MARK: Writing

    func recordChange(_ subject: ChangeSubject) throws -> Change {
        switch fault {
        case .skipsEpochs: _ = try writer().recordChange(subject)
        case .repeatsEpochs where try reading.epoch() > 0:
            return Change(epoch: try reading.epoch(), subject: subject)
        default: break
        }
        return try writer().recordChange(subject)
    }

    func setMarker(_ marker: StoreMarker, to value: String) throws { try writer().setMarker(marker, to: value) }

    func insert(_ key: KeyRecord, secret: SecretRecord) throws -> KeyID? {
        if fault == .overwritesDigests, let owner = try reading.secret(secret.digest)?.key, owner != key.id {
            try writer().deleteSecret(secret.digest)
        }
        return try writer().insert(key, secret: secret)
    }

    func update(_ key: KeyRecord) throws {
        if fault == .updatesWhatIsAbsent, try reading.key(key.id) == nil { return }
        try writer().update(key)
    }

    func deleteKey(_ id: KeyID) throws {
        let saved = try reading.savedWindows()
        let balances = try reading.balances(
            QuotaPeriod.allCases.map { period in
                QuotaBalanceID(
                    quota: QuotaIdentity(subject: Subject(id), unit: .requests, period: period, source: .key),
                    start: period.span(containing: Timestamp(milliseconds: 0)).start)
            })
        try writer().deleteKey(id)
        if fault == .keepsDeletedBalances {
            try writer().save(LedgerPage.Changes(balances: balances, leases: [], alerts: []))
        }
        if fault == .keepsDeletedWindows, let clock = saved.clock { try writer().save(saved.windows, clock: clock) }
    }

    func insert(_ secret: SecretRecord) throws -> Bool { try writer().insert(secret) }

    func setGrace(of digest: SecretDigest, endsAt: Timestamp?) throws {
        if fault == .ignoresGrace, endsAt != nil { return }
        try writer().setGrace(of: digest, endsAt: endsAt)
    }

    func deleteSecret(_ digest: SecretDigest) throws { try writer().deleteSecret(digest) }
    func insert(_ project: ProjectRecord) throws { try writer().insert(project) }
    func update(_ project: ProjectRecord) throws { try writer().update(project) }
    func deleteProject(_ id: ProjectID) throws { try writer().deleteProject(id) }
    func insert(_ account: AccountRecord) throws { try writer().insert(account) }
    func update(_ account: AccountRecord) throws { try writer().update(account) }

    func deleteAccount(_ id: AccountID) throws {
        if fault == .deletesWhatIsInUse {
            var filter = KeyFilter(now: Timestamp(milliseconds: 0))
            filter.account = id
            for var key in try reading.keys(filter, page: Page(limit: 1000)) {
                key.account = nil
                try writer().update(key)
            }
        }
        try writer().deleteAccount(id)
    }

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

    func addUsage(_ rows: [UsageRow]) throws {
        switch fault {
        case .overwritesUsage:
            // One sum of each portion is lost.
            try writer().addUsage(Array(rows.dropLast(rows.count > 1 ? 1 : 0)))
        case .movesLastUseBack:
            try writer().addUsage(rows)
            for row in rows {
                guard let id = row.key, var key = try reading.key(id) else { continue }
                key.lastUsedAt = Timestamp(milliseconds: Int64(row.minute) * 60_000)
                try writer().update(key)
            }
        default:
            try writer().addUsage(rows)
        }
    }

    func rollUpUsage(from first: Int32, before end: Int32, limit: Int) throws -> Int32 {
        // Usage of a minute after one that was put together before is left where it is.
        if fault == .forgetsLateUsage, try reading.marker(.usageRolledUpTo) != nil { return end }
        if fault == .forgetsLateUsage { try writer().setMarker(.usageRolledUpTo, to: "\(end)") }
        let next = try writer().rollUpUsage(from: first, before: end, limit: limit)
        return fault == .leavesOldMinutes ? end : next
    }

    func deleteUsage(before minute: Int32, limit: Int) throws -> Int {
        try writer().deleteUsage(before: fault == .keepsUsageLonger ? minute - 1 : minute, limit: limit)
    }

    func insert(_ answer: IdempotentAnswer) throws -> Bool {
        guard fault == .replacesAnswers, let old = try reading.idempotentAnswer(answer.id) else {
            return try writer().insert(answer)
        }
        try writer().deleteIdempotentAnswers(before: old.createdAt.advanced(byMilliseconds: 1))
        return try writer().insert(answer)
    }

    func deleteIdempotentAnswers(before moment: Timestamp) throws {
        switch fault {
        case .forgetsAnswersEarly: try writer().deleteIdempotentAnswers(before: moment.advanced(byMilliseconds: 1))
        case .keepsOldAnswers: break
        default: try writer().deleteIdempotentAnswers(before: moment)
        }
    }

    func eraseIdempotentBodies(before moment: Timestamp) throws {
        switch fault {
        case .erasesBodiesEarly: try writer().eraseIdempotentBodies(before: moment.advanced(byMilliseconds: 1))
        case .keepsOldBodies: break
        default: try writer().eraseIdempotentBodies(before: moment)
        }
    }

    func save(_ windows: [SavedWindow], clock: SavedClock) throws {
        try writer().save(fault == .keepsEmptyWindows ? windows.filter { !$0.snapshot.isEmpty } : windows, clock: clock)
    }

    // MARK: The ledger

    func balances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance] {
        let balances = try reading.balances(ids)
        return fault == .losesBalances
            ? balances.map {
                var lost = $0; lost.credits = 0; return lost
            } : balances
    }

    func leases(_ ids: [LeaseID]) throws -> [Lease] {
        let leases = try writer().leases(ids)
        switch fault {
        case .losesLeases:
            return leases.map {
                var lost = $0; lost.used = 0; return lost
            }
        case .hidesClosedLeases: return leases.filter { $0.state == .open }
        default: return leases
        }
    }

    func lockBalances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance] { try writer().lockBalances(ids) }

    func openLeases(of holders: LeaseHolders, limit: Int) throws -> [Lease] {
        if fault == .reapsOwnLeases, case .everyNodeBut = holders {
            return try writer().openLeases(of: .everyNodeBut(NodeID(high: 0, low: 0)), limit: limit)
        }
        return try writer().openLeases(of: holders, limit: limit)
    }

    func save(_ changes: LedgerPage.Changes) throws {
        var changes = changes
        if fault == .forgetsAlerts { changes.alerts = [] }
        try writer().save(changes)
    }

    func takeAlerts(limit: Int) throws -> [QuotaAlert] {
        let alerts = try writer().takeAlerts(limit: limit)
        if fault == .repeatsAlerts {
            try writer().save(LedgerPage.Changes(balances: [], leases: [], alerts: alerts))
        }
        return alerts
    }

    func deleteLedger(before horizon: LedgerHorizon, limit: Int) throws -> Int {
        switch fault {
        case .keepsOldLedger: return 0
        case .deletesOpenBalances:
            for lease in try writer().openLeases(of: .everyNodeBut(NodeID(high: 0, low: 0)), limit: limit) {
                try writer().deleteKey(
                    KeyID(high: lease.balance.quota.subject.high, low: lease.balance.quota.subject.low))
            }
        default: break
        }
        return try writer().deleteLedger(before: horizon, limit: limit)
    }
}
