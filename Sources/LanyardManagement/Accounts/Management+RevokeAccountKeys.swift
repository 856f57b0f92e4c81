package import LanyardCore
import LanyardEngine
import LanyardStorage

// # Revoking all keys of an account
//
// An account may have a million keys, and one transaction for all would lock the store for as long as it takes. So keys
// are revoked in batches, newest first, each a transaction with its own entry in the audit log, and each applied before
// the next begins: what a batch has revoked is revoked, whatever becomes of the rest. A call that fails half-way is
// simply made again. Keys that are made while it runs are not among them; suspend the account first to shut those out
// too.

extension Management {
    /// Keys that one transaction revokes.
    static let revocationBatchSize = 500

    /// Revokes every key of an account, in every project.
    package func revokeAccountKeys(
        _ id: AccountID, reason: String?, as caller: Caller
    ) async throws -> Changed<AccountKeysRevoked> {
        try caller.require(.keysWrite)
        var problems = FieldProblems()
        problems.checkReason(reason)
        try problems.throwIfAny()
        var after: KeyID?
        var revoked = 0
        let began = engine.now.monotonic
        while true {
            let start = after
            let batch = try await change(as: caller, waits: false) {
                try $0.revokeKeys(of: id, after: start, reason: reason)
            }.value
            revoked += batch.revoked
            guard let next = batch.next else {
                // Who has confirmed the last of them has confirmed all.
                return Changed(
                    value: AccountKeysRevoked(account: batch.account, revoked: revoked),
                    acknowledgement: await engine.acknowledge(batch.epoch, since: began))
            }
            after = next
        }
    }
}

/// What one batch has done.
private struct RevocationBatch: Sendable {
    let account: AccountRecord
    let revoked: Int
    /// The newest change when it was done, its own among them.
    let epoch: Int64
    /// Where the next begins; `nil` after the last.
    let next: KeyID?
}

extension ManagementTransaction {
    fileprivate func revokeKeys(of id: AccountID, after: KeyID?, reason: String?) throws -> RevocationBatch {
        guard let account = try store.account(id) else { throw ManagementError.notFound(.account(id)) }
        // Asked for each batch: such a key may have come since the last.
        try requireRight(toKeysOf: id)
        var filter = KeyFilter(now: now)
        filter.account = id
        let keys = try store.keys(filter, page: Page(after: after, limit: Management.revocationBatchSize))
        let live = keys.filter { $0.revokedAt == nil }
        for key in live {
            var revoked = key
            revoked.revokedAt = now
            revoked.revokeReason = reason
            revoked.updatedAt = now
            try store.update(revoked)
            try recordChange(ofKey: key.id)
        }
        if !live.isEmpty {
            try audit(.accountRevokeKeys, id, after: RevokedKeysSnapshot(revoked: live.map(\.id), reason: reason))
        }
        let next = keys.count < Management.revocationBatchSize ? nil : keys.last?.id
        return RevocationBatch(account: account, revoked: live.count, epoch: try store.epoch(), next: next)
    }
}
