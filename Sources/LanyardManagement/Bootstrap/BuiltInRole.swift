import LanyardCore

/// The roles that every store begins with.
enum BuiltInRole: String, CaseIterable {
    /// All of Lanyard, on all projects.
    case admin
    /// Works with keys, accounts and policies, and sees how they are used; neither plans and roles nor other
    /// administrators' keys.
    case developer
    /// Looks on: usage, audit, nodes.
    case monitoring

    var scopes: [Scope] {
        switch self {
        case .admin:
            [AdministrativeScope.everything].compactMap(Scope.init)
        case .developer:
            [
                .verify, .explain, .keysRead, .keysWrite, .accountsRead, .accountsWrite, .policiesRead, .policiesWrite,
                .projectsRead, .plansRead, .rolesRead, .usageRead,
            ].map { (scope: AdministrativeScope) in Scope(scope.name) }
        case .monitoring:
            [.usageRead, .auditRead, .nodesRead].map { (scope: AdministrativeScope) in Scope(scope.name) }
        }
    }
}
