import LanyardCore
import LanyardStorage

extension StoreConformance {
    static let recordChecks = [
        StoreCheck("every field of a key lasts, and every field can be changed", checkKeyFields),
        StoreCheck("every field of projects and accounts lasts, and can be changed", checkProjectsAndAccounts),
        StoreCheck("every field of plans and roles lasts, and can be changed", checkPlansAndRoles),
        StoreCheck("every field of a policy lasts, and can be changed", checkPolicies),
        StoreCheck("what isn't there is nil, and can't be changed", checkAbsent),
        StoreCheck("names are unique where they must be, and a refused one leaves the transaction whole", checkNames),
        StoreCheck("lists of owners are newest first, and pages meet without gap or overlap", checkOwnerPages),
        StoreCheck("a text with a zero byte is kept whole or refused", checkZeroBytes),
        StoreCheck("a key is loaded with all that it depends on", checkLoad),
        StoreCheck("markers are remembered, and imports are noticed", checkMarkers),
    ]

    /// What keys of the samples refer to.
    static func insertOwners(_ store: any StoreWriting) throws {
        for number in 1...3 {
            try store.insert(Samples.project(number))
            try store.insert(Samples.account(number))
            try store.insert(Samples.plan(number))
            try store.insert(Samples.role(number))
        }
    }

    @Sendable private static func checkKeyFields(_ store: any Store, _ expect: Expectations) async throws {
        let full = try Samples.fullKey()
        let bare = Samples.key(2)
        try await store.write { store in
            try insertOwners(store)
            try expect.equal(
                store.insert(full, secret: Samples.secret(1, of: full.id)), nil, "the owner of a new digest")
            try expect.equal(
                store.insert(bare, secret: Samples.secret(2, of: bare.id)), nil, "the owner of a new digest")
            try expect.equal(store.key(full.id), full, "a key within its transaction")
        }
        try await store.read { store in
            try expect.equal(store.key(full.id), full, "a key of which everything is set")
            try expect.equal(store.key(bare.id), bare, "a key of which nothing is set")
        }
        // Each takes the other's fields: what was set is emptied, and what was empty is set.
        var emptied = Samples.key(1)
        emptied.project = Samples.project(2).id
        var filled = full
        filled.id = bare.id
        let (changedFull, changedBare) = (emptied, filled)
        try await store.write { store in
            try store.update(changedFull)
            try store.update(changedBare)
        }
        try await store.read { store in
            try expect.equal(store.key(full.id), changedFull, "a key that was emptied")
            try expect.equal(store.key(bare.id), changedBare, "a key that was filled")
        }
        try await store.write { store in
            try store.deleteKey(full.id)
            try expect.equal(store.key(full.id), nil, "a deleted key within its transaction")
        }
        try await store.read { store in
            try expect.equal(store.key(full.id), nil, "a deleted key")
            try expect.equal(store.key(bare.id), changedBare, "another key than the deleted one")
        }
    }

    @Sendable private static func checkProjectsAndAccounts(_ store: any Store, _ expect: Expectations) async throws {
        var project = Samples.project(1)
        project.name = Samples.oddText
        project.updatedAt = Samples.time(2000)
        let account = Samples.fullAccount()
        let inserted = project
        try await store.write { store in
            try store.insert(inserted)
            try store.insert(account)
            try store.insert(Samples.account(2))
        }
        try await store.read { store in
            try expect.equal(store.project(inserted.id), inserted, "a project")
            try expect.equal(store.project(named: Samples.oddText), inserted, "a project by its name")
            try expect.equal(store.account(account.id), account, "an account of which everything is set")
            try expect.equal(store.account(externalID: Samples.oddText), account, "an account by its external id")
            try expect.equal(store.account(Samples.account(2).id), Samples.account(2), "a bare account")
        }
        project.name = "renamed"
        project.prefix = try expect.value(SecretPrefix("pay"), "a prefix")
        project.environments = []
        let (changedProject, emptied) = (project, Samples.account(1))
        try await store.write { store in
            try store.update(changedProject)
            try store.update(emptied)
        }
        try await store.read { store in
            try expect.equal(store.project(named: "renamed"), changedProject, "a changed project")
            try expect.equal(store.project(named: Samples.oddText), nil, "a project by its former name")
            try expect.equal(store.account(emptied.id), emptied, "an account that was emptied")
            try expect.equal(store.account(externalID: Samples.oddText), nil, "an account by its former external id")
        }
    }

    @Sendable private static func checkPlansAndRoles(_ store: any Store, _ expect: Expectations) async throws {
        let (plan, role) = (try Samples.fullPlan(), try Samples.fullRole())
        try await store.write { store in
            try store.insert(plan)
            try store.insert(role)
        }
        try await store.read { store in
            try expect.equal(store.plan(plan.id), plan, "a plan of which everything is set")
            try expect.equal(store.plan(named: plan.name), plan, "a plan by its name")
            try expect.equal(store.role(role.id), role, "a role of which everything is set")
            try expect.equal(store.role(named: role.name), role, "a role by its name")
        }
        try await store.write { store in
            try store.update(Samples.plan(1))
            try store.update(Samples.role(1))
        }
        try await store.read { store in
            try expect.equal(store.plan(plan.id), Samples.plan(1), "a plan that was emptied")
            try expect.equal(store.role(role.id), Samples.role(1), "a role that was emptied")
            try expect.equal(store.role(named: role.name), nil, "a role by its former name")
        }
    }

    @Sendable private static func checkPolicies(_ store: any Store, _ expect: Expectations) async throws {
        let policy = try Samples.fullPolicy()
        var bare = Samples.policy(2)
        bare.keyFrom = []
        let second = bare
        try await store.write { store in
            try store.insert(Samples.project(1))
            try store.insert(policy)
            try store.insert(second)
        }
        try await store.read { store in
            try expect.equal(store.policy(policy.id), policy, "a policy of which everything is set")
            try expect.equal(store.policy(named: policy.name), policy, "a policy by its name")
            try expect.equal(store.policy(second.id), second, "a bare policy")
        }
        for dialect in ProxyDialect.allCases {
            var changed = Samples.policy(1)
            changed.dialect = dialect
            let policy = changed
            try await store.write { try $0.update(policy) }
            try await store.read { try expect.equal($0.policy(policy.id), policy, "a policy of dialect \(dialect)") }
        }
    }

    @Sendable private static func checkMarkers(_ store: any Store, _ expect: Expectations) async throws {
        for marker in StoreMarker.allCases {
            try await store.read { try expect.equal($0.marker(marker), nil, "a marker that was not set") }
            for value in ["first", Samples.oddText, ""] {
                try await store.write { try $0.setMarker(marker, to: value) }
                try await store.read { try expect.equal($0.marker(marker), value, "a marker") }
            }
        }
        try await store.write { store in
            try insertOwners(store)
            _ = try store.insert(Samples.key(1), secret: Samples.secret(1, of: Samples.key(1).id))
            try expect.equal(store.hasImports(), false, "imports, where none was made")
        }
        var imported = Samples.key(2)
        imported.isImported = true
        let key = imported
        try await store.write { store in
            _ = try store.insert(key, secret: Samples.secret(2, of: key.id))
            try expect.equal(store.hasImports(), true, "imports, within the transaction of one")
        }
        try await store.write { try $0.deleteKey(key.id) }
        try await store.read { store in
            try expect.equal(store.hasImports(), true, "imports, after the only one was deleted: they were made")
        }
    }
}
