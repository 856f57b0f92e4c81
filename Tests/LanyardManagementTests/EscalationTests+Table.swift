import LanyardCore
@testable import LanyardManagement
import LanyardStorage
import Testing

private func keyDraft(in project: String, _ edit: (inout KeyDraft) throws -> Void = { _ in }) rethrows -> KeyDraft {
    var draft = KeyDraft(name: "mine")
    draft.project = .name(project)
    try edit(&draft)
    return draft
}

let attempts: [Attempt] = creations + changes + sets + owners + strangers

private let creations: [Attempt] = [
    Attempt(
        "a key with a scope of Lanyard's", holding: "lanyard:keys:write@payments", refused: .missing("lanyard:verify")
    ) {
        let draft = try keyDraft(in: "payments") { $0.scopes = [try scope("lanyard:verify")] }
        _ = try await $0.management.createKey(draft, as: $1)
    },
    Attempt(
        "a key with a scope for all projects, held for one", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:keys:write")
    ) {
        let draft = try keyDraft(in: "payments") { $0.scopes = [try scope("lanyard:keys:write")] }
        _ = try await $0.management.createKey(draft, as: $1)
    },
    Attempt(
        "a key with a scope for another project", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:keys:write@orders")
    ) {
        let draft = try keyDraft(in: "payments") { $0.scopes = [try scope("lanyard:keys:write@orders")] }
        _ = try await $0.management.createKey(draft, as: $1)
    },
    Attempt(
        "a key with a wildcard over what is held", holding: "lanyard:keys:write", "lanyard:keys:read",
        refused: .missing("lanyard:keys:*")
    ) {
        let draft = try keyDraft(in: "payments") { $0.scopes = [try scope("lanyard:keys:*")] }
        _ = try await $0.management.createKey(draft, as: $1)
    },
    Attempt("a key with the role admin", holding: "lanyard:keys:write@payments", refused: .missing("lanyard:*")) {
        let draft = keyDraft(in: "payments") { $0.roles = [.name("admin")] }
        _ = try await $0.management.createKey(draft, as: $1)
    },
    Attempt(
        "a key with a plan that holds a scope of Lanyard's", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:verify")
    ) {
        let draft = keyDraft(in: "payments") { $0.plan = .name("verifying") }
        _ = try await $0.management.createKey(draft, as: $1)
    },
    Attempt(
        "a key of project lanyard without a scope", holding: "lanyard:keys:write", refused: .missing("lanyard:admin")
    ) {
        _ = try await $0.management.createKey(keyDraft(in: "lanyard"), as: $1)
    },
    Attempt(
        "a key of project lanyard, with lanyard:admin and another project's keys", holding: "lanyard:admin",
        "lanyard:keys:write@payments", refused: .missing("lanyard:keys:write@lanyard")
    ) {
        _ = try await $0.management.createKey(keyDraft(in: "lanyard"), as: $1)
    },
    Attempt(
        "a key of project lanyard by its id", holding: "lanyard:keys:write", refused: .missing("lanyard:admin")
    ) {
        var draft = KeyDraft(name: "mine")
        draft.project = .id(ProjectRecord.lanyardID)
        _ = try await $0.management.createKey(draft, as: $1)
    },
    Attempt(
        "a key of another project", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:keys:write@orders")
    ) {
        _ = try await $0.management.createKey(keyDraft(in: "orders"), as: $1)
    },
    Attempt(
        "a key in the default project", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:keys:write@default")
    ) {
        _ = try await $0.management.createKey(KeyDraft(name: "mine"), as: $1)
    },
    Attempt("a key by who may only read", holding: "lanyard:keys:read", refused: .missing("lanyard:keys:write")) {
        _ = try await $0.management.createKey(keyDraft(in: "payments"), as: $1)
    },
    Attempt(
        "a key by a holder of all ordinary scopes", holding: "*", "keys:write", refused: .missing("lanyard:keys:write")
    ) {
        _ = try await $0.management.createKey(keyDraft(in: "payments"), as: $1)
    },
]

private let changes: [Attempt] = [
    Attempt(
        "giving a key a scope of Lanyard's", holding: "lanyard:keys:write@payments", refused: .missing("lanyard:admin")
    ) {
        var patch = KeyPatch()
        patch.scopes = .set([try scope("lanyard:admin")])
        _ = try await $0.management.updateKey($0.payments.id, patch, as: $1)
    },
    Attempt(
        "giving a key a role with scopes of Lanyard's", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:*")
    ) {
        var patch = KeyPatch()
        patch.roles = .set([.name("admin")])
        _ = try await $0.management.updateKey($0.payments.id, patch, as: $1)
    },
    Attempt(
        "giving a key a plan with scopes of Lanyard's", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:verify")
    ) {
        var patch = KeyPatch()
        patch.plan = .set(.name("verifying"))
        _ = try await $0.management.updateKey($0.payments.id, patch, as: $1)
    },
    Attempt(
        "taking from a key what it holds more", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:verify")
    ) {
        var patch = KeyPatch()
        patch.scopes = .set([])
        _ = try await $0.management.updateKey($0.verifier.id, patch, as: $1)
    },
    Attempt(
        "lifting the restrictions of a key that holds more", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:verify")
    ) {
        var patch = KeyPatch()
        patch.ipAllowlist = .set([])
        patch.allowsSelfRotation = .set(true)
        _ = try await $0.management.updateKey($0.verifier.id, patch, as: $1)
    },
    Attempt(
        "a new secret for a key that holds more", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:verify")
    ) {
        _ = try await $0.management.rotateKey($0.verifier.id, grace: nil, as: $1)
    },
    Attempt(
        "a new secret for a key that holds more by a role", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:verify")
    ) {
        _ = try await $0.management.rotateKey($0.verifierByRole.id, grace: nil, as: $1)
    },
    Attempt(
        "a new secret for a key that holds more by a plan", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:verify")
    ) {
        _ = try await $0.management.rotateKey($0.verifierByPlan.id, grace: nil, as: $1)
    },
    Attempt("waking a key that holds more", holding: "lanyard:keys:write@payments", refused: .missing("lanyard:*")) {
        _ = try await $0.management.enableKey($0.sleepingAdmin.id, as: $1)
    },
    Attempt(
        "a new secret for an administrator's key, with lanyard:admin and less than it holds",
        holding: "lanyard:keys:write", "lanyard:keys:read", "lanyard:admin", refused: .missing("lanyard:*")
    ) {
        _ = try await $0.management.rotateKey($0.admin.details.record.id, grace: nil, as: $1)
    },
    Attempt("a new secret for an administrator's key", holding: "lanyard:keys:*", refused: .notFound) {
        _ = try await $0.management.rotateKey($0.admin.details.record.id, grace: nil, as: $1)
    },
    Attempt("changing an administrator's key", holding: "lanyard:keys:*", refused: .notFound) {
        _ = try await $0.management.updateKey($0.admin.details.record.id, KeyPatch(), as: $1)
    },
    Attempt("revoking an administrator's key", holding: "lanyard:keys:*", refused: .notFound) {
        _ = try await $0.management.revokeKey($0.admin.details.record.id, reason: nil, as: $1)
    },
    Attempt("disabling an administrator's key", holding: "lanyard:keys:*", refused: .notFound) {
        _ = try await $0.management.disableKey($0.admin.details.record.id, as: $1)
    },
]

private let sets: [Attempt] = [
    Attempt("a role with a scope of Lanyard's", holding: "lanyard:roles:write", refused: .missing("lanyard:keys:write"))
    {
        _ = try await $0.management.createRole(
            RoleDraft(name: "mine", scopes: [try scope("lanyard:keys:write")]), as: $1)
    },
    Attempt("putting a scope of Lanyard's into a role", holding: "lanyard:roles:*", refused: .missing("lanyard:*")) {
        var patch = RolePatch()
        patch.scopes = .set([try scope("lanyard:*")])
        _ = try await $0.management.updateRole($0.harmlessRole.id, patch, as: $1)
    },
    Attempt(
        "taking a scope of Lanyard's out of a role", holding: "lanyard:roles:*", refused: .missing("lanyard:verify")
    ) {
        var patch = RolePatch()
        patch.scopes = .set([])
        _ = try await $0.management.updateRole($0.verifierRole.id, patch, as: $1)
    },
    Attempt(
        "renaming a role with a scope of Lanyard's", holding: "lanyard:roles:*", refused: .missing("lanyard:verify")
    ) {
        var patch = RolePatch()
        patch.name = .set("mine")
        _ = try await $0.management.updateRole($0.verifierRole.id, patch, as: $1)
    },
    Attempt("changing a built-in role", holding: "lanyard:*", refused: .conflict) { target, caller in
        let admin = try await target.world.store.read { try $0.role(named: "developer") }
        var patch = RolePatch()
        patch.scopes = .set([try scope("lanyard:*")])
        _ = try await target.management.updateRole(try #require(admin).id, patch, as: caller)
    },
    Attempt(
        "a role with a scope bound to one project", holding: "lanyard:roles:write@payments",
        refused: .missing("lanyard:roles:write")
    ) {
        _ = try await $0.management.createRole(RoleDraft(name: "mine", scopes: []), as: $1)
    },
    Attempt("a plan with a scope of Lanyard's", holding: "lanyard:plans:write", refused: .missing("lanyard:admin")) {
        var draft = PlanDraft(name: "mine")
        draft.scopes = [try scope("lanyard:admin")]
        _ = try await $0.management.createPlan(draft, as: $1)
    },
    Attempt(
        "putting a scope of Lanyard's into a plan", holding: "lanyard:plans:*",
        refused: .missing("lanyard:admin@payments")
    ) {
        var patch = PlanPatch()
        patch.scopes = .set([try scope("lanyard:admin@payments")])
        _ = try await $0.management.updatePlan($0.harmlessPlan.id, patch, as: $1)
    },
    Attempt(
        "changing a plan with a scope of Lanyard's", holding: "lanyard:plans:*", refused: .missing("lanyard:verify")
    ) {
        var patch = PlanPatch()
        patch.limits = .set([])
        patch.maximumInFlight = .set(nil)
        _ = try await $0.management.updatePlan($0.verifierPlan.id, patch, as: $1)
    },
    Attempt(
        "taking a scope of Lanyard's out of a plan", holding: "lanyard:plans:*", refused: .missing("lanyard:verify")
    ) {
        var patch = PlanPatch()
        patch.scopes = .set([])
        _ = try await $0.management.updatePlan($0.verifierPlan.id, patch, as: $1)
    },
]

private let owners: [Attempt] = [
    Attempt("suspending the administrators' account", holding: "lanyard:accounts:*", refused: .missing("lanyard:admin"))
    {
        _ = try await $0.management.suspendAccount($0.adminAccount.id, reason: nil, as: $1)
    },
    Attempt("resuming the administrators' account", holding: "lanyard:accounts:*", refused: .missing("lanyard:admin")) {
        _ = try await $0.management.resumeAccount($0.adminAccount.id, as: $1)
    },
    Attempt("bounding the administrators' account", holding: "lanyard:accounts:*", refused: .missing("lanyard:admin")) {
        var patch = AccountPatch()
        patch.limits = .set([.requests(1, per: .seconds(60))])
        _ = try await $0.management.updateAccount($0.adminAccount.id, patch, as: $1)
    },
    Attempt("revoking the administrators' keys", holding: "lanyard:keys:*", refused: .missing("lanyard:admin")) {
        _ = try await $0.management.revokeAccountKeys($0.adminAccount.id, reason: nil, as: $1)
    },
    Attempt(
        "revoking an account's keys in all projects", holding: "lanyard:keys:write@payments",
        refused: .missing("lanyard:keys:write")
    ) {
        _ = try await $0.management.revokeAccountKeys($0.account.id, reason: nil, as: $1)
    },
    Attempt(
        "suspending an account with a scope bound to one project", holding: "lanyard:accounts:write@payments",
        refused: .missing("lanyard:accounts:write")
    ) {
        _ = try await $0.management.suspendAccount($0.account.id, reason: nil, as: $1)
    },
    Attempt(
        "a project with a scope bound to it beforehand", holding: "lanyard:projects:write@mine",
        refused: .missing("lanyard:projects:write")
    ) {
        _ = try await $0.management.createProject(ProjectDraft(name: "mine"), as: $1)
    },
    Attempt("a project that looks like lanyard", holding: "lanyard:projects:*", refused: .invalid("/prefix")) {
        var draft = ProjectDraft(name: "mine")
        draft.prefix = ProjectRecord.lanyardPrefix
        _ = try await $0.management.createProject(draft, as: $1)
    },
    Attempt("changing project lanyard", holding: "lanyard:*", refused: .conflict) {
        var patch = ProjectPatch()
        patch.environments = .set([.live, .test])
        _ = try await $0.management.updateProject(ProjectRecord.lanyardID, patch, as: $1)
    },
    Attempt(
        "a policy for all projects", holding: "lanyard:policies:write@payments",
        refused: .missing("lanyard:policies:write")
    ) {
        _ = try await $0.management.createPolicy(PolicyDraft(name: "mine"), as: $1)
    },
    Attempt(
        "widening a policy to another project", holding: "lanyard:policies:write@orders",
        refused: .missing("lanyard:policies:write@payments")
    ) {
        var patch = PolicyPatch()
        patch.project = .set(.name("payments"))
        _ = try await $0.management.updatePolicy($0.ordersPolicy.id, patch, as: $1)
    },
    Attempt(
        "widening a policy to all projects", holding: "lanyard:policies:write@orders",
        refused: .missing("lanyard:policies:write")
    ) {
        var patch = PolicyPatch()
        patch.project = .set(nil)
        _ = try await $0.management.updatePolicy($0.ordersPolicy.id, patch, as: $1)
    },
    Attempt("a policy that admits administrators' keys", holding: "lanyard:*", refused: .invalid("/project")) {
        var draft = PolicyDraft(name: "mine")
        draft.project = .name("lanyard")
        _ = try await $0.management.createPolicy(draft, as: $1)
    },
]

private let strangers: [Attempt] = [
    Attempt("reading an administrator's key", holding: "lanyard:keys:read", refused: .notFound) {
        _ = try await $0.management.key($0.admin.details.record.id, as: $1)
    },
    Attempt("finding an administrator's key by its secret", holding: "lanyard:keys:read", refused: .notFound) {
        _ = try await $0.management.keyWithSecret($0.admin.secret.digest, as: $1)
    },
    Attempt("reading a key of another project", holding: "lanyard:keys:read@payments", refused: .notFound) {
        _ = try await $0.management.key($0.orders.id, as: $1)
    },
    Attempt("revoking a key of another project", holding: "lanyard:keys:write@payments", refused: .notFound) {
        _ = try await $0.management.revokeKey($0.orders.id, reason: nil, as: $1)
    },
    Attempt(
        "revoking a key that may be read", holding: "lanyard:keys:read", "lanyard:keys:write@payments",
        refused: .missing("lanyard:keys:write@orders")
    ) {
        _ = try await $0.management.revokeKey($0.orders.id, reason: nil, as: $1)
    },
    Attempt("deleting a policy of another project", holding: "lanyard:policies:*@payments", refused: .notFound) {
        try await $0.management.deletePolicy($0.ordersPolicy.id, as: $1)
    },
    Attempt("reading a policy of all projects", holding: "lanyard:policies:*@payments", refused: .notFound) {
        _ = try await $0.management.policy($0.globalPolicy.id, as: $1)
    },
    Attempt("reading another project", holding: "lanyard:projects:*@payments", refused: .notFound) {
        let orders = try await $0.world.project("orders")
        _ = try await $0.management.project(orders.id, as: $1)
    },
    Attempt("listing administrators' keys", holding: "lanyard:keys:read", refused: .missing("lanyard:admin")) {
        var listing = KeyListing()
        listing.project = .name("lanyard")
        _ = try await $0.management.keys(listing, page: Page(), as: $1)
    },
    Attempt("explaining an administrator's key", holding: "lanyard:explain", refused: .notFound) {
        _ = try await $0.management.explain(ExplainRequest(subject: .key($0.admin.details.record.id)), as: $1)
    },
]
