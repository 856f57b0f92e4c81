package import LanyardCore
import LanyardStorage

// # Rotation
//
// A key gets a new secret, and what was current before lives on until its grace ends, so that whoever holds it can
// change over without an outage. All of a key's secrets draw on the key's allowances, which are kept by the key's id.
//
// A grace bounds everything older: a secret of an earlier rotation never outlives the one that replaced it, so that
// grace 0 leaves the new secret alone, which is what one wants after a leak. What was to end sooner still does.
//
// Secrets whose grace is over are kept for a while, so that a straggler is told `rotated_key` and not `unknown_key`.

/// Bounds of rotations.
package enum RotationBounds {
    /// How long an older secret may live on.
    package static let grace: ClosedRange<Duration> = .zero ... .seconds(30 * 86_400)
    /// How long it does unless told otherwise.
    package static let standardGrace: Duration = .seconds(86_400)
    /// Secrets past their grace that are kept for each key.
    static let endedSecrets = 16
}

extension Management {
    /// Gives a key a new secret.
    package func rotateKey(
        _ id: KeyID, grace: Duration?, as caller: Caller
    ) async throws -> Changed<RotatedKeyDetails> {
        try await change(as: caller) { try $0.rotateKey(id, grace: grace) }
    }

    /// Gives a key a new secret, and remembers the answer.
    package func rotateKey(
        _ id: KeyID, grace: Duration?, as caller: Caller, idempotency: IdempotentRequest?,
        render: @escaping @Sendable (RotatedKeyDetails) throws -> RenderedAnswer
    ) async throws -> AnsweredChange {
        try await answer(
            idempotency, as: caller, waits: true, target: \.details.record.id.description, render: render
        ) {
            try $0.rotateKey(id, grace: grace)
        }
    }
}

extension ManagementTransaction {
    func rotateKey(_ id: KeyID, grace: Duration?) throws -> RotatedKeyDetails {
        let key = try key(id, demanding: .keysWrite)
        try requireUnrevoked(key)
        try requireRight(toHandOut: key)
        return try rotate(key, grace: grace)
    }

    /// Adds a secret, whoever asks.
    func rotate(_ before: KeyRecord, grace: Duration?) throws -> RotatedKeyDetails {
        let grace = grace ?? RotationBounds.standardGrace
        guard RotationBounds.grace.contains(grace) else {
            throw ManagementError.invalid("/grace", "expected 0s to 30d")
        }
        let graceEnd = now.advanced(byMilliseconds: grace.wholeMilliseconds)
        let project = try resolver.project(of: before)
        let older = try store.secrets(of: before.id)
        try endGraces(of: older, at: graceEnd)

        let secret = Secret.generate(prefix: project.prefix, environment: before.environment)
        let record = SecretRecord(
            digest: secret.digest, key: before.id, publicKey: secret.publicKey, createdAt: now)
        guard try store.insert(record) else { throw StoreError(.constraint, "a new secret's digest exists") }
        var after = before
        after.hint = secret.hint
        after.isImported = false
        after.updatedAt = now
        try store.update(after)
        try recordChange(.key(after.id, older.map(\.digest) + [record.digest]))
        try audit(
            .keyRotate, after.id, before: KeySnapshot(before), after: KeySnapshot(after, previousExpiresAt: graceEnd))
        return RotatedKeyDetails(details: try details(of: after), secret: secret, previousExpiresAt: graceEnd)
    }

    /// Bounds the life of every older secret, and forgets those that ended long ago.
    private func endGraces(of secrets: [SecretRecord], at graceEnd: Timestamp) throws {
        var ended: [(digest: SecretDigest, end: Timestamp)] = []
        var live = 0
        for secret in secrets {
            let end = min(secret.graceEndsAt ?? graceEnd, graceEnd)
            if secret.graceEndsAt != end { try store.setGrace(of: secret.digest, endsAt: end) }
            if end > now { live += 1 } else { ended.append((secret.digest, end)) }
        }
        guard live < RecordBounds.liveSecrets else {
            throw ManagementError.conflict(
                "\(RecordBounds.liveSecrets) secrets of the key still work: let one end, or rotate with a shorter grace",
                id: nil)
        }
        for secret in ended.sorted(by: { $0.end > $1.end }).dropFirst(RotationBounds.endedSecrets) {
            try store.deleteSecret(secret.digest)
        }
    }
}
