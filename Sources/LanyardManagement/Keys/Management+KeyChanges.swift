package import LanyardCore
package import LanyardEngine
import LanyardStorage

extension Management {
    /// Changes a key.
    package func updateKey(_ id: KeyID, _ patch: KeyPatch, as caller: Caller) async throws -> Changed<KeyDetails> {
        try await change(as: caller) { transaction in
            let before = try transaction.key(id, demanding: .keysWrite)
            try transaction.requireUnrevoked(before)
            try transaction.requireRight(toHandOut: before)
            let after = try transaction.record(of: before, changedBy: patch)
            try transaction.requireRight(toHandOut: after)
            return try transaction.replace(before, with: after, action: .keyUpdate)
        }
    }

    /// Ends a key for good. Repeating it changes nothing.
    package func revokeKey(_ id: KeyID, reason: String?, as caller: Caller) async throws -> Changed<KeyDetails> {
        try await change(as: caller) { transaction in
            let before = try transaction.key(id, demanding: .keysWrite)
            return try transaction.revoke(before, reason: reason)
        }
    }

    /// Shuts a key until it is enabled again.
    package func disableKey(_ id: KeyID, as caller: Caller) async throws -> Changed<KeyDetails> {
        try await change(as: caller) { transaction in
            let before = try transaction.key(id, demanding: .keysWrite)
            try transaction.requireUnrevoked(before)
            var after = before
            after.isDisabled = true
            return try transaction.replace(before, with: after, action: .keyDisable)
        }
    }

    /// Opens a disabled key.
    package func enableKey(_ id: KeyID, as caller: Caller) async throws -> Changed<KeyDetails> {
        try await change(as: caller) { transaction in
            let before = try transaction.key(id, demanding: .keysWrite)
            try transaction.requireUnrevoked(before)
            try transaction.requireRight(toHandOut: before)
            var after = before
            after.isDisabled = false
            return try transaction.replace(before, with: after, action: .keyEnable)
        }
    }

    /// Deletes a revoked key's record. Its usage and its audit entries stay.
    @discardableResult
    package func deleteKey(_ id: KeyID, as caller: Caller) async throws -> Acknowledgement {
        try await change(as: caller) { transaction in
            let key = try transaction.key(id, demanding: .keysWrite)
            guard key.revokedAt != nil else {
                throw ManagementError.conflict("only a revoked key can be deleted", id: id.description)
            }
            let digests = try transaction.digests(of: id)
            try transaction.store.deleteKey(id)
            try transaction.recordChange(.key(id, digests))
            try transaction.audit(.keyDelete, id, before: KeySnapshot(key))
        }.acknowledgement
    }
}

extension ManagementTransaction {
    func requireUnrevoked(_ key: KeyRecord) throws(ManagementError) {
        guard key.revokedAt == nil else { throw .conflict("the key is revoked", id: key.id.description) }
    }

    /// Revokes a key, whoever asks; the first time and reason stay.
    func revoke(_ key: KeyRecord, reason: String?) throws -> KeyDetails {
        var problems = FieldProblems()
        problems.checkReason(reason)
        try problems.throwIfAny()
        var after = key
        if key.revokedAt == nil {
            after.revokedAt = now
            after.revokeReason = reason
        }
        return try replace(key, with: after, action: .keyRevoke)
    }

    /// Writes a key's record, if anything has changed.
    func replace(_ before: KeyRecord, with after: KeyRecord, action: AuditAction) throws -> KeyDetails {
        guard after != before else {
            try repeatChange(ofKey: before.id)
            return try details(of: before)
        }
        var after = after
        after.updatedAt = now
        try store.update(after)
        try recordChange(ofKey: after.id)
        try audit(action, after.id, before: KeySnapshot(before), after: KeySnapshot(after))
        return try details(of: after)
    }
}
