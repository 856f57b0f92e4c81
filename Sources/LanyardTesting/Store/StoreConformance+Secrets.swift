import LanyardCore
import LanyardStorage

extension StoreConformance {
    static let secretChecks = [
        StoreCheck("every field of a secret lasts, and the current one comes first", checkSecrets),
        StoreCheck("a digest opens one key, and a second key with it is not inserted", checkDuplicateDigests),
        StoreCheck("a deleted key takes its secrets and windows along, and leaves its usage", checkDeletedKey),
    ]

    @Sendable private static func checkSecrets(_ store: any Store, _ expect: Expectations) async throws {
        let key = Samples.key(1)
        var older = Samples.secret(1, of: key.id)
        older.publicKey = nil
        older.createdAt = Samples.time(-5)
        var current = Samples.secret(2, of: key.id)
        current.createdAt = Samples.time(5)
        let (first, second) = (older, current)
        let graceEnd = Samples.time(.max)
        try await store.write { store in
            try store.insert(Samples.project(1))
            _ = try store.insert(key, secret: first)
            try expect.equal(store.secrets(of: key.id), [first], "a key's only secret")
            try expect.equal(store.insert(second), true, "whether a new digest was inserted")
            try store.setGrace(of: first.digest, endsAt: graceEnd)
        }
        var graced = first
        graced.graceEndsAt = graceEnd
        let previous = graced
        try await store.read { store in
            try expect.equal(store.secret(first.digest), previous, "a secret in its grace")
            try expect.equal(store.secret(second.digest), second, "the current secret")
            try expect.equal(store.secrets(of: key.id), [second, previous], "secrets, the current one first")
        }
        // The older one becomes the current one again: the order follows the grace, not the age.
        try await store.write { store in
            try store.setGrace(of: first.digest, endsAt: nil)
            try store.setGrace(of: second.digest, endsAt: Samples.time(7))
        }
        try await store.read { store in
            try expect.equal(store.secrets(of: key.id).map(\.digest), [first.digest, second.digest], "the order")
            try expect.equal(store.secret(first.digest), first, "a secret whose grace was taken back")
        }
        try await store.write { try $0.deleteSecret(second.digest) }
        try await store.read { store in
            try expect.equal(store.secret(second.digest), nil, "a deleted secret")
            try expect.equal(store.secrets(of: key.id), [first], "secrets after one was deleted")
        }
    }

    @Sendable private static func checkDuplicateDigests(_ store: any Store, _ expect: Expectations) async throws {
        let (first, second) = (Samples.key(1), Samples.key(2))
        let secret = Samples.secret(1, of: first.id)
        let twin = Samples.secret(1, of: second.id)
        try await store.write { store in
            try store.insert(Samples.project(1))
            _ = try store.insert(first, secret: secret)
            try expect.equal(store.insert(second, secret: twin), first.id, "the owner of a digest, in one transaction")
        }
        try await store.write { store in
            try expect.equal(store.insert(second, secret: twin), first.id, "the owner of a digest")
            try expect.equal(store.insert(second, secret: twin), first.id, "the owner of a digest that was just met")
            try expect.equal(store.insert(twin), false, "whether a known digest was inserted")
            _ = try store.insert(second, secret: Samples.secret(2, of: second.id))
            try expect.equal(store.insert(twin), false, "whether another key's digest was inserted")
            try expect.throwing(.constraint, "a second key of one id") {
                _ = try store.insert(first, secret: Samples.secret(3, of: first.id))
            }
            try expect.equal(store.insert(first, secret: secret), first.id, "the owner, though the id exists as well")
            try expect.throwing(.constraint, "a secret of a key that isn't there") {
                _ = try store.insert(Samples.secret(4, of: Samples.id(99)))
            }
        }
        try await store.read { store in
            try expect.equal(store.secret(secret.digest), secret, "the secret that was there")
            try expect.equal(store.secrets(of: second.id).count, 1, "the number of the second key's secrets")
            try expect.equal(store.secret(Samples.digest(3)), nil, "the secret of a refused key")
            try expect.equal(store.secret(Samples.digest(4)), nil, "the secret of no key")
        }
    }

    @Sendable private static func checkDeletedKey(_ store: any Store, _ expect: Expectations) async throws {
        var first = Samples.key(1)
        first.roles = [Samples.role(1).id]
        let (key, other) = (first, Samples.key(2))
        let kept = Samples.window(of: Subject(other.id), amounts: [2])
        try await store.write { store in
            try insertOwners(store)
            _ = try store.insert(key, secret: Samples.secret(1, of: key.id))
            _ = try store.insert(Samples.secret(2, of: key.id))
            _ = try store.insert(other, secret: Samples.secret(3, of: other.id))
            try store.save([Samples.window(of: Subject(key.id), amounts: [1]), kept], clock: Samples.clock())
            try store.addUsage([UsageRow(key: key.id, minute: 1, outcome: UsageRow.granted, count: 5)])
            try store.deleteKey(key.id)
        }
        try await store.read { store in
            try expect.equal(store.secret(Samples.digest(1)), nil, "a deleted key's secret")
            try expect.equal(store.secret(Samples.digest(2)), nil, "a deleted key's other secret")
            try expect.equal(store.secrets(of: other.id).count, 1, "another key's secrets")
            try expect.equal(store.savedWindows().windows, [kept], "windows")
            try expect.equal(store.isInUse(.role(Samples.role(1).id)), false, "whether a deleted key's role is in use")
            let sums = try store.usage(UsageQuery(fromMinute: 0, toMinute: 10, interval: .hour, group: .key))
            try expect.equal(sums.map(\.outcomes), [[UsageRow.granted: 5]], "a deleted key's usage")
        }
        // Its digest and its id are free again.
        try await store.write { store in
            try expect.equal(
                store.insert(key, secret: Samples.secret(1, of: key.id)), nil, "the owner of a freed digest")
        }
    }
}
