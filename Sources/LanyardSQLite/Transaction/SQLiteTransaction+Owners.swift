import LanyardCore
import LanyardStorage

// MARK: - Projects

extension SQLiteTransaction {
    func project(_ id: ProjectID) throws -> ProjectRecord? { try record(id) }
    func project(named name: String) throws -> ProjectRecord? { try record("name", name) }
    func projects(page: Page<ProjectID>) throws -> [ProjectRecord] { try records(page) }
    func insert(_ project: ProjectRecord) throws { try insertRow(project) }
    func update(_ project: ProjectRecord) throws { try updateRow(project) }
    func deleteProject(_ id: ProjectID) throws { try deleteRow(id, of: ProjectRecord.table) }
}

// MARK: - Accounts

extension SQLiteTransaction {
    func account(_ id: AccountID) throws -> AccountRecord? { try record(id) }
    func account(externalID: String) throws -> AccountRecord? { try record("external_id", externalID) }
    func accounts(page: Page<AccountID>) throws -> [AccountRecord] { try records(page) }
    func insert(_ account: AccountRecord) throws { try insertRow(account) }
    func update(_ account: AccountRecord) throws { try updateRow(account) }

    func deleteAccount(_ id: AccountID) throws {
        try deleteRow(id, of: AccountRecord.table)
        try deleteWindows(of: Subject(id))
        try deleteBalances(of: Subject(id))
    }
}

// MARK: - Plans

extension SQLiteTransaction {
    func plan(_ id: PlanID) throws -> PlanRecord? { try record(id) }
    func plan(named name: String) throws -> PlanRecord? { try record("name", name) }
    func plans(page: Page<PlanID>) throws -> [PlanRecord] { try records(page) }
    func insert(_ plan: PlanRecord) throws { try insertRow(plan) }
    func update(_ plan: PlanRecord) throws { try updateRow(plan) }
    func deletePlan(_ id: PlanID) throws { try deleteRow(id, of: PlanRecord.table) }
}

// MARK: - Roles

extension SQLiteTransaction {
    func role(_ id: RoleID) throws -> RoleRecord? { try record(id) }
    func role(named name: String) throws -> RoleRecord? { try record("name", name) }
    func roles(page: Page<RoleID>) throws -> [RoleRecord] { try records(page) }
    func insert(_ role: RoleRecord) throws { try insertRow(role) }
    func update(_ role: RoleRecord) throws { try updateRow(role) }
    func deleteRole(_ id: RoleID) throws { try deleteRow(id, of: RoleRecord.table) }
}

// MARK: - Policies

extension SQLiteTransaction {
    func policy(_ id: PolicyID) throws -> PolicyRecord? { try record(id) }
    func policy(named name: String) throws -> PolicyRecord? { try record("name", name) }
    func policies(page: Page<PolicyID>) throws -> [PolicyRecord] { try records(page) }
    func insert(_ policy: PolicyRecord) throws { try insertRow(policy) }
    func update(_ policy: PolicyRecord) throws { try updateRow(policy) }
    func deletePolicy(_ id: PolicyID) throws { try deleteRow(id, of: PolicyRecord.table) }
}

// MARK: - References

extension SQLiteTransaction {
    /// Scopes that are bound to it by name count too: whoever holds one would hold it for the next project of that name. A
    /// `_` in a name matches more than itself, which only refuses more.
    static let usesOfProject: String = {
        let bound = { (table: String) in
            """
            SELECT 1 FROM \(table) WHERE \(Schema.hasBoundScopes)
            AND scopes LIKE (SELECT '%@' || name || '"%' FROM projects WHERE id = ?1)
            """
        }
        return """
            SELECT 1 FROM keys WHERE project = ?1 UNION ALL SELECT 1 FROM policies WHERE project = ?1
            UNION ALL \(bound("keys")) UNION ALL \(bound("roles")) UNION ALL \(bound("plans"))
            """
    }()

    func isInUse(_ reference: StoreReference) throws -> Bool {
        try attempt("looking for references") {
            var values = ColumnWriter()
            switch reference {
            case .project(let id):
                values.add(id)
                return try exists(Self.usesOfProject, values)
            case .environment(let environment, of: let project):
                // Reads the project's keys until one is found: seconds for millions, but environments rarely go.
                values.add(project)
                try values.add(environment)
                return try exists("SELECT 1 FROM keys WHERE project = ?1 AND environment = ?2", values)
            case .account(let id):
                values.add(id)
                return try exists("SELECT 1 FROM keys WHERE account = ?1", values)
            case .plan(let id):
                values.add(id)
                return try exists("SELECT 1 FROM keys WHERE plan = ?1", values)
            case .role(let id):
                values.add(id)
                return try exists("SELECT 1 FROM key_roles WHERE role = ?1", values)
            }
        }
    }
}
