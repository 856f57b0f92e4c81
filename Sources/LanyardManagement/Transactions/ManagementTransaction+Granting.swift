import LanyardCore
import LanyardStorage

// # What may be granted
//
// Whoever may write the keys of a project decides what they may do at that project's API: any scope may be granted, but
// Lanyard's own. A scope of Lanyard's can only be handed on by a caller that holds it, on every project that it would
// hold for. It does not matter by which way it reaches the key: by the key's own list, by a role, by a plan; when the
// key is made, changed, enabled, or gets a new secret, which is the same as being handed the key; or because a role or
// plan that keys have already is changed under them.

extension ManagementTransaction {
    /// Demands that the caller may hand on all of these.
    func requireRight(toGrant scopes: some Sequence<Scope>) throws(ManagementError) {
        for scope in scopes where !caller.scopes.canGrant(scope) {
            throw .insufficientScope(missing: scope.description)
        }
    }

    /// Demands that the caller holds what the key holds of Lanyard's own scopes, whichever way it has them.
    func requireRight(toHandOut key: KeyRecord) throws {
        try requireRight(toGrant: key.scopes)
        for role in key.roles {
            guard let role = try resolver.role(.id(role)) else { continue }
            try requireRight(toGrant: role.scopes)
        }
        if let plan = key.plan, let plan = try resolver.plan(.id(plan)) {
            try requireRight(toGrant: plan.scopes)
        }
    }

    /// The scopes with a bound must name projects that exist: a bound to a name that is still free would wait for
    /// whoever takes it.
    func checkProjects(of scopes: [Scope], at pointer: String, _ problems: inout FieldProblems) throws {
        for (index, scope) in scopes.enumerated() {
            guard let project = scope.project else { continue }
            if try resolver.project(.name(project)) == nil {
                problems.add("\(pointer)/\(index)", "there is no project of the name behind the @")
            }
        }
    }
}
