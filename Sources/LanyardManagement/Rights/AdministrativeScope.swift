package import LanyardCore

/// Lanyard's own scopes: what each call asks for. Every one can be bound to a project, as
/// `lanyard:keys:write@payments`; accounts, plans, roles, audit and nodes belong to none, so a bound scope opens none
/// of them.
package enum AdministrativeScope: String, CaseIterable, Sendable {
    /// Keys of project `lanyard`, beside the scope for keys.
    case admin = "lanyard:admin"
    case verify = "lanyard:verify"
    case explain = "lanyard:explain"
    case keysRead = "lanyard:keys:read"
    case keysWrite = "lanyard:keys:write"
    case projectsRead = "lanyard:projects:read"
    case projectsWrite = "lanyard:projects:write"
    case accountsRead = "lanyard:accounts:read"
    case accountsWrite = "lanyard:accounts:write"
    case plansRead = "lanyard:plans:read"
    case plansWrite = "lanyard:plans:write"
    case rolesRead = "lanyard:roles:read"
    case rolesWrite = "lanyard:roles:write"
    case policiesRead = "lanyard:policies:read"
    case policiesWrite = "lanyard:policies:write"
    case usageRead = "lanyard:usage:read"
    case auditRead = "lanyard:audit:read"
    case nodesRead = "lanyard:nodes:read"

    /// The scope as a check asks for it.
    package var name: ScopeName {
        guard let name = ScopeName(rawValue) else {
            // Not reachable: the texts stand above, and a test reads each of them.
            preconditionFailure("\(rawValue) is no scope")
        }
        return name
    }

    /// The scope bound to a project, as it would have to be granted.
    package func bound(to project: String) -> String { "\(rawValue)@\(project)" }

    /// What grants all of them, on all projects, those of later versions included.
    package static let everything = "lanyard:*"
}
