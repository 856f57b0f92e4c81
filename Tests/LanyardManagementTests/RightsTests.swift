import LanyardCore
@testable import LanyardManagement
import LanyardStorage
import Testing

/// A call, and the scope that it needs.
struct Guarded: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let scope: AdministrativeScope
    /// Whether the scope has to be held for all projects.
    let isUnbound: Bool
    let body: @Sendable (Target, Caller) async throws -> Void

    init(
        _ description: String, _ scope: AdministrativeScope, unbound: Bool = false,
        _ body: @escaping @Sendable (Target, Caller) async throws -> Void
    ) {
        testDescription = description
        self.scope = scope
        isUnbound = unbound
        self.body = body
    }
}

@Suite("Each call needs its scope")
struct RightsTests {
    @Test("it is refused to a caller that holds every scope but this", arguments: guardedCalls)
    func without(_ call: Guarded) async throws {
        let target = try await Target.make()
        let others = AdministrativeScope.allCases.filter { $0 != call.scope }.map(\.rawValue)
        let before = try await target.world.traces()
        let refused = try await refusal { try await call.body(target, .holding(others)) }
        let bound = call.scope.bound(to: "payments")
        #expect(
            refused == .missing(call.scope.rawValue) || refused == .missing(bound), "\(String(describing: refused))")
        #expect(try await target.world.traces() == before)
    }

    @Test("it is granted to a caller that holds this alone", arguments: guardedCalls)
    func alone(_ call: Guarded) async throws {
        let target = try await Target.make()
        #expect(try await refusal { try await call.body(target, .holding([call.scope.rawValue])) } == nil)
    }

    @Test(
        "bound to a project, it opens what belongs to that project, and nothing that belongs to none",
        arguments: guardedCalls)
    func bound(_ call: Guarded) async throws {
        let target = try await Target.make()
        let refused = try await refusal { try await call.body(target, .holding([call.scope.bound(to: "payments")])) }
        #expect(refused == (call.isUnbound ? .missing(call.scope.rawValue) : nil))
    }

    @Test("Lanyard's own callers hold everything, and every scope has its text")
    func everything() throws {
        for scope in AdministrativeScope.allCases {
            #expect(scope.name.isAdministrative)
            #expect(Caller.operator.holdsForAllProjects(scope))
            #expect(Caller.lanyard.holdsForAllProjects(scope))
        }
        #expect(Caller.operator.scopes.canGrant(try scope("lanyard:*")))
        #expect(Caller.operator.isAdministrator)
    }

    @Test("the built-in roles hold what they say")
    func builtInRoles() {
        #expect(BuiltInRole.allCases.allSatisfy { !$0.scopes.isEmpty })
        let developer = ScopeSet(BuiltInRole.developer.scopes)
        #expect(developer.coversAllProjects(AdministrativeScope.keysWrite.name))
        for scope in [AdministrativeScope.admin, .rolesWrite, .plansWrite, .projectsWrite, .auditRead] {
            #expect(!developer.covers(scope.name))
        }
        let monitoring = ScopeSet(BuiltInRole.monitoring.scopes)
        let held = AdministrativeScope.allCases.filter { monitoring.covers($0.name) }
        #expect(held == [.usageRead, .auditRead, .nodesRead])
    }
}

private let guardedCalls: [Guarded] = [
    Guarded("create a key", .keysWrite) {
        var draft = KeyDraft(name: "mine")
        draft.project = .name("payments")
        _ = try await $0.management.createKey(draft, as: $1)
    },
    Guarded("list keys", .keysRead) { _ = try await $0.management.keys(KeyListing(), page: Page(), as: $1) },
    Guarded("get a key", .keysRead) { _ = try await $0.management.key($0.payments.id, as: $1) },
    Guarded("change a key", .keysWrite) {
        var patch = KeyPatch()
        patch.name = .set("renamed")
        _ = try await $0.management.updateKey($0.payments.id, patch, as: $1)
    },
    Guarded("rotate a key", .keysWrite) { _ = try await $0.management.rotateKey($0.payments.id, grace: nil, as: $1) },
    Guarded("revoke a key", .keysWrite) { _ = try await $0.management.revokeKey($0.payments.id, reason: nil, as: $1) },
    Guarded("disable a key", .keysWrite) { _ = try await $0.management.disableKey($0.payments.id, as: $1) },
    Guarded("enable a key", .keysWrite) { _ = try await $0.management.enableKey($0.payments.id, as: $1) },
    Guarded("import keys", .keysWrite) { _ = try await $0.management.importBatch([], as: $1) },
    Guarded("revoke an account's keys", .keysWrite, unbound: true) {
        _ = try await $0.management.revokeAccountKeys($0.account.id, reason: nil, as: $1)
    },
    Guarded("list projects", .projectsRead) { _ = try await $0.management.projects(named: nil, page: Page(), as: $1) },
    Guarded("get a project", .projectsRead) { _ = try await $0.management.project($0.payments.project, as: $1) },
    Guarded("create a project", .projectsWrite, unbound: true) {
        _ = try await $0.management.createProject(ProjectDraft(name: "mine"), as: $1)
    },
    Guarded("change a project", .projectsWrite) {
        var patch = ProjectPatch()
        patch.environments = .set([.live])
        _ = try await $0.management.updateProject($0.payments.project, patch, as: $1)
    },
    Guarded("list accounts", .accountsRead, unbound: true) {
        _ = try await $0.management.accounts(named: nil, externalID: nil, page: Page(), as: $1)
    },
    Guarded("get an account", .accountsRead, unbound: true) {
        _ = try await $0.management.account($0.account.id, as: $1)
    },
    Guarded("create an account", .accountsWrite, unbound: true) {
        _ = try await $0.management.createAccount(AccountDraft(name: "mine"), as: $1)
    },
    Guarded("suspend an account", .accountsWrite, unbound: true) {
        _ = try await $0.management.suspendAccount($0.account.id, reason: nil, as: $1)
    },
    Guarded("list plans", .plansRead, unbound: true) {
        _ = try await $0.management.plans(named: nil, page: Page(), as: $1)
    },
    Guarded("get a plan", .plansRead, unbound: true) { _ = try await $0.management.plan($0.harmlessPlan.id, as: $1) },
    Guarded("create a plan", .plansWrite, unbound: true) {
        _ = try await $0.management.createPlan(PlanDraft(name: "mine"), as: $1)
    },
    Guarded("delete a plan", .plansWrite, unbound: true) {
        try await $0.management.deletePlan($0.harmlessPlan.id, as: $1)
    },
    Guarded("list roles", .rolesRead, unbound: true) {
        _ = try await $0.management.roles(named: nil, page: Page(), as: $1)
    },
    Guarded("get a role", .rolesRead, unbound: true) { _ = try await $0.management.role($0.harmlessRole.id, as: $1) },
    Guarded("create a role", .rolesWrite, unbound: true) {
        _ = try await $0.management.createRole(RoleDraft(name: "mine", scopes: []), as: $1)
    },
    Guarded("delete a role", .rolesWrite, unbound: true) {
        try await $0.management.deleteRole($0.harmlessRole.id, as: $1)
    },
    Guarded("list policies", .policiesRead) {
        _ = try await $0.management.policies(named: nil, project: nil, page: Page(), as: $1)
    },
    Guarded("create a policy", .policiesWrite) {
        var draft = PolicyDraft(name: "mine")
        draft.project = .name("payments")
        _ = try await $0.management.createPolicy(draft, as: $1)
    },
    Guarded("delete a policy of all projects", .policiesWrite, unbound: true) { target, caller in
        // A reader of the policy is told what is missing; for others it does not exist.
        let scopes = caller.scopes.union(ScopeSet([try scope("lanyard:policies:read")]))
        let reader = Caller(keyID: caller.keyID, name: caller.name, scopes: scopes)
        try await target.management.deletePolicy(target.globalPolicy.id, as: reader)
    },
    Guarded("ask for usage", .usageRead) { _ = try await $0.management.usage(UsageRequest(), as: $1) },
    Guarded("read the audit log", .auditRead, unbound: true) {
        _ = try await $0.management.auditEntries(AuditFilter(), before: nil, limit: 10, as: $1)
    },
    Guarded("check the audit log", .auditRead, unbound: true) { _ = try await $0.management.verifyAudit(as: $1) },
    Guarded("list nodes", .nodesRead, unbound: true) { _ = try await $0.management.nodes(as: $1) },
    Guarded("explain a key", .explain) {
        _ = try await $0.management.explain(ExplainRequest(subject: .key($0.payments.id)), as: $1)
    },
]
