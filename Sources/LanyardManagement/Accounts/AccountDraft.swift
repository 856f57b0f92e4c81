package import LanyardCore

/// An account as a request describes it. Only the name is needed.
package struct AccountDraft: Sendable {
    package var name: String
    package var externalID: String?
    package var billingDay = 1
    package var limits: [LimitDefinition] = []
    package var quotas: [QuotaDefinition] = []
    package var metadata = Metadata.empty

    package init(name: String) {
        self.name = name
    }
}

/// What a change does to an account.
package struct AccountPatch: Sendable {
    package var name: Edit<String> = .keep
    package var externalID: Edit<String?> = .keep
    package var billingDay: Edit<Int> = .keep
    package var limits: Edit<[LimitDefinition]> = .keep
    package var quotas: Edit<[QuotaDefinition]> = .keep
    package var metadata: Edit<Metadata> = .keep

    package init() {}
}

/// What a bulk revocation has done.
package struct AccountKeysRevoked: Sendable, Equatable {
    package let account: AccountRecord
    /// How many keys this call has revoked.
    package let revoked: Int
}
