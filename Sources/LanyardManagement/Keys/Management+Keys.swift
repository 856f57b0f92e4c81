package import LanyardCore
import LanyardStorage

extension Management {
    /// Makes a key and its first secret.
    package func createKey(_ draft: KeyDraft, as caller: Caller) async throws -> Changed<IssuedKey> {
        try await change(as: caller, waits: false) { try $0.createKey(draft) }
    }

    /// Makes a key, and remembers the answer.
    package func createKey(
        _ draft: KeyDraft, as caller: Caller, idempotency: IdempotentRequest?,
        render: @escaping @Sendable (IssuedKey) throws -> RenderedAnswer
    ) async throws -> AnsweredChange {
        try await answer(idempotency, as: caller, target: \.details.record.id.description, render: render) {
            try $0.createKey(draft)
        }
    }

    /// One key.
    package func key(_ id: KeyID, as caller: Caller) async throws -> KeyDetails {
        try await keyStanding(id, as: caller).owner
    }

    /// One key, and how the quotas stand that hold it back: its own, its plan's and its account's.
    package func keyStanding(_ id: KeyID, as caller: Caller) async throws -> QuotaStanding<KeyDetails> {
        try caller.requireForSomeProject(.keysRead)
        let now = now
        return try await read { store, resolver in
            guard let key = try store.key(id) else { throw ManagementError.notFound(.key(id)) }
            try caller.require(.keysRead, forKey: id, of: try resolver.project(of: key).name)
            let details = try resolver.details(of: key, at: now)
            return QuotaStanding(owner: details, quotas: try store.quotaStatuses(details.allQuotas, at: now))
        }
    }

    /// Whose secret is this? Whoever may not read the key learns no more than that of an unknown one.
    package func keyWithSecret(_ digest: SecretDigest, as caller: Caller) async throws -> KeyDetails {
        try caller.requireForSomeProject(.keysRead)
        let now = now
        return try await read { store, resolver in
            let missing = ManagementError.notFound("key with this secret")
            guard let secret = try store.secret(digest), let key = try store.key(secret.key) else { throw missing }
            let project = try resolver.project(of: key).name
            guard caller.sees(keysOf: project), caller.holds(.keysRead, for: project) else { throw missing }
            return try resolver.details(of: key, at: now)
        }
    }
}

extension ManagementTransaction {
    func createKey(_ draft: KeyDraft) throws -> IssuedKey {
        try caller.requireForSomeProject(.keysWrite)
        let project = try projectForKeys(draft.project)
        let secret = Secret.generate(prefix: project.prefix, environment: draft.environment ?? .live)
        let id = KeyID.make(atMilliseconds: now.milliseconds)
        let key = try record(of: draft, in: project, id: id, hint: secret.hint)
        try insert(key, openedBy: secret, action: .keyCreate)
        return IssuedKey(details: try details(of: key), secret: secret)
    }

    /// Writes a new key with its secret.
    func insert(_ key: KeyRecord, openedBy secret: Secret, action: AuditAction) throws {
        let record = SecretRecord(
            digest: secret.digest, key: key.id, publicKey: secret.publicKey, createdAt: now)
        guard try store.insert(key, secret: record) == nil else {
            throw StoreError(.constraint, "a new secret's digest exists")
        }
        try recordChange(.key(key.id, [record.digest]))
        try audit(action, key.id, after: KeySnapshot(key))
    }
}
