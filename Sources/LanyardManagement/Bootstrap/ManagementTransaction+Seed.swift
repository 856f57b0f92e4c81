import LanyardCore
import LanyardStorage

extension ManagementTransaction {
    /// Makes what every store begins with, where it is missing: the projects `default` and `lanyard`, and the built-in
    /// roles.
    func seed() throws {
        try seedProject(ProjectRecord.defaultID, ProjectRecord.defaultName, .lyd, [.live, .test])
        try seedProject(ProjectRecord.lanyardID, ProjectRecord.lanyardName, ProjectRecord.lanyardPrefix, [.live])
        for role in BuiltInRole.allCases where try store.role(named: role.rawValue) == nil {
            var record = RoleRecord(
                id: .make(atMilliseconds: now.milliseconds), name: role.rawValue, scopes: role.scopes, createdAt: now)
            record.isBuiltIn = true
            try insert(record)
        }
    }

    private func seedProject(
        _ id: ProjectID, _ name: String, _ prefix: SecretPrefix, _ environments: [EnvironmentName]
    ) throws {
        guard try store.project(id) == nil else { return }
        try insert(
            ProjectRecord(id: id, name: name, prefix: prefix, environments: environments, createdAt: now))
    }

    /// A key that holds all of Lanyard.
    func insertAdministrator(named name: String, openedBy secret: Secret, action: AuditAction) throws -> KeyRecord {
        guard let role = try store.role(named: BuiltInRole.admin.rawValue), role.isBuiltIn else {
            throw StoreError(.constraint, "the built-in role admin is missing")
        }
        var key = KeyRecord(
            id: .make(atMilliseconds: now.milliseconds), name: name, project: ProjectRecord.lanyardID,
            environment: .live, hint: secret.hint, createdAt: now)
        key.roles = [role.id]
        try insert(key, openedBy: secret, action: action)
        return key
    }
}
