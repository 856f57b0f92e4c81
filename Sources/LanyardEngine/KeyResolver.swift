import LanyardCore
import LanyardStorage
import Synchronization

/// Turns what was loaded of a key into what decisions read, sharing accounts and sets of limits between keys.
final class KeyResolver: Sendable {
    private let allowances: AllowanceTable
    private let leases: LeaseKeeper
    private let accounts = Mutex<[AccountID: ResolvedAccount]>([:])
    private let limitSets = Mutex<Set<LimitSet>>([])
    private let quotaSets = Mutex<Set<QuotaSet>>([])
    private let traits = Mutex<Set<KeyTraits>>([])

    /// Sets of limits and traits beyond this are not shared: sharing saves memory where many keys are alike, and no more.
    private static let sharedValues = 10_000

    init(allowances: AllowanceTable, leases: LeaseKeeper) {
        self.allowances = allowances
        self.leases = leases
    }

    /// - Throws: ``EngineError/overloaded(_:)`` where the table of states is full.
    func resolve(_ loaded: LoadedKey, openedBy digest: SecretDigest) throws(EngineError) -> ResolvedKey {
        let state = try state(for: Subject(loaded.key.id))
        let ownLimits = loaded.key.limits.map { ($0, AllowanceSource.key) }
        let planLimits = loaded.plan?.limits.map { ($0, AllowanceSource.plan) } ?? []
        let bounds = [loaded.key.maximumInFlight, loaded.plan?.maximumInFlight].compactMap(\.self)
        let billingDay = loaded.account?.billingDay ?? RecordBounds.billingDays.lowerBound
        let ownQuotas = loaded.key.quotas.map { QuotaRule($0, source: .key, billingDay: billingDay) }
        let planQuotas =
            loaded.plan?.quotas.map { QuotaRule($0, source: .plan, billingDay: billingDay) } ?? []
        configure(
            state, limits: LimitSet(ownLimits + planLimits), quotas: QuotaSet(ownQuotas + planQuotas),
            maximumInFlight: bounds.min(), epoch: loaded.epoch)
        let scopes = ScopeSet(loaded.key.scopes + (loaded.plan?.scopes ?? []) + loaded.roles.flatMap(\.scopes))
        var account: ResolvedAccount?
        if let record = loaded.account { account = try self.account(record, epoch: loaded.epoch) }
        let traits = KeyTraits(
            loaded.key, projectName: loaded.project.name, scopes: scopes, roleNames: loaded.roles.map(\.name),
            planName: loaded.plan?.name)
        return ResolvedKey(
            record: loaded.key, digest: digest,
            graceEndsAt: loaded.secrets.first { $0.digest == digest }?.graceEndsAt,
            traits: Self.shared(traits, self.traits), account: account, state: state)
    }

    private func state(for subject: Subject) throws(EngineError) -> AllowanceState {
        guard let state = allowances.state(for: subject) else {
            throw .overloaded("more keys and accounts are in use than may be tracked")
        }
        return state
    }

    private func account(_ record: AccountRecord, epoch: Int64) throws(EngineError) -> ResolvedAccount {
        let state = try state(for: Subject(record.id))
        let account = accounts.withLock { accounts in
            if let account = accounts[record.id] { return account }
            let account = ResolvedAccount(record, state: state, epoch: epoch)
            accounts[record.id] = account
            return account
        }
        update(account, record, epoch: epoch)
        return account
    }

    /// Brings an account up to date in place, for all its keys at once.
    /// - Returns: Whether its billing day has moved, which its keys' own quotas go by.
    func update(_ record: AccountRecord, epoch: Int64) -> Bool {
        guard let account = accounts.withLock({ $0[record.id] }) else { return false }
        update(account, record, epoch: epoch)
        return account.moveBillingDay(to: record.billingDay)
    }

    private func update(_ account: ResolvedAccount, _ record: AccountRecord, epoch: Int64) {
        account.update(record, epoch: epoch)
        configure(
            account.state, limits: LimitSet(record.limits.map { ($0, .account) }),
            quotas: QuotaSet(
                record.quotas.map { QuotaRule($0, source: .account, billingDay: record.billingDay) }),
            maximumInFlight: nil, epoch: epoch)
    }

    /// Sets what holds for a subject, sharing it with all that are alike.
    private func configure(
        _ state: AllowanceState, limits: LimitSet, quotas: QuotaSet, maximumInFlight: Int32?, epoch: Int64
    ) {
        let mustAsk = state.configure(
            limits: limits.rules.isEmpty ? .none : Self.shared(limits, limitSets),
            quotas: quotas.rules.isEmpty ? .none : Self.shared(quotas, quotaSets), maximumInFlight: maximumInFlight,
            epoch: epoch)
        if mustAsk { leases.enqueue(state) }
    }

    /// The one that is alike and known already, or this one.
    private static func shared<Value: Hashable & Sendable>(_ value: Value, _ known: borrowing Mutex<Set<Value>>)
        -> Value
    {
        known.withLock { known in
            if let index = known.firstIndex(of: value) { return known[index] }
            if known.count < sharedValues { known.insert(value) }
            return value
        }
    }

    /// Lets go of every account: keys that are loaded from now on get new ones.
    func forgetAccounts() {
        accounts.withLock { $0 = [:] }
    }

    /// Lets go of accounts that no cached key refers to.
    func sweep() {
        accounts.withLock { accounts in
            var unused: [AccountID] = []
            var index = accounts.values.startIndex
            while index != accounts.values.endIndex {
                if isKnownUniquelyReferenced(&accounts.values[index]) { unused.append(accounts.values[index].id) }
                accounts.values.formIndex(after: &index)
            }
            for id in unused { accounts[id] = nil }
        }
    }
}
