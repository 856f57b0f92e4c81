import LanyardCore
import LanyardEngine
@testable import LanyardManagement
import LanyardStorage
import LanyardTesting
import Testing

@Suite("Projects")
struct ProjectTests {
    @Test("a project is made, found, changed and deleted")
    func life() async throws {
        let world = try await World.empty()
        let project = try await world.management.createProject(ProjectDraft(name: "payments"), as: .operator).value
        #expect(project.prefix == .lyd)
        #expect(project.environments == [.live, .test])
        #expect(try await world.management.project(project.id, as: .operator) == project)
        var patch = ProjectPatch()
        patch.environments = .set([.live])
        world.clock.advance(by: .seconds(1))
        let changed = try await world.management.updateProject(project.id, patch, as: .operator).value
        #expect(changed.environments == [.live])
        #expect(changed.updatedAt == world.now)
        try await world.management.deleteProject(project.id, as: .operator)
        #expect(try await refusal { _ = try await world.management.project(project.id, as: .operator) } == .notFound)
    }

    @Test(
        "names and environments have rules",
        arguments: [
            ("Payments", "/name"), ("", "/name"), ("-a", "/name"), ("a b", "/name"),
            (String(repeating: "a", count: 64), "/name"),
            ("proj_0000000000000000000000", "/name"),
        ])
    func names(_ name: String, _ pointer: String) async throws {
        let world = try await World.empty()
        #expect(
            try await refusal { _ = try await world.management.createProject(ProjectDraft(name: name), as: .operator) }
                == .invalid(pointer))
    }

    @Test("environments are 1 to 16, each once")
    func environments() async throws {
        let world = try await World.empty()
        let many = (0...RecordBounds.environments).compactMap { EnvironmentName("e\($0)") }
        for environments in [[], [.live, .live], many] {
            var draft = ProjectDraft(name: "payments")
            draft.environments = environments
            let finished = draft
            #expect(
                try await refusal { _ = try await world.management.createProject(finished, as: .operator) }
                    == .invalid("/environments"))
        }
    }

    @Test("a name that is taken is a conflict with the id that has it")
    func taken() async throws {
        let world = try await World.withProjects()
        let payments = try await world.project("payments")
        await #expect(throws: ManagementError.nameTaken("project", id: payments.id)) {
            _ = try await world.management.createProject(ProjectDraft(name: "payments"), as: .operator)
        }
    }

    @Test("what is in use stays: a project with keys or policies, and an environment with keys")
    func inUse() async throws {
        let world = try await World.withProjects()
        let payments = try await world.project("payments")
        let orders = try await world.project("orders")
        let key = try await world.key(in: "payments").details.record
        let policy = try await world.policy("p", project: "orders")
        var patch = ProjectPatch()
        patch.environments = .set([.test])
        let withoutLive = patch
        #expect(
            try await refusal { _ = try await world.management.updateProject(payments.id, withoutLive, as: .operator) }
                == .conflict)
        for id in [payments.id, orders.id] {
            #expect(try await refusal { try await world.management.deleteProject(id, as: .operator) } == .conflict)
        }
        _ = try await world.management.revokeKey(key.id, reason: nil, as: .operator)
        try await world.management.deleteKey(key.id, as: .operator)
        try await world.management.deletePolicy(policy.id, as: .operator)
        for id in [payments.id, orders.id] { try await world.management.deleteProject(id, as: .operator) }
    }

    @Test("the built-in projects can't be deleted")
    func builtIn() async throws {
        let world = try await World.empty()
        for id in [ProjectRecord.lanyardID, ProjectRecord.defaultID] {
            #expect(try await refusal { try await world.management.deleteProject(id, as: .operator) } == .conflict)
        }
    }
}

@Suite("Accounts")
struct AccountTests {
    @Test("an account is made, found, changed and deleted")
    func life() async throws {
        let world = try await World.empty()
        var draft = AccountDraft(name: "Acme")
        draft.externalID = "cus_1"
        draft.limits = [.requests(5, per: .seconds(1))]
        let account = try await world.management.createAccount(draft, as: .operator).value
        #expect(try await world.management.account(account.id, as: .operator) == account)
        var patch = AccountPatch()
        patch.externalID = .set(nil)
        patch.billingDay = .set(28)
        let changed = try await world.management.updateAccount(account.id, patch, as: .operator).value
        #expect(changed.externalID == nil)
        #expect(changed.billingDay == 28)
        #expect(changed.limits == account.limits)
        try await world.management.deleteAccount(account.id, as: .operator)
        #expect(try await refusal { _ = try await world.management.account(account.id, as: .operator) } == .notFound)
    }

    @Test("an account's fields have rules")
    func rules() async throws {
        let world = try await World.empty()
        var draft = AccountDraft(name: "")
        draft.billingDay = 29
        draft.externalID = AccountID.make(atMilliseconds: 1).description
        draft.limits = [.requests(0, per: .seconds(1))]
        let finished = draft
        #expect(
            try await refusal { _ = try await world.management.createAccount(finished, as: .operator) }
                == .invalid(["/name", "/external_id", "/billing_day", "/limits"]))
    }

    @Test("an external_id belongs to one account")
    func externalID() async throws {
        let world = try await World.empty()
        var draft = AccountDraft(name: "Acme")
        draft.externalID = "cus_1"
        let finished = draft
        let first = try await world.management.createAccount(finished, as: .operator).value
        #expect(
            try await refusal { _ = try await world.management.createAccount(finished, as: .operator) } == .conflict)
        let second = try await world.account("Other")
        var patch = AccountPatch()
        patch.externalID = .set("cus_1")
        let taking = patch
        #expect(
            try await refusal { _ = try await world.management.updateAccount(second.id, taking, as: .operator) }
                == .conflict)
        // Its own is not in its way.
        _ = try await world.management.updateAccount(first.id, taking, as: .operator)
    }

    @Test("suspending shuts all keys out until the account is resumed, and the first reason stays")
    func suspending() async throws {
        let world = try await World.withProjects()
        let account = try await world.account("Acme")
        let key = try await world.key(in: "payments") { $0.account = .id(account.id) }
        #expect(try await world.verdict(key.secret) == "ok")
        _ = try await world.management.suspendAccount(account.id, reason: "unpaid", as: .operator)
        #expect(try await world.verdict(key.secret) == "account_suspended")
        let again = try await world.management.suspendAccount(account.id, reason: "again", as: .operator).value
        #expect(again.suspendedReason == "unpaid")
        let resumed = try await world.management.resumeAccount(account.id, as: .operator).value
        #expect(!resumed.isSuspended)
        #expect(resumed.suspendedReason == nil)
        #expect(try await world.verdict(key.secret) == "ok")
    }

    @Test("an account with keys can't be deleted")
    func inUse() async throws {
        let world = try await World.withProjects()
        let account = try await world.account("Acme")
        _ = try await world.key(in: "payments") { $0.account = .id(account.id) }
        #expect(try await refusal { try await world.management.deleteAccount(account.id, as: .operator) } == .conflict)
    }

    @Test("all keys of an account are revoked over several batches, and no others")
    func revokeKeys() async throws {
        let world = try await World.withProjects()
        let account = try await world.account("Acme")
        let count = Management.revocationBatchSize + 3
        let lines = (0..<count).map { number in
            var draft = KeyDraft(name: "key \(number)")
            draft.account = .id(account.id)
            let digest = Array("legacy-\(number)".utf8).withUnsafeBytes { SecretDigest(hashing: $0) }
            return ImportLine(number: number + 1, digest: digest, draft: draft)
        }
        _ = try await world.management.importBatch(lines, as: .operator)
        let native = try await world.key(in: "payments") { $0.account = .id(account.id) }
        let other = try await world.key(in: "payments")
        #expect(try await world.verdict(native.secret) == "ok")
        let first = try await world.management.revokeAccountKeys(account.id, reason: "fraud", as: .operator)
        #expect(first.value.revoked == count + 1)
        #expect(first.acknowledgement.acknowledgedBy == [world.engine.nodeID])
        #expect(try await world.verdict(native.secret) == "revoked_key")
        #expect(try await world.verdict(other.secret) == "ok")
        var listing = KeyListing()
        listing.account = .id(account.id)
        listing.status = .active
        #expect(try await world.management.keys(listing, page: Page(), as: .operator).items.isEmpty)
        #expect(try await world.stored(native.details.record.id).revokeReason == "fraud")
        let again = try await world.management.revokeAccountKeys(account.id, reason: nil, as: .operator)
        #expect(again.value.revoked == 0)
        #expect(again.acknowledgement.acknowledgedBy == [world.engine.nodeID])
        let entries = try await world.allEntries().filter { $0.event.action == "account.revoke_keys" }
        #expect(entries.count == 2)
    }
}

@Suite("Plans and roles")
struct PlanAndRoleTests {
    @Test("a plan is made, changed for all its keys at once, and deleted when no key is on it")
    func plan() async throws {
        let world = try await World.withProjects()
        let plan = try await world.plan("free", "a")
        let key = try await world.key(in: "payments") { $0.plan = .name("free") }
        #expect(try await world.engine.verify(key.secret.reveal(), scope: "a").isGrant)
        var patch = PlanPatch()
        patch.scopes = .set([try scope("b")])
        patch.maximumInFlight = .set(3)
        patch.name = .set("basic")
        let changed = try await world.management.updatePlan(plan.id, patch, as: .operator).value
        #expect(changed.maximumInFlight == 3)
        #expect(try await !world.engine.verify(key.secret.reveal(), scope: "a").isGrant)
        #expect(try await world.engine.verify(key.secret.reveal(), scope: "b").isGrant)
        #expect(try await refusal { try await world.management.deletePlan(plan.id, as: .operator) } == .conflict)
        var off = KeyPatch()
        off.plan = .set(nil)
        _ = try await world.management.updateKey(key.details.record.id, off, as: .operator)
        try await world.management.deletePlan(plan.id, as: .operator)
        #expect(try await refusal { _ = try await world.management.plan(plan.id, as: .operator) } == .notFound)
    }

    @Test("a role is made, changed for all its keys at once, and deleted when no key has it")
    func role() async throws {
        let world = try await World.withProjects()
        let role = try await world.role("reader", "a")
        let key = try await world.key(in: "payments") { $0.roles = [.name("reader")] }
        #expect(try await world.engine.verify(key.secret.reveal(), scope: "a").isGrant)
        var patch = RolePatch()
        patch.scopes = .set([])
        _ = try await world.management.updateRole(role.id, patch, as: .operator)
        #expect(try await !world.engine.verify(key.secret.reveal(), scope: "a").isGrant)
        #expect(try await refusal { try await world.management.deleteRole(role.id, as: .operator) } == .conflict)
        var off = KeyPatch()
        off.roles = .set([])
        _ = try await world.management.updateKey(key.details.record.id, off, as: .operator)
        try await world.management.deleteRole(role.id, as: .operator)
        #expect(try await refusal { _ = try await world.management.role(role.id, as: .operator) } == .notFound)
    }

    @Test("their fields have rules, and names are unique")
    func rules() async throws {
        let world = try await World.empty()
        let plan = try await world.plan("free")
        let role = try await world.role("reader")
        var draft = PlanDraft(name: "Free")
        draft.maximumInFlight = 0
        draft.limits = [.requests(0, per: .seconds(1))]
        draft.scopes = [try scope("lanyard:verify@nowhere")]
        let broken = draft
        #expect(
            try await refusal { _ = try await world.management.createPlan(broken, as: .operator) }
                == .invalid(["/name", "/limits", "/in_flight", "/scopes/0"]))
        let brokenRole = RoleDraft(name: "Reader", scopes: [try scope("lanyard:verify@nowhere")])
        #expect(
            try await refusal { _ = try await world.management.createRole(brokenRole, as: .operator) }
                == .invalid(["/name", "/scopes/0"]))
        await #expect(throws: ManagementError.nameTaken("plan", id: plan.id)) { _ = try await world.plan("free") }
        await #expect(throws: ManagementError.nameTaken("role", id: role.id)) { _ = try await world.role("reader") }
        _ = try await world.plan("gold")
        var rename = PlanPatch()
        rename.name = .set("gold")
        let renaming = rename
        #expect(
            try await refusal { _ = try await world.management.updatePlan(plan.id, renaming, as: .operator) }
                == .conflict)
    }

    @Test("built-in roles can be granted, but neither changed nor deleted")
    func builtIn() async throws {
        let world = try await World.empty()
        let roles = try await world.management.roles(named: nil, page: Page(), as: .operator).items
        #expect(roles.count == 3)
        for role in roles {
            #expect(
                try await refusal { _ = try await world.management.updateRole(role.id, RolePatch(), as: .operator) }
                    == .conflict)
            #expect(try await refusal { try await world.management.deleteRole(role.id, as: .operator) } == .conflict)
        }
    }
}

@Suite("Policies")
struct PolicyTests {
    @Test("a policy is made, known to decisions at once, changed and deleted")
    func life() async throws {
        let world = try await World.withProjects()
        var draft = PolicyDraft(name: "invoices")
        draft.project = .name("payments")
        draft.environment = .live
        draft.scope = "invoices:read or invoices:admin"
        draft.dialect = .nginx
        let policy = try await world.management.createPolicy(draft, as: .operator).value
        #expect(policy.project?.name == "payments")
        #expect(world.engine.policy(named: "invoices")?.record == policy.record)
        var patch = PolicyPatch()
        patch.scope = .set(nil)
        patch.project = .set(nil)
        patch.name = .set("all")
        let changed = try await world.management.updatePolicy(policy.record.id, patch, as: .operator).value
        #expect(changed.record.scope == nil)
        #expect(changed.project == nil)
        #expect(world.engine.policy(named: "invoices") == nil)
        #expect(world.engine.policy(named: "all")?.record == changed.record)
        try await world.management.deletePolicy(policy.record.id, as: .operator)
        #expect(world.engine.policy(named: "all") == nil)
    }

    @Test("a policy's fields have rules")
    func rules() async throws {
        let world = try await World.withProjects()
        var draft = PolicyDraft(name: "A policy")
        draft.project = .name("payments")
        draft.environment = EnvironmentName("staging")
        draft.scope = "a and"
        draft.costs = Costs(requests: -1, tokens: .max, nanoUSD: -1)
        draft.keyFrom = [.bearer, .body("key"), .bearer]
        draft.methods = (0...RecordBounds.methods).compactMap { HTTPMethodName("M\($0)") }
        draft.paths = try (0...RecordBounds.paths).map { try PathPattern(parsing: "/\($0)") }
        let finished = draft
        #expect(
            try await refusal { _ = try await world.management.createPolicy(finished, as: .operator) }
                == .invalid([
                    "/name", "/environment", "/scope", "/costs/requests", "/costs/tokens", "/costs/usd", "/key_from/1",
                    "/key_from/2", "/methods", "/paths",
                ]))
        var none = PolicyDraft(name: "none")
        none.keyFrom = []
        let empty = none
        #expect(
            try await refusal { _ = try await world.management.createPolicy(empty, as: .operator) }
                == .invalid("/key_from"))
        _ = try await world.policy("taken")
        #expect(try await refusal { _ = try await world.policy("taken") } == .conflict)
    }

    @Test("that a policy's name is taken can't be hidden from a stranger, but whose it is can")
    func takenByStrangers() async throws {
        let world = try await World.withProjects()
        let policy = try await world.policy("taken", project: "orders")
        var draft = PolicyDraft(name: "taken")
        draft.project = .name("payments")
        let finished = draft
        let stranger = try Caller.holding("lanyard:policies:*@payments")
        await #expect(throws: ManagementError.nameTaken("policy", id: nil as PolicyID?)) {
            _ = try await world.management.createPolicy(finished, as: stranger)
        }
        await #expect(throws: ManagementError.nameTaken("policy", id: policy.id)) {
            _ = try await world.management.createPolicy(finished, as: .operator)
        }
    }

    @Test("moving a policy to another project holds its environment against that project")
    func moving() async throws {
        let world = try await World.withProjects()
        var project = ProjectDraft(name: "lab")
        project.environments = [try #require(EnvironmentName("staging"))]
        _ = try await world.management.createProject(project, as: .operator)
        var draft = PolicyDraft(name: "p")
        draft.project = .name("payments")
        draft.environment = .live
        let policy = try await world.management.createPolicy(draft, as: .operator).value.record
        var patch = PolicyPatch()
        patch.project = .set(.name("lab"))
        let moving = patch
        #expect(
            try await refusal { _ = try await world.management.updatePolicy(policy.id, moving, as: .operator) }
                == .invalid("/environment"))
    }
}
