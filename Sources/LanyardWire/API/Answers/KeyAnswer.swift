package import LanyardCore

/// A key as the management API shows it, with the names of what it refers to. It never holds the secret.
package struct KeyAnswer: JSONWritable, Sendable {
    package var record: KeyRecord
    package var projectName: String
    package var account: AccountReference?
    package var roleNames: [String]
    package var planName: String?
    package var status: KeyRecord.Status

    package init(
        record: KeyRecord, projectName: String, account: AccountReference?, roleNames: [String], planName: String?,
        now: Timestamp
    ) {
        self.record = record
        self.projectName = projectName
        self.account = account
        self.roleNames = roleNames
        self.planName = planName
        status = record.status(at: now)
    }

    package init(_ key: ResolvedKey, now: Timestamp) {
        self.init(
            record: key.record, projectName: key.projectName, account: key.accountReference, roleNames: key.roleNames,
            planName: key.planName, now: now)
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            record.writeIdentity(to: &writer, projectName: projectName, account: account)
            writer.member("status", status.rawValue)
            writer.member("hint", record.hint)
            writer.texts("scopes", record.scopes)
            writer.member("roles", roleNames)
            writer.member("plan", planName)
            writer.member("limits", record.limits)
            writer.member("quotas", record.quotas)
            writer.member("in_flight", record.maximumInFlight)
            record.writeRestrictions(to: &writer)
            writer.member("imported", record.isImported)
            writer.member("not_before", record.notBefore)
            writer.member("expires_at", record.expiresAt)
            writer.member("disabled", record.isDisabled)
            writer.member("revoked_at", record.revokedAt)
            writer.member("revoke_reason", record.revokeReason)
            writer.member("allow_self_rotate", record.allowsSelfRotation)
            writer.member("metadata", record.metadata)
            writer.member("created_at", record.createdAt)
            writer.member("updated_at", record.updatedAt)
            writer.member("last_used_at", record.lastUsedAt)
        }
    }
}

/// A key as its holder sees it: with all that it may do, and without the operator's own notes.
package struct OwnKeyAnswer: JSONWritable, Sendable {
    package var record: KeyRecord
    package var projectName: String
    package var account: AccountReference?
    /// Its own scopes, its roles' and its plan's.
    package var scopes: ScopeSet
    package var status: KeyRecord.Status

    package init(
        record: KeyRecord, projectName: String, account: AccountReference?, scopes: ScopeSet, now: Timestamp
    ) {
        self.record = record
        self.projectName = projectName
        self.account = account
        self.scopes = scopes
        status = record.status(at: now)
    }

    package init(_ key: ResolvedKey, now: Timestamp) {
        self.init(
            record: key.record, projectName: key.projectName, account: key.accountReference, scopes: key.scopes,
            now: now)
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            record.writeIdentity(to: &writer, projectName: projectName, account: account)
            writer.member("status", status.rawValue)
            writer.member("hint", record.hint)
            writer.texts("scopes", scopes.scopes)
            record.writeRestrictions(to: &writer)
            writer.member("not_before", record.notBefore)
            writer.member("expires_at", record.expiresAt)
            writer.member("allow_self_rotate", record.allowsSelfRotation)
            writer.member("created_at", record.createdAt)
        }
    }
}

/// A key as `POST /v1/verify` tells it to the service that asked.
package struct VerifiedKeyAnswer: JSONWritable, Sendable {
    package let key: ResolvedKey

    package init(_ key: ResolvedKey) {
        self.key = key
    }

    package func write(to writer: inout JSONWriter) {
        let record = key.record
        writer.object { writer in
            record.writeIdentity(to: &writer, projectName: key.projectName, account: key.accountReference)
            writer.texts("scopes", key.scopes.scopes)
            writer.member("expires_at", record.expiresAt)
            writer.member("metadata", record.metadata)
        }
    }
}

extension ResolvedKey {
    package var accountReference: AccountReference? { account.map { AccountReference($0.record) } }
}

extension KeyRecord {
    fileprivate func writeIdentity(to writer: inout JSONWriter, projectName: String, account: AccountReference?) {
        writer.member("id", id.description)
        writer.member("name", name)
        writer.member("project", ProjectReference(id: project, name: projectName))
        writer.member("account", account)
        writer.member("environment", environment.description)
    }

    fileprivate func writeRestrictions(to writer: inout JSONWriter) {
        writer.texts("ip_allowlist", ipAllowlist)
        writer.texts("methods", methods)
        writer.texts("paths", paths)
        writer.member("proof", proof.rawValue)
    }
}

extension Metadata: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.raw(json)
    }
}
