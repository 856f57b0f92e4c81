package import LanyardCore

/// A key with all that it refers to, as answers show it.
package struct KeyDetails: Sendable, Equatable {
    package let record: KeyRecord
    package let project: ProjectRecord
    package let account: AccountRecord?
    package let plan: PlanRecord?
    package let roles: [RoleRecord]
    /// When it was read.
    package let status: KeyRecord.Status

    /// All that the key holds: its own scopes, its roles' and its plan's.
    package var effectiveScopes: ScopeSet {
        ScopeSet(record.scopes + roles.flatMap(\.scopes) + (plan?.scopes ?? []))
    }
}

/// A key with a secret that was made for it just now.
package struct IssuedKey: Sendable {
    package let details: KeyDetails
    package let secret: Secret
}

/// A key with a secret that was added to it just now.
package struct RotatedKeyDetails: Sendable {
    package let details: KeyDetails
    package let secret: Secret
    /// When the secret that was current before stops working.
    package let previousExpiresAt: Timestamp
}
