import LanyardCore
import LanyardEngine
@testable import LanyardManagement
import LanyardSQLite
import LanyardStorage
import LanyardTesting
import Logging
import Testing

/// A store in memory with some projects, keys and all that stands around them, and a clock that is turned by hand.
struct World: Sendable {
    let clock: ManualTimeSource
    let engine: KeyEngine
    let management: Management

    /// A store as the first start leaves it.
    static func empty() async throws -> World {
        let clock = ManualTimeSource()
        let engine = try await KeyEngine(
            store: try await StoreSource.inMemory.open(), configuration: EngineConfiguration(), clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let world = World(clock: clock, engine: engine, management: Management(engine: engine))
        try await world.management.bootstrap { _ in }
        return world
    }

    /// A store with the projects `payments` and `orders`.
    static func withProjects() async throws -> World {
        let world = try await empty()
        for name in ["payments", "orders"] {
            var draft = ProjectDraft(name: name)
            draft.prefix = try #require(SecretPrefix(String(name.prefix(3))))
            _ = try await world.management.createProject(draft, as: .operator)
        }
        return world
    }

    var store: any Store { engine.store }
    var now: Timestamp { clock.now().wall }
}

// MARK: - Making things

extension World {
    func key(_ draft: KeyDraft) async throws -> IssuedKey {
        try await management.createKey(draft, as: .operator).value
    }

    /// A key named after its project.
    func key(in project: String, _ edit: (inout KeyDraft) throws -> Void = { _ in }) async throws -> IssuedKey {
        var draft = KeyDraft(name: "a key of \(project)")
        draft.project = .name(project)
        try edit(&draft)
        return try await key(draft)
    }

    func account(_ name: String) async throws -> AccountRecord {
        try await management.createAccount(AccountDraft(name: name), as: .operator).value
    }

    func role(_ name: String, _ scopes: String...) async throws -> RoleRecord {
        try await management.createRole(RoleDraft(name: name, scopes: try scopes.map(scope)), as: .operator).value
    }

    func plan(_ name: String, _ scopes: String...) async throws -> PlanRecord {
        var draft = PlanDraft(name: name)
        draft.scopes = try scopes.map(scope)
        return try await management.createPlan(draft, as: .operator).value
    }

    func policy(_ name: String, project: String? = nil) async throws -> PolicyRecord {
        var draft = PolicyDraft(name: name)
        draft.project = project.map { .name($0) }
        return try await management.createPolicy(draft, as: .operator).value.record
    }

    /// Books that so many requests of a key's own quota are gone.
    func use(_ units: Int64, of id: KeyID, period: QuotaPeriod = .lifetime, terms: QuotaTerms) async throws {
        let quota = QuotaIdentity(subject: Subject(id), unit: .requests, period: period, source: .key)
        let adjustment = LedgerBatch.Adjustment(
            id: .make(atMilliseconds: 1), quota: quota, period: nil, terms: terms, units: units)
        let batch = LedgerBatch(node: engine.nodeID, localTime: now, adjustments: [adjustment])
        _ = try await store.ledger { try $0.run(batch) }
    }

    func project(_ name: String) async throws -> ProjectRecord {
        try #require(await store.read { try $0.project(named: name) })
    }
}

// MARK: - Looking at what was written

extension World {
    /// What tells whether anything was changed: the newest change and the newest entry of the audit log.
    func traces() async throws -> [Int64] {
        try await store.read { store in
            [try store.epoch(), try store.auditEntries(AuditFilter(), before: nil, limit: 1).first?.sequence ?? 0]
        }
    }

    func lastEntry() async throws -> AuditEvent {
        try #require(await store.read { try $0.auditEntries(AuditFilter(), before: nil, limit: 1).first?.event })
    }

    func allEntries() async throws -> [AuditEntry] {
        try await store.read { try $0.auditEntries(from: 1, limit: 10_000) }
    }

    func secrets(of id: KeyID) async throws -> [SecretRecord] {
        try await store.read { try $0.secrets(of: id) }
    }

    func stored(_ id: KeyID) async throws -> KeyRecord {
        try #require(await store.read { try $0.key(id) })
    }

    /// What a verification of the secret would say now: `ok`, or a denial's code.
    func verdict(_ secret: Secret) async throws -> String {
        switch try await engine.verify(secret.reveal()) {
        case .grant: "ok"
        case .deny(let denial): denial.code.text
        }
    }
}

func scope(_ text: String) throws -> Scope { try Scope(parsing: text) }

extension Caller {
    /// A key that holds these.
    static func holding(_ scopes: String..., secret: Secret? = nil) throws -> Caller {
        try holding(scopes, secret: secret)
    }

    static func holding(_ scopes: [String], secret: Secret? = nil) throws -> Caller {
        Caller(
            keyID: .make(atMilliseconds: 1), name: "somebody", scopes: ScopeSet(try scopes.map(scope)),
            requestID: "request-1", secret: secret)
    }
}
