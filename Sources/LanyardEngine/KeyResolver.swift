import LanyardCore
import LanyardStorage
import Synchronization

/// Turns what was loaded of a key into what decisions read, sharing accounts and sets of limits between keys.
final class KeyResolver: Sendable {
    private let allowances: AllowanceTable
    private let accounts = Mutex<[AccountID: ResolvedAccount]>([:])
    private let limitSets = Mutex<Set<LimitSet>>([])
    private let traits = Mutex<Set<KeyTraits>>([])

    /// Sets of limits and traits beyond this are not shared: sharing saves memory where many keys are alike, and no more.
    private static let sharedValues = 10_000

    init(allowances: AllowanceTable) {
        self.allowances = allowances
    }

    /// - Throws: ``EngineError/overloaded(_:)`` where the table of states is full.
    func resolve(_ loaded: LoadedKey) throws(EngineError) -> ResolvedKey {
        let state = try state(for: Subject(loaded.key.id))
        let ownLimits = loaded.key.limits.map { ($0, AllowanceSource.key) }
        let planLimits = loaded.plan?.limits.map { ($0, AllowanceSource.plan) } ?? []
        let bounds = [loaded.key.maximumInFlight, loaded.plan?.maximumInFlight].compactMap(\.self)
        state.configure(
            limits: shared(LimitSet(ownLimits + planLimits)), maximumInFlight: bounds.min(), epoch: loaded.epoch)
        let scopes = ScopeSet(loaded.key.scopes + (loaded.plan?.scopes ?? []) + loaded.roles.flatMap(\.scopes))
        var account: ResolvedAccount?
        if let record = loaded.account { account = try self.account(record, epoch: loaded.epoch) }
        let traits = KeyTraits(
            loaded.key, projectName: loaded.project.name, scopes: scopes, roleNames: loaded.roles.map(\.name),
            planName: loaded.plan?.name)
        return ResolvedKey(
            record: loaded.key, traits: Self.shared(traits, self.traits), account: account, state: state)
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
    func update(_ record: AccountRecord, epoch: Int64) {
        guard let account = accounts.withLock({ $0[record.id] }) else { return }
        update(account, record, epoch: epoch)
    }

    private func update(_ account: ResolvedAccount, _ record: AccountRecord, epoch: Int64) {
        account.update(record, epoch: epoch)
        account.state.configure(
            limits: shared(LimitSet(record.limits.map { ($0, .account) })), maximumInFlight: nil, epoch: epoch)
    }

    private func shared(_ set: LimitSet) -> LimitSet {
        set.rules.isEmpty ? .none : Self.shared(set, limitSets)
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
