import LanyardCore
import LanyardEngine
@testable import LanyardManagement
import LanyardStorage
import LanyardTesting
import Testing

@Suite("Quotas of keys, accounts and plans, and credits")
struct CreditTests {
    private static let prepaid = QuotaDefinition(name: "prepaid", unit: .usd, amount: 0, period: .lifetime)
    private static let trial = QuotaDefinition(name: "trial", unit: .requests, amount: 100, period: .lifetime)
    private static let monthly = QuotaDefinition(
        name: "monthly", unit: .requests, amount: 10_000, period: .month, alertAt: [50, 80])

    private func dollars(_ amount: Int64, quota: String? = nil, reason: String? = nil) -> Credit {
        Credit(unit: .usd, units: amount * 1_000_000_000, quota: quota, reason: reason)
    }

    private func keyWithQuotas(
        _ quotas: [QuotaDefinition], in world: World, _ edit: (inout KeyDraft) -> Void = { _ in }
    ) async throws -> KeyID {
        let issued = try await world.key(in: "payments") { draft in
            draft.quotas = quotas
            edit(&draft)
        }
        return issued.details.record.id
    }

    private func standing(_ id: KeyID, _ world: World) async throws -> [QuotaStatus] {
        try await world.management.keyStanding(id, as: .operator).quotas
    }

    @Test("quotas are kept with their key, changed whole, and in the audit log before and after")
    func changes() async throws {
        let world = try await World.withProjects()
        let id = try await keyWithQuotas([Self.monthly], in: world)
        #expect(try await world.stored(id).quotas == [Self.monthly])
        var patch = KeyPatch()
        patch.quotas = .set([Self.trial])
        let changed = try await world.management.updateKey(id, patch, as: .operator)
        #expect(changed.acknowledgement.acknowledgedBy == [world.engine.nodeID])
        #expect(try await world.stored(id).quotas == [Self.trial])
        let entry = try await world.lastEntry()
        #expect(entry.before?.contains(#""quotas":[{"alert_at":[50,80],"amount":10000,"name":"monthly""#) == true)
        #expect(entry.after?.contains(#""name":"trial","on_outage":"deny","period":"lifetime""#) == true)
        patch.quotas = .set([Self.trial, Self.trial])
        #expect(
            try await refusal { _ = try await world.management.updateKey(id, patch, as: .operator) }
                == .invalid("/quotas"))
        var draft = AccountDraft(name: "Acme")
        draft.quotas = [QuotaDefinition(name: "a b", unit: .requests, amount: 1, period: .day)]
        let bad = draft
        #expect(
            try await refusal { _ = try await world.management.createAccount(bad, as: .operator) }
                == .invalid("/quotas"))
    }

    @Test("a key's standing is its own quotas, its plan's and its account's, each by its own calendar")
    func standings() async throws {
        let world = try await World.withProjects()
        var account = AccountDraft(name: "Acme")
        account.quotas = [QuotaDefinition(name: "all", unit: .tokens, amount: 7, period: .month)]
        account.billingDay = 15
        let acme = try await world.management.createAccount(account, as: .operator).value
        var plan = PlanDraft(name: "free")
        plan.quotas = [QuotaDefinition(name: "daily", unit: .requests, amount: 5, period: .day)]
        _ = try await world.management.createPlan(plan, as: .operator)
        let id = try await keyWithQuotas([Self.monthly, Self.prepaid], in: world) { draft in
            draft.plan = .name("free")
            draft.account = .id(acme.id)
        }
        let quotas = try await standing(id, world)
        #expect(quotas.map(\.definition.name) == ["monthly", "prepaid", "daily", "all"])
        #expect(quotas.map(\.source) == [.key, .key, .plan, .account])
        let month = QuotaPeriod.month.span(containing: world.now, billingDay: 15)
        #expect(quotas.map(\.resetsAt?.milliseconds).first == month.end.milliseconds)
        #expect(quotas[1].resetsAt == nil)
        #expect(quotas[3].resetsAt == month.end)
        #expect(quotas.map(\.used) == [0, 0, 0, 0])
        let shared = try await world.management.accountStanding(acme.id, as: .operator)
        #expect(shared.quotas == [quotas[3]])
    }

    @Test("what was leased counts as used, in its own period alone")
    func leased() async throws {
        let world = try await World.withProjects()
        let id = try await keyWithQuotas([Self.monthly], in: world)
        let identity = QuotaIdentity(subject: Subject(id), unit: .requests, period: .month, source: .key)
        let node = world.engine.nodeID
        let now = world.now
        _ = try await world.store.ledger { ledger in
            try ledger.run(
                LedgerBatch(
                    node: node, localTime: now,
                    withdrawals: [
                        LedgerBatch.Withdrawal(
                            lease: .make(atMilliseconds: 1), quota: identity,
                            terms: QuotaTerms(amount: 10_000, epoch: 1), need: 40, least: 40, want: 0, held: 0)
                    ]))
        }
        #expect(try await standing(id, world).map(\.used) == [40])
        #expect(try await standing(id, world).map(\.remaining) == [9_960])
        world.clock.advance(by: .seconds(32 * 86_400))
        #expect(try await standing(id, world).map(\.used) == [0])
    }

    @Test("a credit adds to the lifetime, with its change and its entry; a negative one takes only what is free")
    func credits() async throws {
        let world = try await World.withProjects()
        let id = try await keyWithQuotas([Self.monthly, Self.prepaid], in: world)
        let before = try await world.traces()
        let added = try await world.management.creditKey(id, dollars(5, reason: "invoice 4711"), as: .operator)
        #expect(added.value.limit == 5_000_000_000)
        #expect(added.acknowledgement.acknowledgedBy == [world.engine.nodeID])
        #expect(try await world.traces() == before.map { $0 + 1 })
        let entry = try await world.lastEntry()
        #expect(entry.action == "key.credit")
        #expect(entry.target == id.description)
        #expect(entry.before?.contains(#""limit":0"#) == true)
        #expect(entry.after?.contains(#""credited":5000000000,"limit":5000000000"#) == true)
        #expect(entry.after?.contains("invoice 4711") == true)
        let traces = try await world.traces()
        let error = await #expect(throws: ManagementError.self) {
            _ = try await world.management.creditKey(id, dollars(-6), as: .operator)
        }
        #expect(error?.description.contains("only 5.00 of the quota 'prepaid' is free") == true)
        #expect(try await world.traces() == traces)
        let taken = try await world.management.creditKey(id, dollars(-5), as: .operator)
        #expect(taken.value.limit == 0)
        #expect(try await standing(id, world)[1].limit == 0)
    }

    @Test("which quota is meant must be clear: one lifetime in the unit, or its name")
    func whichQuota() async throws {
        let world = try await World.withProjects()
        let id = try await keyWithQuotas([Self.monthly], in: world)
        func refused(_ credit: Credit, _ id: KeyID) async throws -> Refusal? {
            try await refusal { _ = try await world.management.creditKey(id, credit, as: .operator) }
        }
        #expect(try await refused(dollars(1), id) == .conflict)
        #expect(try await refused(Credit(unit: .requests, units: 1), id) == .conflict)
        #expect(try await refused(dollars(1, quota: "monthly"), id) == .invalid("/quota"))
        var plan = PlanDraft(name: "prepaid")
        plan.quotas = [QuotaDefinition(name: "of-plan", unit: .usd, amount: 1, period: .lifetime)]
        _ = try await world.management.createPlan(plan, as: .operator)
        let both = try await keyWithQuotas([Self.prepaid], in: world) { $0.plan = .name("prepaid") }
        #expect(try await refused(dollars(1), both) == .invalid("/quota"))
        let credited = try await world.management.creditKey(both, dollars(2, quota: "of-plan"), as: .operator).value
        #expect(credited.source == .plan && credited.limit == 2_000_000_001)
        #expect(try await standing(both, world).map(\.limit) == [0, 2_000_000_001])
        #expect(try await refused(dollars(0), both) == .invalid("/amount"))
        #expect(
            try await refused(Credit(unit: .usd, units: 1_000_000_000_000_000_000, quota: "of-plan"), both)
                == .invalid("/amount"))
        _ = try await world.management.revokeKey(both, reason: nil, as: .operator)
        #expect(try await refused(dollars(1, quota: "of-plan"), both) == .conflict)
    }

    @Test("a repeated request is one booking: while its answer is kept, and when it has long been forgotten")
    func repeated() async throws {
        let world = try await World.withProjects()
        let id = try await keyWithQuotas([Self.prepaid], in: world)
        let secret = Secret.generate(prefix: .lyd, environment: .live)
        let caller = try Caller.holding("lanyard:*", secret: secret)
        func credit(_ key: String) async throws -> AnsweredChange {
            let request = try IdempotentRequest(key: key, requestHash: [UInt8](repeating: 1, count: 32))
            return try await world.management.creditKey(id, dollars(5), as: caller, idempotency: request) { status in
                RenderedAnswer(status: 200, body: Array("\(status.limit)".utf8))
            }
        }
        let first = try await credit("once")
        #expect(first.answer == (try await credit("once")).answer)
        #expect(try await standing(id, world).map(\.limit) == [5_000_000_000])
        world.clock.advance(by: .seconds(16 * 60))
        await #expect(throws: ManagementError.idempotencyExpired(target: id.description)) {
            _ = try await credit("once")
        }
        world.clock.advance(by: .seconds(25 * 3600))
        let entries = try await world.allEntries().count
        #expect(try await credit("once").answer.body == first.answer.body)
        #expect(try await standing(id, world).map(\.limit) == [5_000_000_000])
        #expect(try await world.allEntries().count == entries)
        #expect(try await !credit("twice").isReplay)
        #expect(try await standing(id, world).map(\.limit) == [10_000_000_000])
    }

    @Test("an account is credited by whoever may change accounts, a key by whoever may write its project's keys")
    func rights() async throws {
        let world = try await World.withProjects()
        let id = try await keyWithQuotas([Self.prepaid], in: world)
        var draft = AccountDraft(name: "Acme")
        draft.quotas = [Self.trial]
        let acme = try await world.management.createAccount(draft, as: .operator).value.id
        func refused(_ scopes: String...) async throws -> [Refusal?] {
            let caller = try Caller.holding(scopes)
            return [
                try await refusal { _ = try await world.management.creditKey(id, dollars(1), as: caller) },
                try await refusal {
                    _ = try await world.management.creditAccount(
                        acme, Credit(unit: .requests, units: -1), as: caller)
                },
            ]
        }
        #expect(
            try await refused("lanyard:keys:read")
                == [.missing("lanyard:keys:write"), .missing("lanyard:accounts:write")])
        #expect(try await refused("lanyard:keys:write@orders") == [.notFound, .missing("lanyard:accounts:write")])
        #expect(
            try await refused("lanyard:keys:write@payments", "lanyard:keys:read")
                == [nil, .missing("lanyard:accounts:write")])
        #expect(try await refused("lanyard:accounts:write") == [.missing("lanyard:keys:write"), nil])
        #expect(try await world.management.accountStanding(acme, as: .operator).quotas.map(\.limit) == [99])
        #expect(try await world.lastEntry().action == "account.credit")
    }

    @Test("an alert of the ledger's is in the audit log once, by the quota's name and its owner's id")
    func alerts() async throws {
        let world = try await World.withProjects()
        let id = try await keyWithQuotas([Self.monthly], in: world)
        #expect(try await world.management.recordAlerts(limit: 10).isEmpty)
        try await world.use(
            8_000, of: id, period: .month, terms: QuotaTerms(amount: 10_000, epoch: 1, alertAt: [50, 80]))
        let first = try await world.management.recordAlerts(limit: 1)
        #expect(first.map(\.alert.percent) == [50])
        #expect(first.map(\.quota) == ["monthly"])
        #expect(first.map(\.owner) == [id.description])
        #expect(try await world.management.recordAlerts(limit: 10).map(\.alert.percent) == [80])
        #expect(try await world.management.recordAlerts(limit: 10).isEmpty)
        let entry = try await world.lastEntry()
        #expect(entry.action == "quota.alert")
        #expect(entry.actor == nil && entry.actorName == "lanyard")
        #expect(entry.target == id.description)
        #expect(entry.after?.contains(#""limit":10000,"percent":80,"period":"month""#) == true)
        #expect(entry.after?.contains(#""quota":"monthly","subject":"key","unit":"requests","used":8000"#) == true)
    }
}
