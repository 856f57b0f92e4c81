package import LanyardCore
package import LanyardEngine
package import LanyardStorage

/// A role as a request describes it.
package struct RoleDraft: Sendable {
    package var name: String
    package var scopes: [Scope]

    package init(name: String, scopes: [Scope]) {
        self.name = name
        self.scopes = scopes
    }
}

/// What a change does to a role.
package struct RolePatch: Sendable {
    package var name: Edit<String> = .keep
    package var scopes: Edit<[Scope]> = .keep

    package init() {}
}

extension Management {
    /// Makes a role.
    package func createRole(_ draft: RoleDraft, as caller: Caller) async throws -> Changed<RoleRecord> {
        try await change(as: caller, waits: false) { try $0.createRole(draft) }
    }

    /// Makes a role, and remembers the answer.
    package func createRole(
        _ draft: RoleDraft, as caller: Caller, idempotency: IdempotentRequest?,
        render: @escaping @Sendable (RoleRecord) throws -> RenderedAnswer
    ) async throws -> AnsweredChange {
        try await answer(idempotency, as: caller, target: \.id.description, render: render) { try $0.createRole(draft) }
    }

    /// One role.
    package func role(_ id: RoleID, as caller: Caller) async throws -> RoleRecord {
        try caller.require(.rolesRead)
        return try await read { store, _ in
            guard let role = try store.role(id) else { throw ManagementError.notFound(.role(id)) }
            return role
        }
    }

    /// Roles, newest first, or the one of this name.
    package func roles(
        named name: String?, page: Page<RoleID>, as caller: Caller
    ) async throws -> Listing<RoleRecord, RoleID> {
        try caller.require(.rolesRead)
        return try await read { store, _ in
            if let name { return Listing(try store.role(named: name)) }
            return try page.fill(id: \.id) { try store.roles(page: $0) }
        }
    }

    /// Changes a role, for all keys that have it at once.
    package func updateRole(_ id: RoleID, _ patch: RolePatch, as caller: Caller) async throws -> Changed<RoleRecord> {
        try await change(as: caller) { try $0.updateRole(id, patch) }
    }

    /// Deletes a role that no key has.
    @discardableResult
    package func deleteRole(_ id: RoleID, as caller: Caller) async throws -> Acknowledgement {
        try await change(as: caller) { transaction in
            try transaction.delete(try transaction.role(id), unless: (.role(id), told: "keys still have the role"))
        }.acknowledgement
    }
}

extension ManagementTransaction {
    /// The role that a change is about, once the caller's right to it is clear.
    fileprivate func role(_ id: RoleID) throws -> RoleRecord {
        try caller.require(.rolesWrite)
        guard let role = try store.role(id) else { throw ManagementError.notFound(.role(id)) }
        guard !role.isBuiltIn else { throw ManagementError.conflict("the role is built in", id: id.description) }
        try requireRight(toGrant: role.scopes)
        return role
    }

    fileprivate func createRole(_ draft: RoleDraft) throws -> RoleRecord {
        try caller.require(.rolesWrite)
        let role = RoleRecord(
            id: .make(atMilliseconds: now.milliseconds), name: draft.name, scopes: draft.scopes.withoutRepetitions(),
            createdAt: now)
        try check(role)
        try insert(role)
        return role
    }

    fileprivate func updateRole(_ id: RoleID, _ patch: RolePatch) throws -> RoleRecord {
        let before = try role(id)
        var after = before
        patch.name.apply(to: &after.name)
        if let scopes = patch.scopes.value { after.scopes = scopes.withoutRepetitions() }
        try check(after)
        return try replace(before, with: after)
    }

    private func check(_ role: RoleRecord) throws {
        var problems = FieldProblems()
        problems.checkSlug(role.name, of: RoleTag.self)
        problems.checkCount(role.scopes.count, atMost: RecordBounds.scopes, at: "/scopes")
        try checkProjects(of: role.scopes, at: "/scopes", &problems)
        try problems.throwIfAny()
        try requireRight(toGrant: role.scopes)
        guard let other = try store.role(named: role.name), other.id != role.id else { return }
        throw ManagementError.nameTaken("role", id: other.id)
    }
}
