import LanyardCore

// # Who may do what
//
// Each call demands its scope for the project of the object that it concerns, or for all projects where the object
// belongs to none. What a caller may not even read does not exist for it: the answer is "not found", the same as for an
// id that was never given out, so that ids and names can't be probed. Where it may read, the answer names the scope
// that is missing.
//
// Keys of project `lanyard` administer Lanyard itself, so that whoever could write them could be anyone: they need
// `lanyard:admin` as well, for reading too.
//
// What a key may be given is `Transactions/ManagementTransaction+Granting.swift`.

extension Caller {
    package func holds(_ scope: AdministrativeScope, for project: String) -> Bool {
        scopes.covers(scope.name, project: project)
    }

    package func holdsForAllProjects(_ scope: AdministrativeScope) -> Bool {
        scopes.coversAllProjects(scope.name)
    }

    /// Whether keys of project `lanyard` are open to the caller, as far as `lanyard:admin` goes.
    var isAdministrator: Bool { holds(.admin, for: ProjectRecord.lanyardName) }

    /// Demands a scope without a bound: for what belongs to no project.
    package func require(_ scope: AdministrativeScope) throws(ManagementError) {
        guard holdsForAllProjects(scope) else { throw .insufficientScope(missing: scope.rawValue) }
    }

    /// Demands a scope for one project at least, before anything is looked up.
    package func requireForSomeProject(_ scope: AdministrativeScope) throws(ManagementError) {
        guard scopes.covers(scope.name) else { throw .insufficientScope(missing: scope.rawValue) }
    }

    func requireAdministrator() throws(ManagementError) {
        guard isAdministrator else { throw .insufficientScope(missing: AdministrativeScope.admin.rawValue) }
    }

    /// Demands a scope for a project that the caller has named itself: the answer is the same whether the project
    /// exists.
    func require(_ scope: AdministrativeScope, for project: String) throws(ManagementError) {
        guard holds(scope, for: project) else { throw .insufficientScope(missing: scope.bound(to: project)) }
    }
}

// MARK: - Keys

extension Caller {
    /// Whether keys of a project exist, as far as the caller is concerned.
    func sees(keysOf project: String) -> Bool {
        (project != ProjectRecord.lanyardName || isAdministrator)
            && (holds(.keysRead, for: project) || holds(.keysWrite, for: project))
    }

    /// Whether every key exists for the caller, so that none has to be looked at.
    var seesAllKeys: Bool {
        isAdministrator && (holdsForAllProjects(.keysRead) || holdsForAllProjects(.keysWrite))
    }

    /// Demands a scope for a key of `project`; whoever may not read the project's keys learns nothing of this one.
    func require(_ scope: AdministrativeScope, forKey id: KeyID, of project: String) throws(ManagementError) {
        guard sees(keysOf: project) else { throw .notFound(.key(id)) }
        try require(scope, for: project)
    }
}

// MARK: - Projects and policies

extension Caller {
    /// Demands a scope for a project itself.
    func require(_ scope: AdministrativeScope, forProject project: ProjectRecord) throws(ManagementError) {
        guard holds(.projectsRead, for: project.name) || holds(.projectsWrite, for: project.name) else {
            throw .notFound(.project(project.id))
        }
        try require(scope, for: project.name)
    }

    /// Whether the caller has a scope for a policy of `project`; a policy without a project needs it without a bound.
    func holds(_ scope: AdministrativeScope, forPolicyOf project: String?) -> Bool {
        if let project { holds(scope, for: project) } else { holdsForAllProjects(scope) }
    }

    /// Demands a scope for a policy that exists.
    func require(
        _ scope: AdministrativeScope, forPolicy id: PolicyID, of project: String?
    ) throws(ManagementError) {
        guard holds(.policiesRead, forPolicyOf: project) || holds(.policiesWrite, forPolicyOf: project) else {
            throw .notFound(.policy(id))
        }
        try require(scope, forPolicyOf: project)
    }

    func require(_ scope: AdministrativeScope, forPolicyOf project: String?) throws(ManagementError) {
        if let project { try require(scope, for: project) } else { try require(scope) }
    }
}

extension String {
    // What is not found, as people read it.
    static func key(_ id: KeyID) -> String { "key \(id)" }
    static func project(_ id: ProjectID) -> String { "project \(id)" }
    static func account(_ id: AccountID) -> String { "account \(id)" }
    static func plan(_ id: PlanID) -> String { "plan \(id)" }
    static func role(_ id: RoleID) -> String { "role \(id)" }
    static func policy(_ id: PolicyID) -> String { "policy \(id)" }
}
