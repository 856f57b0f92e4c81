import LanyardCore
import LanyardStorage

/// Finds what requests and records refer to, each once in a transaction: a page of keys names few projects many times.
final class Resolver {
    private let store: any StoreReading
    private var projects: [Reference<ProjectTag>: ProjectRecord?] = [:]
    private var accounts: [Reference<AccountTag>: AccountRecord?] = [:]
    private var plans: [Reference<PlanTag>: PlanRecord?] = [:]
    private var roles: [Reference<RoleTag>: RoleRecord?] = [:]

    init(_ store: any StoreReading) {
        self.store = store
    }

    func project(_ reference: Reference<ProjectTag>) throws -> ProjectRecord? {
        if let known = projects[reference] { return known }
        let found =
            switch reference {
            case .id(let id): try store.project(id)
            case .name(let name): try store.project(named: name)
            }
        projects[reference] = .some(found)
        return found
    }

    func account(_ reference: Reference<AccountTag>) throws -> AccountRecord? {
        if let known = accounts[reference] { return known }
        let found =
            switch reference {
            case .id(let id): try store.account(id)
            case .name(let externalID): try store.account(externalID: externalID)
            }
        accounts[reference] = .some(found)
        return found
    }

    func plan(_ reference: Reference<PlanTag>) throws -> PlanRecord? {
        if let known = plans[reference] { return known }
        let found =
            switch reference {
            case .id(let id): try store.plan(id)
            case .name(let name): try store.plan(named: name)
            }
        plans[reference] = .some(found)
        return found
    }

    func role(_ reference: Reference<RoleTag>) throws -> RoleRecord? {
        if let known = roles[reference] { return known }
        let found =
            switch reference {
            case .id(let id): try store.role(id)
            case .name(let name): try store.role(named: name)
            }
        roles[reference] = .some(found)
        return found
    }

    /// The project of a key: there is always one.
    func project(of key: KeyRecord) throws -> ProjectRecord {
        guard let project = try project(.id(key.project)) else {
            throw StoreError(.constraint, "the project of a key is missing")
        }
        return project
    }

    /// A key with the names of all that it refers to.
    func details(of key: KeyRecord, at now: Timestamp) throws -> KeyDetails {
        KeyDetails(
            record: key, project: try project(of: key), account: try key.account.flatMap { try account(.id($0)) },
            plan: try key.plan.flatMap { try plan(.id($0)) }, roles: try key.roles.compactMap { try role(.id($0)) },
            status: key.status(at: now))
    }
}
