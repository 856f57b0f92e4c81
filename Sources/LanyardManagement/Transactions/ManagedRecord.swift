import LanyardCore
import LanyardStorage

/// A record that stands by itself: a project, account, plan, role or policy. All are made, changed and taken away in one
/// way. A key is none of these: its secrets change with it.
protocol ManagedRecord: Equatable {
    associatedtype Tag: IdentifierTag
    associatedtype Snapshot: AuditSnapshot

    var id: Identifier<Tag> { get }
    var updatedAt: Timestamp { get set }
    /// What caches hear of when it changes.
    var subject: ChangeSubject { get }
    /// What the audit log shows of it.
    var snapshot: Snapshot { get }
    static var actions: RecordActions { get }

    func insert(into store: any StoreWriting) throws
    func update(in store: any StoreWriting) throws
    func delete(from store: any StoreWriting) throws
}

/// What the audit log calls the three things that are done to every kind of record.
struct RecordActions {
    let create: AuditAction
    let update: AuditAction
    let delete: AuditAction
}

extension ManagementTransaction {
    /// Writes a new record.
    func insert<Record: ManagedRecord>(_ record: Record) throws {
        try record.insert(into: store)
        try recordChange(record.subject)
        try audit(Record.actions.create, record.id, after: record.snapshot)
    }

    /// Writes a record as a change leaves it. One that leaves it as it was is not written down, and acknowledged all the
    /// same.
    func replace<Record: ManagedRecord>(
        _ before: Record, with after: Record, action: AuditAction = Record.actions.update
    ) throws -> Record {
        guard after != before else {
            try repeatChange(before.subject)
            return before
        }
        var after = after
        after.updatedAt = now
        try after.update(in: store)
        try recordChange(after.subject)
        try audit(action, after.id, before: before.snapshot, after: after.snapshot)
        return after
    }

    /// Takes a record away.
    /// - Parameter use: As what others may still refer to it, and how they are told of.
    func delete<Record: ManagedRecord>(_ record: Record, unless use: (StoreReference, told: String)? = nil) throws {
        if let use, try store.isInUse(use.0) {
            throw ManagementError.conflict(use.told, id: record.id.description)
        }
        try record.delete(from: store)
        try recordChange(record.subject)
        try audit(Record.actions.delete, record.id, before: record.snapshot)
    }
}

// MARK: - The kinds

extension ProjectRecord: ManagedRecord {
    static let actions = RecordActions(create: .projectCreate, update: .projectUpdate, delete: .projectDelete)
    var subject: ChangeSubject { .project(id) }
    var snapshot: ProjectSnapshot { ProjectSnapshot(self) }
    func insert(into store: any StoreWriting) throws { try store.insert(self) }
    func update(in store: any StoreWriting) throws { try store.update(self) }
    func delete(from store: any StoreWriting) throws { try store.deleteProject(id) }
}

extension AccountRecord: ManagedRecord {
    static let actions = RecordActions(create: .accountCreate, update: .accountUpdate, delete: .accountDelete)
    var subject: ChangeSubject { .account(id) }
    var snapshot: AccountSnapshot { AccountSnapshot(self) }
    func insert(into store: any StoreWriting) throws { try store.insert(self) }
    func update(in store: any StoreWriting) throws { try store.update(self) }
    func delete(from store: any StoreWriting) throws { try store.deleteAccount(id) }
}

extension PlanRecord: ManagedRecord {
    static let actions = RecordActions(create: .planCreate, update: .planUpdate, delete: .planDelete)
    var subject: ChangeSubject { .plan(id) }
    var snapshot: PlanSnapshot { PlanSnapshot(self) }
    func insert(into store: any StoreWriting) throws { try store.insert(self) }
    func update(in store: any StoreWriting) throws { try store.update(self) }
    func delete(from store: any StoreWriting) throws { try store.deletePlan(id) }
}

extension RoleRecord: ManagedRecord {
    static let actions = RecordActions(create: .roleCreate, update: .roleUpdate, delete: .roleDelete)
    var subject: ChangeSubject { .role(id) }
    var snapshot: RoleSnapshot { RoleSnapshot(self) }
    func insert(into store: any StoreWriting) throws { try store.insert(self) }
    func update(in store: any StoreWriting) throws { try store.update(self) }
    func delete(from store: any StoreWriting) throws { try store.deleteRole(id) }
}

extension PolicyRecord: ManagedRecord {
    static let actions = RecordActions(create: .policyCreate, update: .policyUpdate, delete: .policyDelete)
    var subject: ChangeSubject { .policy(id) }
    var snapshot: PolicySnapshot { PolicySnapshot(self) }
    func insert(into store: any StoreWriting) throws { try store.insert(self) }
    func update(in store: any StoreWriting) throws { try store.update(self) }
    func delete(from store: any StoreWriting) throws { try store.deletePolicy(id) }
}
