package import LanyardCore
package import LanyardEngine
package import LanyardStorage

/// A project as a request describes it.
package struct ProjectDraft: Sendable {
    package var name: String
    package var prefix = SecretPrefix.lyd
    package var environments: [EnvironmentName] = [.live, .test]

    package init(name: String) {
        self.name = name
    }
}

/// What a change does to a project. Its name and prefix stand in scopes and secrets and can't be changed.
package struct ProjectPatch: Sendable {
    package var environments: Edit<[EnvironmentName]> = .keep

    package init() {}
}

extension Management {
    /// Makes a project.
    package func createProject(_ draft: ProjectDraft, as caller: Caller) async throws -> Changed<ProjectRecord> {
        try await change(as: caller, waits: false) { try $0.createProject(draft) }
    }

    /// Makes a project, and remembers the answer.
    package func createProject(
        _ draft: ProjectDraft, as caller: Caller, idempotency: IdempotentRequest?,
        render: @escaping @Sendable (ProjectRecord) throws -> RenderedAnswer
    ) async throws -> AnsweredChange {
        try await answer(idempotency, as: caller, target: \.id.description, render: render) {
            try $0.createProject(draft)
        }
    }

    /// One project.
    package func project(_ id: ProjectID, as caller: Caller) async throws -> ProjectRecord {
        try caller.requireForSomeProject(.projectsRead)
        return try await read { store, _ in
            guard let project = try store.project(id) else { throw ManagementError.notFound(.project(id)) }
            try caller.require(.projectsRead, forProject: project)
            return project
        }
    }

    /// Projects, newest first: those that the caller may read, or the one of this name.
    package func projects(
        named name: String?, page: Page<ProjectID>, as caller: Caller
    ) async throws -> Listing<ProjectRecord, ProjectID> {
        try caller.requireForSomeProject(.projectsRead)
        return try await read { store, resolver in
            let sees = { (project: ProjectRecord) in caller.holds(.projectsRead, for: project.name) }
            if let name {
                return Listing(try resolver.project(.name(name)), where: sees)
            }
            let isBound = !caller.holdsForAllProjects(.projectsRead)
            return try page.fill(id: \.id, keep: isBound ? sees : nil) { try store.projects(page: $0) }
        }
    }

    /// Changes a project.
    package func updateProject(
        _ id: ProjectID, _ patch: ProjectPatch, as caller: Caller
    ) async throws -> Changed<ProjectRecord> {
        try await change(as: caller) { try $0.updateProject(id, patch) }
    }

    /// Deletes a project that has neither keys nor policies.
    @discardableResult
    package func deleteProject(_ id: ProjectID, as caller: Caller) async throws -> Acknowledgement {
        try await change(as: caller) { transaction in
            let project = try transaction.project(id)
            guard id != ProjectRecord.lanyardID, id != ProjectRecord.defaultID else {
                throw ManagementError.conflict("the project is built in", id: id.description)
            }
            try transaction.delete(
                project,
                unless: (.project(id), told: "the project still has keys or policies, or scopes are bound to it"))
        }.acknowledgement
    }
}

extension ManagementTransaction {
    /// The project that a change is about, once the caller's right to it is clear.
    fileprivate func project(_ id: ProjectID) throws -> ProjectRecord {
        try caller.requireForSomeProject(.projectsWrite)
        guard let project = try store.project(id) else { throw ManagementError.notFound(.project(id)) }
        try caller.require(.projectsWrite, forProject: project)
        return project
    }

    func createProject(_ draft: ProjectDraft) throws -> ProjectRecord {
        try caller.require(.projectsWrite)
        var problems = FieldProblems()
        problems.checkSlug(draft.name, of: ProjectTag.self)
        if draft.prefix == ProjectRecord.lanyardPrefix {
            problems.add("/prefix", "this prefix is kept for administrators' keys")
        }
        problems.check(environments: draft.environments)
        try problems.throwIfAny()
        if let taken = try resolver.project(.name(draft.name)) {
            throw ManagementError.nameTaken("project", id: taken.id)
        }
        guard try store.projects(page: Page(limit: RecordBounds.projects)).count < RecordBounds.projects else {
            throw ManagementError.conflict("there are \(RecordBounds.projects) projects already", id: nil)
        }
        let project = ProjectRecord(
            id: .make(atMilliseconds: now.milliseconds), name: draft.name, prefix: draft.prefix,
            environments: draft.environments, createdAt: now)
        try insert(project)
        return project
    }

    fileprivate func updateProject(_ id: ProjectID, _ patch: ProjectPatch) throws -> ProjectRecord {
        let before = try project(id)
        guard id != ProjectRecord.lanyardID else {
            throw ManagementError.conflict("the project is built in", id: id.description)
        }
        var after = before
        if let environments = patch.environments.value {
            var problems = FieldProblems()
            problems.check(environments: environments)
            try problems.throwIfAny()
            for environment in before.environments where !environments.contains(environment) {
                if try store.isInUse(.environment(environment, of: id)) {
                    throw ManagementError.conflict("keys still use the environment \(environment)", id: id.description)
                }
            }
            after.environments = environments
        }
        return try replace(before, with: after)
    }
}

extension FieldProblems {
    fileprivate mutating func check(environments: [EnvironmentName]) {
        if !(1...RecordBounds.environments).contains(environments.count) {
            add("/environments", "expected 1 to \(RecordBounds.environments) environments")
        }
        if Set(environments).count != environments.count {
            add("/environments", "expected each environment once")
        }
    }
}

extension ProjectRecord {
    /// What administrators' secrets begin with: of its own, so that one is recognised at sight and by scanners. (The
    /// text is a prefix; what stands behind `??` is for the compiler.)
    static let lanyardPrefix = SecretPrefix("lya") ?? .lyd
}
