package import LanyardCore

/// When a key is to expire, as a request says it.
package enum Expiry: Sendable, Hashable {
    /// At this time.
    case at(Timestamp)
    /// This long after the call.
    case after(Duration)
}

/// A key as a request describes it. Only the name is needed.
package struct KeyDraft: Sendable {
    package var name: String
    /// `default` if absent.
    package var project: Reference<ProjectTag>?
    /// `live` if absent.
    package var environment: EnvironmentName?
    package var account: Reference<AccountTag>?
    package var scopes: [Scope] = []
    package var roles: [Reference<RoleTag>] = []
    package var plan: Reference<PlanTag>?
    package var limits: [LimitDefinition] = []
    package var quotas: [QuotaDefinition] = []
    package var maximumInFlight: Int?
    package var ipAllowlist: [CIDR] = []
    package var methods: [HTTPMethodName] = []
    package var paths: [PathPattern] = []
    package var proof = ProofRequirement.any
    package var notBefore: Timestamp?
    package var expiry: Expiry?
    package var allowsSelfRotation = false
    package var metadata = Metadata.empty

    package init(name: String) {
        self.name = name
    }
}

/// What a change does to a key. Project and environment stand in the secret and can't be changed.
package struct KeyPatch: Sendable {
    package var name: Edit<String> = .keep
    package var account: Edit<Reference<AccountTag>?> = .keep
    package var scopes: Edit<[Scope]> = .keep
    package var roles: Edit<[Reference<RoleTag>]> = .keep
    package var plan: Edit<Reference<PlanTag>?> = .keep
    package var limits: Edit<[LimitDefinition]> = .keep
    package var quotas: Edit<[QuotaDefinition]> = .keep
    package var maximumInFlight: Edit<Int?> = .keep
    package var ipAllowlist: Edit<[CIDR]> = .keep
    package var methods: Edit<[HTTPMethodName]> = .keep
    package var paths: Edit<[PathPattern]> = .keep
    package var proof: Edit<ProofRequirement> = .keep
    package var notBefore: Edit<Timestamp?> = .keep
    package var expiry: Edit<Expiry?> = .keep
    package var allowsSelfRotation: Edit<Bool> = .keep
    package var metadata: Edit<Metadata> = .keep

    package init() {}
}
