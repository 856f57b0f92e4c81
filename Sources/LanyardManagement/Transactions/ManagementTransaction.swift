import LanyardCore
import LanyardStorage

/// One management call within one transaction of the store: what it reads, who asks, and what it has changed.
///
/// A store may run a transaction's body again, so one of these is made for each run, and nothing outlives it but what
/// the body returns and ``changes``.
final class ManagementTransaction {
    let store: any StoreWriting
    let caller: Caller
    let now: Timestamp
    let resolver: Resolver
    /// What the caches of all nodes have to hear of once this is committed.
    private(set) var changes: [Change] = []

    init(_ store: any StoreWriting, caller: Caller, now: Timestamp) {
        self.store = store
        self.caller = caller
        self.now = now
        resolver = Resolver(store)
    }

    /// Numbers a change.
    @discardableResult
    func recordChange(_ subject: ChangeSubject) throws -> Change {
        let change = try store.recordChange(subject)
        changes.append(change)
        return change
    }

    /// Says again what holds already, so that a repeated call is acknowledged like the first: the first may have been
    /// cut off before its nodes had confirmed.
    func repeatChange(_ subject: ChangeSubject) throws {
        changes.append(Change(epoch: try store.epoch(), subject: subject))
    }
}

// MARK: - Keys

extension ManagementTransaction {
    /// Every digest that opens the key, or did.
    func digests(of key: KeyID) throws -> [SecretDigest] {
        try store.secrets(of: key).map(\.digest)
    }

    func recordChange(ofKey key: KeyID) throws {
        try recordChange(.key(key, try digests(of: key)))
    }

    func repeatChange(ofKey key: KeyID) throws {
        try repeatChange(.key(key, try digests(of: key)))
    }

    /// The key that a call is about, once the caller's right to it is clear.
    func key(_ id: KeyID, demanding scope: AdministrativeScope) throws -> KeyRecord {
        try caller.requireForSomeProject(scope)
        guard let key = try store.key(id) else { throw ManagementError.notFound(.key(id)) }
        try caller.require(scope, forKey: id, of: try resolver.project(of: key).name)
        return key
    }

    func details(of key: KeyRecord) throws -> KeyDetails {
        try resolver.details(of: key, at: now)
    }

    /// Demands `lanyard:admin` for an account that has keys which administer Lanyard: whoever touches it touches them.
    func requireRight(toKeysOf account: AccountID) throws {
        try requireAdministratorIfAnyKeyOfLanyard { $0.account == account }
    }

    /// The same for a plan that such keys are on: its limits are theirs.
    func requireRight(toKeysOn plan: PlanID) throws {
        try requireAdministratorIfAnyKeyOfLanyard { $0.plan == plan }
    }

    /// It is the keys of project `lanyard` that are walked through, for they are few; the others may be a million.
    private func requireAdministratorIfAnyKeyOfLanyard(_ concerns: (KeyRecord) -> Bool) throws {
        if caller.isAdministrator { return }
        var filter = KeyFilter(now: now)
        filter.project = ProjectRecord.lanyardID
        var page = Page<KeyID>(limit: 1000)
        while true {
            let keys = try store.keys(filter, page: page)
            if keys.contains(where: concerns) { try caller.requireAdministrator() }
            guard keys.count == page.limit else { return }
            page.after = keys.last?.id
        }
    }
}
