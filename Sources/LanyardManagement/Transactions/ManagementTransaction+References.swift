import LanyardCore
import LanyardStorage

extension ManagementTransaction {
    /// The project that a new key is to belong to, once the caller's right to it is clear.
    func projectForKeys(_ reference: Reference<ProjectTag>?) throws -> ProjectRecord {
        let reference = reference ?? .name(ProjectRecord.defaultName)
        let project = try resolver.project(reference, for: caller, demanding: .keysWrite, at: "/project")
        if project.id == ProjectRecord.lanyardID { try caller.requireAdministrator() }
        return project
    }

    func account(
        _ reference: Reference<AccountTag>?, _ problems: inout FieldProblems
    ) throws -> AccountID? {
        guard let reference else { return nil }
        // A key of an account draws on its limits, and answers tell its name: not for whoever may not even read it.
        try caller.require(.accountsRead)
        let account = try resolver.account(reference)
        if account == nil { problems.add("/account", "there is no account with this id or external_id") }
        return account?.id
    }

    func plan(_ reference: Reference<PlanTag>?, _ problems: inout FieldProblems) throws -> PlanID? {
        guard let reference else { return nil }
        let plan = try resolver.plan(reference)
        if plan == nil { problems.add("/plan", "there is no plan with this id or name") }
        return plan?.id
    }

    func roles(_ references: [Reference<RoleTag>], _ problems: inout FieldProblems) throws -> [RoleID] {
        guard !references.isEmpty else { return [] }
        var roles: [RoleID] = []
        for (index, reference) in references.enumerated() {
            if let role = try resolver.role(reference) {
                if !roles.contains(role.id) { roles.append(role.id) }
            } else {
                problems.add("/roles/\(index)", "there is no role with this name")
            }
        }
        return roles
    }
}

extension Resolver {
    /// The account that a list is to be about. For who may not read accounts one that there is not is as good as one
    /// without keys, `nil`: whose customer somebody is can't be probed.
    func account(
        _ reference: Reference<AccountTag>, for caller: Caller, at pointer: String
    ) throws -> AccountRecord? {
        let account = try account(reference)
        guard account == nil, caller.holdsForAllProjects(.accountsRead) else { return account }
        throw ManagementError.invalid(pointer, "there is no account with this id or external_id")
    }

    /// The project that a caller has named, if it may do there what it asks for. Whether a name is taken can't be told
    /// from the answer by whoever has no right to it.
    func project(
        _ reference: Reference<ProjectTag>, for caller: Caller, demanding scope: AdministrativeScope, at pointer: String
    ) throws -> ProjectRecord {
        let missing = ManagementError.invalid(pointer, "there is no project with this id or name")
        switch reference {
        case .name(let name):
            guard SlugRule.isSlug(name) else { throw missing }
            try caller.require(scope, for: name)
            guard let project = try project(reference) else { throw missing }
            return project
        case .id:
            guard let project = try project(reference) else { throw missing }
            guard caller.holds(scope, for: project.name) else {
                // Whoever sees the project may know what is missing; for others it does not exist.
                guard caller.holds(.projectsRead, for: project.name) else { throw missing }
                throw ManagementError.insufficientScope(missing: scope.bound(to: project.name))
            }
            return project
        }
    }
}
