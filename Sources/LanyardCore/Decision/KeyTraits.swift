/// What many keys have in common: the scopes, the tier, the limits. Immutable and shared, so that a thousand keys of one
/// kind hold it once.
package final class KeyTraits: Sendable, Hashable {
    package let project: ProjectID
    package let projectName: String
    package let environment: EnvironmentName
    /// Granted on the key itself.
    package let ownScopes: [Scope]
    package let roles: [RoleID]
    package let plan: PlanID?
    /// Rolling limits of the key's own.
    package let limits: [LimitDefinition]
    /// Quotas of the key's own.
    package let quotas: [QuotaDefinition]
    package let maximumInFlight: Int32?
    /// Its own scopes, its roles' and its plan's.
    package let scopes: ScopeSet
    /// Names of roles and plan, for answers.
    package let roleNames: [String]
    package let planName: String?
    /// The text of ``scopes``, in which answers name them.
    package let scopesText: String

    package init(
        _ record: KeyRecord, projectName: String, scopes: ScopeSet, roleNames: [String], planName: String?
    ) {
        project = record.project
        self.projectName = projectName
        environment = record.environment
        ownScopes = record.scopes
        roles = record.roles
        plan = record.plan
        limits = record.limits
        quotas = record.quotas
        maximumInFlight = record.maximumInFlight
        self.scopes = scopes
        self.roleNames = roleNames
        self.planName = planName
        scopesText = scopes.description
    }

    package static func == (left: KeyTraits, right: KeyTraits) -> Bool {
        left === right
            || left.project == right.project && left.projectName == right.projectName
                && left.environment == right.environment && left.ownScopes == right.ownScopes
                && left.roles == right.roles && left.plan == right.plan && left.limits == right.limits
                && left.quotas == right.quotas
                && left.maximumInFlight == right.maximumInFlight && left.scopes == right.scopes
                && left.roleNames == right.roleNames && left.planName == right.planName
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(project)
        hasher.combine(environment)
        hasher.combine(ownScopes)
        hasher.combine(plan)
        hasher.combine(limits)
    }
}
