package import LanyardCore
package import LanyardEngine
package import LanyardStorage

extension Management {
    /// Makes a policy.
    package func createPolicy(_ draft: PolicyDraft, as caller: Caller) async throws -> Changed<PolicyDetails> {
        try await change(as: caller, waits: false) { try $0.createPolicy(draft) }
    }

    /// Makes a policy, and remembers the answer.
    package func createPolicy(
        _ draft: PolicyDraft, as caller: Caller, idempotency: IdempotentRequest?,
        render: @escaping @Sendable (PolicyDetails) throws -> RenderedAnswer
    ) async throws -> AnsweredChange {
        try await answer(idempotency, as: caller, target: \.record.id.description, render: render) {
            try $0.createPolicy(draft)
        }
    }

    /// One policy.
    package func policy(_ id: PolicyID, as caller: Caller) async throws -> PolicyDetails {
        try caller.requireForSomeProject(.policiesRead)
        return try await read { store, resolver in
            guard let policy = try store.policy(id) else { throw ManagementError.notFound(.policy(id)) }
            let details = try resolver.details(of: policy)
            try caller.require(.policiesRead, forPolicy: id, of: details.project?.name)
            return details
        }
    }

    /// Policies, newest first: those that the caller may read, of one project, or the one of this name.
    package func policies(
        named name: String?, project: Reference<ProjectTag>?, page: Page<PolicyID>, as caller: Caller
    ) async throws -> Listing<PolicyDetails, PolicyID> {
        try caller.requireForSomeProject(.policiesRead)
        return try await read { store, resolver in
            let wanted = try project.map {
                try resolver.project($0, for: caller, demanding: .policiesRead, at: "?project").id
            }
            let visible = try resolver.visibleProjects(of: caller, holding: .policiesRead).map(Set.init)
            let keep = { (policy: PolicyRecord) in
                if let wanted, policy.project != wanted { return false }
                guard let visible else { return true }
                return policy.project.map(visible.contains) ?? false
            }
            if let name {
                return try Listing(try store.policy(named: name), where: keep).map(resolver.details)
            }
            let isFiltered = wanted != nil || visible != nil
            return try page.fill(id: \.id, keep: isFiltered ? keep : nil) { try store.policies(page: $0) }
                .map(resolver.details)
        }
    }

    /// Changes a policy.
    package func updatePolicy(
        _ id: PolicyID, _ patch: PolicyPatch, as caller: Caller
    ) async throws -> Changed<PolicyDetails> {
        try await change(as: caller) { try $0.updatePolicy(id, patch) }
    }

    /// Deletes a policy.
    @discardableResult
    package func deletePolicy(_ id: PolicyID, as caller: Caller) async throws -> Acknowledgement {
        try await change(as: caller) { transaction in
            try transaction.delete(try transaction.policy(id))
        }.acknowledgement
    }
}

extension Resolver {
    func details(of policy: PolicyRecord) throws -> PolicyDetails {
        PolicyDetails(record: policy, project: try policy.project.flatMap { try project(.id($0)) })
    }
}

extension ManagementTransaction {
    /// The policy that a change is about, once the caller's right to it is clear.
    fileprivate func policy(_ id: PolicyID) throws -> PolicyRecord {
        try caller.requireForSomeProject(.policiesWrite)
        guard let policy = try store.policy(id) else { throw ManagementError.notFound(.policy(id)) }
        try caller.require(.policiesWrite, forPolicy: id, of: try resolver.details(of: policy).project?.name)
        return policy
    }

    fileprivate func createPolicy(_ draft: PolicyDraft) throws -> PolicyDetails {
        try caller.requireForSomeProject(.policiesWrite)
        let project = try projectForPolicy(draft.project)
        var policy = PolicyRecord(id: .make(atMilliseconds: now.milliseconds), name: draft.name, createdAt: now)
        policy.project = project?.id
        policy.environment = draft.environment
        policy.scope = draft.scope
        policy.costs = draft.costs
        policy.dialect = draft.dialect
        policy.keyFrom = draft.keyFrom
        policy.methods = draft.methods.withoutRepetitions()
        policy.paths = draft.paths.withoutRepetitions()
        try check(policy, of: project)
        guard try store.policies(page: Page(limit: RecordBounds.policies)).count < RecordBounds.policies else {
            throw ManagementError.conflict("there are \(RecordBounds.policies) policies already", id: nil)
        }
        try insert(policy)
        return PolicyDetails(record: policy, project: project)
    }

    fileprivate func updatePolicy(_ id: PolicyID, _ patch: PolicyPatch) throws -> PolicyDetails {
        let before = try policy(id)
        var after = before
        var project = try resolver.details(of: before).project
        if let reference = patch.project.value {
            project = try projectForPolicy(reference)
            after.project = project?.id
        }
        patch.name.apply(to: &after.name)
        patch.environment.apply(to: &after.environment)
        patch.scope.apply(to: &after.scope)
        patch.costs.apply(to: &after.costs)
        patch.dialect.apply(to: &after.dialect)
        patch.keyFrom.apply(to: &after.keyFrom)
        if let methods = patch.methods.value { after.methods = methods.withoutRepetitions() }
        if let paths = patch.paths.value { after.paths = paths.withoutRepetitions() }
        try check(after, of: project)
        return PolicyDetails(record: try replace(before, with: after), project: project)
    }

    /// The project that a policy is to name, once the caller's right to it is clear; a policy without one concerns all.
    private func projectForPolicy(_ reference: Reference<ProjectTag>?) throws -> ProjectRecord? {
        guard let reference else {
            try caller.require(.policiesWrite)
            return nil
        }
        let project = try resolver.project(reference, for: caller, demanding: .policiesWrite, at: "/project")
        guard project.id != ProjectRecord.lanyardID else {
            throw ManagementError.invalid("/project", "keys of project lanyard are never admitted by forward-auth")
        }
        return project
    }

    private func check(_ policy: PolicyRecord, of project: ProjectRecord?) throws {
        var problems = FieldProblems()
        problems.check(policy, of: project)
        try problems.throwIfAny()
        guard let other = try store.policy(named: policy.name), other.id != policy.id else { return }
        // Names are unique over all projects, so that one is taken can't be hidden; whose it is can.
        let isVisible = caller.holds(.policiesRead, forPolicyOf: try resolver.details(of: other).project?.name)
        throw ManagementError.nameTaken("policy", id: isVisible ? other.id : nil)
    }
}
