import LanyardCore
@testable import LanyardManagement
import LanyardStorage
import Testing

/// Somebody who holds a little of Lanyard tries to get more of it.
struct Attempt: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the attacker holds.
    let scopes: [String]
    let refusal: Refusal
    let body: @Sendable (Target, Caller) async throws -> Void

    init(
        _ description: String, holding scopes: String..., refused refusal: Refusal,
        _ body: @escaping @Sendable (Target, Caller) async throws -> Void
    ) {
        testDescription = description
        self.scopes = scopes
        self.refusal = refusal
        self.body = body
    }
}

/// What there is to be gained.
struct Target: Sendable {
    let world: World
    /// A customer's key of `payments`.
    let payments: KeyRecord
    /// A customer's key of `orders`.
    let orders: KeyRecord
    /// An administrator's key, with the role `admin`.
    let admin: IssuedKey
    /// A key of `payments` that holds `lanyard:verify` by its own list, by a role, by a plan.
    let verifier: KeyRecord
    let verifierByRole: KeyRecord
    let verifierByPlan: KeyRecord
    /// A disabled key of `payments` with the role `admin`.
    let sleepingAdmin: KeyRecord
    let verifierRole: RoleRecord
    let verifierPlan: PlanRecord
    let harmlessRole: RoleRecord
    let harmlessPlan: PlanRecord
    /// The administrator's account, and one of customers.
    let adminAccount: AccountRecord
    let account: AccountRecord
    let ordersPolicy: PolicyRecord
    let globalPolicy: PolicyRecord

    var management: Management { world.management }

    static func make() async throws -> Target {
        let world = try await World.withProjects()
        let adminAccount = try await world.account("the administrators")
        let account = try await world.account("a customer")
        let verifierRole = try await world.role("verifier", "lanyard:verify")
        let verifierPlan = try await world.plan("verifying", "lanyard:verify")
        let sleeping = try await world.key(in: "payments") { $0.roles = [.name("admin")] }
        _ = try await world.management.disableKey(sleeping.details.record.id, as: .operator)
        return Target(
            world: world,
            payments: try await world.key(in: "payments") { $0.account = .id(account.id) }.details.record,
            orders: try await world.key(in: "orders").details.record,
            admin: try await world.key(in: "lanyard") {
                $0.roles = [.name("admin")]
                $0.account = .id(adminAccount.id)
            },
            verifier: try await world.key(in: "payments") { $0.scopes = [try scope("lanyard:verify")] }.details.record,
            verifierByRole: try await world.key(in: "payments") { $0.roles = [.name("verifier")] }.details.record,
            verifierByPlan: try await world.key(in: "payments") { $0.plan = .name("verifying") }.details.record,
            sleepingAdmin: sleeping.details.record, verifierRole: verifierRole, verifierPlan: verifierPlan,
            harmlessRole: try await world.role("reader", "invoices:read"),
            harmlessPlan: try await world.plan("free", "invoices:read"), adminAccount: adminAccount, account: account,
            ordersPolicy: try await world.policy("orders", project: "orders"),
            globalPolicy: try await world.policy("everything"))
    }
}

@Suite("Nobody gets more of Lanyard than they hold")
struct EscalationTests {
    @Test("an attempt is refused, and has changed nothing", arguments: attempts)
    func attempt(_ attempt: Attempt) async throws {
        let target = try await Target.make()
        let caller = try Caller.holding(attempt.scopes)
        let before = try await target.world.traces()
        #expect(try await refusal { try await attempt.body(target, caller) } == attempt.refusal)
        #expect(try await target.world.traces() == before)
    }

    @Test("the table holds at least 25 attempts, each another one")
    func breadth() {
        #expect(attempts.count >= 25)
        #expect(Set(attempts.map(\.testDescription)).count == attempts.count)
    }

    @Test("an administrator with every scope may do all of it", arguments: attempts.filter { !$0.isForbiddenToAll })
    func counterpart(_ attempt: Attempt) async throws {
        let target = try await Target.make()
        let caller = try Caller.holding("lanyard:*")
        #expect(try await refusal { try await attempt.body(target, caller) } == nil)
    }

    @Test("whoever holds a scope for one project may hand it on for that project")
    func handingOn() async throws {
        let world = try await World.withProjects()
        let caller = try Caller.holding("lanyard:keys:write@payments", "lanyard:verify@payments")
        var draft = KeyDraft(name: "a gateway")
        draft.project = .name("payments")
        draft.scopes = [try scope("lanyard:verify@payments"), try scope("anything:at:all"), try scope("*")]
        let key = try await world.management.createKey(draft, as: caller).value
        #expect(key.details.record.scopes.count == 3)
        // A rotation hands the key out, and what it holds is held.
        _ = try await world.management.rotateKey(key.details.record.id, grace: nil, as: caller)
    }

    @Test("a key that holds more than the caller can still be shut out, but not opened again")
    func narrowing() async throws {
        let target = try await Target.make()
        let caller = try Caller.holding("lanyard:keys:write@payments")
        let id = target.verifier.id
        _ = try await target.management.disableKey(id, as: caller)
        #expect(
            try await refusal { _ = try await target.management.enableKey(id, as: caller) }
                == .missing("lanyard:verify"))
        _ = try await target.management.revokeKey(id, reason: nil, as: caller)
    }
}

extension Attempt {
    /// Refused even to those who hold everything.
    var isForbiddenToAll: Bool {
        switch refusal {
        case .conflict, .invalid: true
        case .missing, .notFound, .mismatch, .expired, .selfRotation, .denied: false
        }
    }
}
