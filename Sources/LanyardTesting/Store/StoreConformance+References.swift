import LanyardCore
import LanyardStorage

extension StoreConformance {
    static let referenceChecks = [
        StoreCheck("what keys and policies refer to is in use, and can't be deleted", checkInUse),
        StoreCheck("a key or policy can't refer to what isn't there", checkDangling),
        StoreCheck("a deleted account takes its windows along", checkDeletedAccount),
    ]

    @Sendable private static func checkInUse(_ store: any Store, _ expect: Expectations) async throws {
        var key = Samples.key(1)
        (key.account, key.plan, key.roles) = (Samples.account(1).id, Samples.plan(1).id, [Samples.role(1).id])
        var policy = Samples.policy(1)
        policy.project = Samples.project(2).id
        let (owned, bound) = (key, policy)
        let project = Samples.project(1).id
        let used: [StoreReference] = [
            .project(project), .environment(.live, of: project), .account(Samples.account(1).id),
            .plan(Samples.plan(1).id), .role(Samples.role(1).id),
        ]
        let unused: [StoreReference] = [
            .project(Samples.project(3).id), .environment(.test, of: project),
            .environment(.live, of: Samples.project(2).id), .account(Samples.account(2).id), .plan(Samples.plan(2).id),
            .role(Samples.role(2).id), .project(Samples.id(99)),
        ]
        try await store.write { store in
            try insertOwners(store)
            _ = try store.insert(owned, secret: Samples.secret(1, of: owned.id))
            try store.insert(bound)
        }
        try await store.write { store in
            for reference in used + [.project(Samples.project(2).id)] {
                try expect.equal(store.isInUse(reference), true, "whether \(reference) is in use")
            }
            for reference in unused {
                try expect.equal(store.isInUse(reference), false, "whether \(reference) is in use")
            }
            try expect.throwing(.constraint, "deleting a project in use") { try store.deleteProject(project) }
            try expect.throwing(.constraint, "deleting a policy's project") {
                try store.deleteProject(Samples.project(2).id)
            }
            try expect.throwing(.constraint, "deleting an account in use") {
                try store.deleteAccount(Samples.account(1).id)
            }
            try expect.throwing(.constraint, "deleting a plan in use") { try store.deletePlan(Samples.plan(1).id) }
            try expect.throwing(.constraint, "deleting a role in use") { try store.deleteRole(Samples.role(1).id) }
        }
        try await store.read { store in
            try expect.equal(store.key(owned.id), owned, "the key")
            try expect.equal(store.projects(page: Page()).count, 3, "projects after refused deletions")
            try expect.equal(store.accounts(page: Page()).count, 3, "accounts after refused deletions")
        }
        // Once nothing refers to them, they can go.
        try await store.write { store in
            try store.deleteKey(owned.id)
            try store.deletePolicy(bound.id)
            for reference in used {
                try expect.equal(store.isInUse(reference), false, "whether \(reference) is in use")
            }
            for number in 1...3 {
                try store.deleteProject(Samples.project(number).id)
                try store.deleteAccount(Samples.account(number).id)
                try store.deletePlan(Samples.plan(number).id)
                try store.deleteRole(Samples.role(number).id)
            }
        }
        try await store.read { store in
            try expect.equal(store.projects(page: Page()), [], "projects")
            try expect.equal(store.accounts(page: Page()), [], "accounts")
            try expect.equal(store.plans(page: Page()), [], "plans")
            try expect.equal(store.roles(page: Page()), [], "roles")
            try expect.equal(store.policies(page: Page()), [], "policies")
        }
    }

    @Sendable private static func checkDangling(_ store: any Store, _ expect: Expectations) async throws {
        let changes: [(String, @Sendable (inout KeyRecord) -> Void)] = [
            ("project", { $0.project = Samples.id(99) }), ("account", { $0.account = Samples.id(99) }),
            ("plan", { $0.plan = Samples.id(99) }), ("role", { $0.roles = [Samples.role(1).id, Samples.id(99)] }),
        ]
        try await store.write { store in
            try insertOwners(store)
            _ = try store.insert(Samples.key(1), secret: Samples.secret(1, of: Samples.key(1).id))
        }
        for (name, change) in changes {
            // Each in a transaction of its own, which it leaves: what a refused key has written of itself is undone.
            try await expect.throwing(.constraint, "inserting a key whose \(name) isn't there") {
                try await store.write { store in
                    var key = Samples.key(2)
                    change(&key)
                    _ = try store.insert(key, secret: Samples.secret(2, of: key.id))
                }
            }
            try await expect.throwing(.constraint, "giving a key a \(name) that isn't there") {
                try await store.write { store in
                    var key = Samples.key(1)
                    change(&key)
                    try store.update(key)
                }
            }
        }
        try await expect.throwing(.constraint, "inserting a policy whose project isn't there") {
            try await store.write { store in
                var policy = Samples.policy(1)
                policy.project = Samples.id(99)
                try store.insert(policy)
            }
        }
        try await store.read { store in
            try expect.equal(
                store.keys(KeyFilter(now: Samples.time(0)), page: Page()), [Samples.key(1)], "keys after refused ones")
            try expect.equal(store.secret(Samples.digest(2)), nil, "the secret of a refused key")
            try expect.equal(store.isInUse(.role(Samples.role(1).id)), false, "whether a refused key's role is in use")
        }
    }

    @Sendable private static func checkDeletedAccount(_ store: any Store, _ expect: Expectations) async throws {
        let (gone, kept) = (Samples.account(1), Samples.account(2))
        let window = Samples.window(of: Subject(kept.id), amounts: [2])
        // A key's and an account's ids may have the same bits: the kind of subject tells them apart.
        let key = Samples.window(of: Subject(kind: .key, high: gone.id.high, low: gone.id.low), amounts: [3])
        try await store.write { store in
            try store.insert(gone)
            try store.insert(kept)
            try store.save(
                [Samples.window(of: Subject(gone.id), amounts: [1]), window, key], clock: Samples.clock())
            try store.deleteAccount(gone.id)
        }
        try await store.read { store in
            try expect.equal(Set(store.savedWindows().windows), [window, key], "windows")
        }
    }
}
