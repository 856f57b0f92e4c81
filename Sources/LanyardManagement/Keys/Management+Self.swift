package import LanyardCore
import LanyardStorage

// # What a key may do for itself
//
// Whoever holds a key's secret may ask who it is, give it a new secret if the key was made for that, and revoke it,
// always: a finder does everyone a favour. Two things are refused. A secret whose grace is over does nothing any more;
// it was rotated away, perhaps because it had leaked, and must not end the key that replaced it. And only the current
// secret rotates: with an older one, within its grace, a thief would prolong what the grace was to end.
//
// Where the key may be used from, and the proof that it demands, is the way in's to judge before it calls these.

extension Management {
    /// The key that a secret opens, also within a grace.
    package func describeSelf(_ presented: Secret) async throws -> KeyDetails {
        let now = now
        let digest = presented.digest
        return try await read { store, resolver in
            let (key, _) = try store.own(digest, at: now)
            return try resolver.details(of: key, at: now)
        }
    }

    /// Gives a key a new secret, asked by its holder, and remembers the answer if the request is to be repeatable.
    package func rotateSelf(
        _ presented: Secret, grace: Duration?, requestID: String?, idempotency: IdempotentRequest?,
        render: @escaping @Sendable (RotatedKeyDetails) throws -> RenderedAnswer
    ) async throws -> AnsweredChange {
        let caller = try await holder(of: presented, requestID: requestID)
        let digest = presented.digest
        return try await answer(
            idempotency, as: caller, waits: true, target: \.details.record.id.description, render: render
        ) {
            try $0.rotateSelf(digest, grace: grace)
        }
    }

    /// Revokes a key, asked by its holder: whatever restricts it, and also when it is disabled, suspended or expired.
    package func revokeSelf(
        _ presented: Secret, reason: String?, requestID: String?
    ) async throws -> Changed<KeyDetails> {
        let caller = try await holder(of: presented, requestID: requestID)
        let digest = presented.digest
        return try await change(as: caller) { transaction in
            let (key, _) = try transaction.store.own(digest, at: transaction.now)
            return try transaction.revoke(key, reason: reason)
        }
    }

    /// The key itself as the caller: without a single right to anything else.
    private func holder(of secret: Secret, requestID: String?) async throws -> Caller {
        let now = now
        let digest = secret.digest
        let key = try await read { store, _ in try store.own(digest, at: now).key }
        return Caller(keyID: key.id, name: key.name, scopes: .none, requestID: requestID, secret: secret)
    }
}

extension ManagementTransaction {
    fileprivate func rotateSelf(_ digest: SecretDigest, grace: Duration?) throws -> RotatedKeyDetails {
        let (key, secret) = try store.own(digest, at: now)
        let details = try details(of: key)
        if details.account?.isSuspended == true { throw ManagementError.denied(.accountSuspended) }
        switch details.status {
        case .active: break
        case .revoked: throw ManagementError.denied(.revokedKey)
        case .disabled: throw ManagementError.denied(.disabledKey)
        case .notYetValid: throw ManagementError.denied(.notYetValid)
        case .expired: throw ManagementError.denied(.expiredKey)
        }
        guard key.proof == .any else { throw ManagementError.denied(.proofRequired) }
        guard key.allowsSelfRotation else { throw ManagementError.selfRotationNotAllowed }
        guard secret.graceEndsAt == nil else {
            throw ManagementError.conflict("this secret was rotated away: only the current one can rotate", id: nil)
        }
        return try rotate(key, grace: grace)
    }
}

extension StoreReading {
    /// The key that a secret opens, revoked ones refused, with the secret's record.
    fileprivate func own(_ digest: SecretDigest, at now: Timestamp) throws -> (key: KeyRecord, secret: SecretRecord) {
        guard let secret = try secret(digest), let key = try key(secret.key) else {
            throw ManagementError.denied(.unknownKey)
        }
        if key.revokedAt != nil { throw ManagementError.denied(.revokedKey) }
        if let end = secret.graceEndsAt, end <= now { throw ManagementError.denied(.rotatedKey) }
        return (key, secret)
    }
}
