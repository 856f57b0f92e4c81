import LanyardCore
import LanyardStorage

// # Rights are asked for when they are used
//
// A caller is let in when its request's head has arrived; its body may take its time, and an import runs for minutes. What
// the key was allowed to do then says nothing about now: it may have been revoked, and that may have been acknowledged. So
// each transaction that changes something reads the caller's key again, and goes by what it finds. Transactions run one
// after the other, so whatever was revoked before this one is seen.

extension Caller {
    /// The same caller as the store knows it now.
    /// - Throws: ``ManagementError/denied(_:)`` if its key would not be let in any more.
    func renewed(in store: any StoreReading, at now: Timestamp) throws -> Caller {
        // Operators stand for themselves; whoever acts on its own key alone is asked by the use-case itself.
        guard let keyID, wasAdmitted else { return self }
        guard let loaded = try store.load(keyID) else { throw ManagementError.denied(.unknownKey) }
        let key = loaded.key
        if key.revokedAt != nil { throw ManagementError.denied(.revokedKey) }
        if loaded.account?.isSuspended == true { throw ManagementError.denied(.accountSuspended) }
        if key.isDisabled { throw ManagementError.denied(.disabledKey) }
        if let notBefore = key.notBefore, now < notBefore { throw ManagementError.denied(.notYetValid) }
        if let expiry = key.expiresAt, expiry <= now { throw ManagementError.denied(.expiredKey) }
        if let secret {
            let digest = secret.digest
            guard let record = loaded.secrets.first(where: { $0.digest == digest }) else {
                throw ManagementError.denied(.unknownKey)
            }
            if let end = record.graceEndsAt, end <= now { throw ManagementError.denied(.rotatedKey) }
        }
        let scopes = key.scopes + loaded.roles.flatMap(\.scopes) + (loaded.plan?.scopes ?? [])
        return Caller(
            keyID: keyID, name: key.name, scopes: ScopeSet(scopes), requestID: requestID, secret: secret,
            wasAdmitted: true)
    }
}
