import LanyardCore
import LanyardStorage

extension StoreConformance {
    @Sendable static func checkAbsent(_ store: any Store, _ expect: Expectations) async throws {
        try await store.read { store in
            try expect.equal(store.epoch(), 0, "the epoch of a new store")
            try expect.equal(store.hasImports(), false, "imports of a new store")
            try expect.equal(store.key(Samples.id(1)), nil, "a key")
            try expect.equal(store.secret(Samples.digest(1)), nil, "a secret")
            try expect.equal(store.secrets(of: Samples.id(1)), [], "secrets")
            try expect.equal(store.project(Samples.id(1)), nil, "a project")
            try expect.equal(store.project(named: "x"), nil, "a project by its name")
            try expect.equal(store.account(Samples.id(1)), nil, "an account")
            try expect.equal(store.account(externalID: "x"), nil, "an account by its external id")
            try expect.equal(store.plan(Samples.id(1)), nil, "a plan")
            try expect.equal(store.plan(named: "x"), nil, "a plan by its name")
            try expect.equal(store.role(Samples.id(1)), nil, "a role")
            try expect.equal(store.role(named: "x"), nil, "a role by its name")
            try expect.equal(store.policy(Samples.id(1)), nil, "a policy")
            try expect.equal(store.policy(named: "x"), nil, "a policy by its name")
            try expect.equal(store.balances([LedgerSamples.balance(1)]), [], "a balance")
            try expect.isTrue(store.load(Samples.digest(1)) == nil, "a digest that no key has loads nothing")
        }
        try await store.write { store in
            try store.insert(Samples.project(1))
            try expect.throwing(.constraint, "updating an absent key") { try store.update(Samples.key(9)) }
            try expect.throwing(.constraint, "updating an absent project") { try store.update(Samples.project(9)) }
            try expect.throwing(.constraint, "updating an absent account") { try store.update(Samples.account(9)) }
            try expect.throwing(.constraint, "updating an absent plan") { try store.update(Samples.plan(9)) }
            try expect.throwing(.constraint, "updating an absent role") { try store.update(Samples.role(9)) }
            try expect.throwing(.constraint, "updating an absent policy") { try store.update(Samples.policy(9)) }
            try expect.throwing(.constraint, "setting the grace of an absent secret") {
                try store.setGrace(of: Samples.digest(9), endsAt: nil)
            }
            // To delete what isn't there is to have it deleted.
            try store.deleteKey(Samples.id(9))
            try store.deleteSecret(Samples.digest(9))
            try store.deleteProject(Samples.id(9))
            try store.deleteAccount(Samples.id(9))
            try store.deletePlan(Samples.id(9))
            try store.deleteRole(Samples.id(9))
            try store.deletePolicy(Samples.id(9))
        }
        try await store.read { store in
            try expect.equal(store.project(Samples.id(1)), Samples.project(1), "what was written beside")
            try expect.equal(store.keys(KeyFilter(now: Samples.time(0)), page: Page()), [], "keys, where none is")
        }
    }

    @Sendable static func checkNames(_ store: any Store, _ expect: Expectations) async throws {
        var (project, plan, role, policy) =
            (Samples.project(2), Samples.plan(2), Samples.role(2), Samples.policy(2))
        (project.name, plan.name) = (Samples.project(1).name, Samples.plan(1).name)
        (role.name, policy.name) = (Samples.role(1).name, Samples.policy(1).name)
        var (first, second) = (Samples.account(1), Samples.account(2))
        first.externalID = "crm-1"
        second.externalID = "crm-1"
        let (twins, accounts) = ((project, plan, role, policy), (first, second))
        try await store.write { store in
            try store.insert(Samples.project(1))
            try store.insert(Samples.plan(1))
            try store.insert(Samples.role(1))
            try store.insert(Samples.policy(1))
            try store.insert(accounts.0)
            try expect.throwing(.constraint, "a second project of one name") { try store.insert(twins.0) }
            try expect.throwing(.constraint, "a second plan of one name") { try store.insert(twins.1) }
            try expect.throwing(.constraint, "a second role of one name") { try store.insert(twins.2) }
            try expect.throwing(.constraint, "a second policy of one name") { try store.insert(twins.3) }
            try expect.throwing(.constraint, "a second account of one external id") { try store.insert(accounts.1) }
            try expect.throwing(.constraint, "a second project of one id") { try store.insert(Samples.project(1)) }
            // Accounts without an external id don't collide, and names of accounts may be alike.
            for number in 3...4 {
                var account = Samples.account(number)
                account.name = accounts.0.name
                try store.insert(account)
            }
            try store.insert(Samples.plan(2))
            try expect.throwing(.constraint, "renaming a plan to another's name") { try store.update(twins.1) }
        }
        try await store.read { store in
            try expect.equal(store.projects(page: Page()), [Samples.project(1)], "projects after a refused one")
            try expect.equal(
                store.plans(page: Page()), [Samples.plan(2), Samples.plan(1)], "plans after a refused one")
            try expect.equal(store.roles(page: Page()), [Samples.role(1)], "roles after a refused one")
            try expect.equal(store.policies(page: Page()), [Samples.policy(1)], "policies after a refused one")
            try expect.equal(store.accounts(page: Page()).count, 3, "the number of accounts")
        }
    }

    @Sendable static func checkOwnerPages(_ store: any Store, _ expect: Expectations) async throws {
        let numbers = [5, 1, 4, 2, 3]
        try await store.write { store in
            for number in numbers {
                try store.insert(Samples.project(number))
                try store.insert(Samples.account(number))
                try store.insert(Samples.plan(number))
                try store.insert(Samples.role(number))
                try store.insert(Samples.policy(number))
            }
        }
        let newestFirst = numbers.sorted(by: >)
        try await store.read { store in
            for limit in 1...6 {
                try expect.equal(
                    pages(limit, id: \.id) { try store.projects(page: $0) }, newestFirst.map(Samples.project),
                    "projects")
                try expect.equal(
                    pages(limit, id: \.id) { try store.accounts(page: $0) }, newestFirst.map(Samples.account),
                    "accounts")
                try expect.equal(
                    pages(limit, id: \.id) { try store.plans(page: $0) }, newestFirst.map(Samples.plan), "plans")
                try expect.equal(
                    pages(limit, id: \.id) { try store.roles(page: $0) }, newestFirst.map(Samples.role), "roles")
                try expect.equal(
                    pages(limit, id: \.id) { try store.policies(page: $0) }, newestFirst.map(Samples.policy), "policies"
                )
            }
            try expect.equal(store.projects(page: Page(limit: 0)), [], "a page of nothing")
        }
    }

    /// More records than any check writes: a store whose pages never end is stopped there, and fails by its surplus.
    static let mostRecords = 1000

    /// Reads page after page, until one is not full.
    static func pages<Record, Tag>(
        _ limit: Int, id: (Record) -> Identifier<Tag>, _ read: (Page<Identifier<Tag>>) throws -> [Record]
    ) throws -> [Record] {
        var all: [Record] = []
        while true {
            let page = try read(Page(after: all.last.map(id), limit: limit))
            all += page
            if page.count < limit || all.count > mostRecords { return all }
        }
    }

    @Sendable static func checkZeroBytes(_ store: any Store, _ expect: Expectations) async throws {
        var account = Samples.account(1)
        account.name = "before\u{0}after"
        let odd = account
        do {
            try await store.write { try $0.insert(odd) }
        } catch let error as StoreError where error.code == .constraint {
            return try await store.read { try expect.equal($0.account(odd.id), nil, "a refused account") }
        }
        try await store.read { try expect.equal($0.account(odd.id), odd, "a name with a zero byte in it") }
    }

    @Sendable static func checkLoad(_ store: any Store, _ expect: Expectations) async throws {
        let key = try Samples.fullKey()
        let secret = Samples.secret(1, of: key.id)
        try await store.write { store in
            try insertOwners(store)
            _ = try store.insert(key, secret: secret)
            _ = try store.recordChange(.key(key.id, [secret.digest]))
        }
        try await store.read { store in
            let loaded = try expect.value(store.load(secret.digest), "the key of a digest")
            try expect.equal(loaded.key, key, "the key")
            try expect.equal(loaded.project, Samples.project(1), "its project")
            try expect.equal(loaded.account, Samples.account(1), "its account")
            try expect.equal(loaded.plan, Samples.plan(1), "its plan")
            try expect.equal(loaded.roles, [Samples.role(2), Samples.role(1)], "its roles, in the key's order")
            try expect.equal(loaded.secrets, [secret], "its secrets")
            try expect.equal(loaded.epoch, 1, "the epoch")
        }
    }
}
