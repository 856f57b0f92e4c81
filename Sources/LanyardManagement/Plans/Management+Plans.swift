package import LanyardCore
package import LanyardEngine
package import LanyardStorage

/// A plan as a request describes it.
package struct PlanDraft: Sendable {
    package var name: String
    package var scopes: [Scope] = []
    package var limits: [LimitDefinition] = []
    package var quotas: [QuotaDefinition] = []
    package var maximumInFlight: Int?

    package init(name: String) {
        self.name = name
    }
}

/// What a change does to a plan.
package struct PlanPatch: Sendable {
    package var name: Edit<String> = .keep
    package var scopes: Edit<[Scope]> = .keep
    package var limits: Edit<[LimitDefinition]> = .keep
    package var quotas: Edit<[QuotaDefinition]> = .keep
    package var maximumInFlight: Edit<Int?> = .keep

    package init() {}
}

extension Management {
    /// Makes a plan.
    package func createPlan(_ draft: PlanDraft, as caller: Caller) async throws -> Changed<PlanRecord> {
        try await change(as: caller, waits: false) { try $0.createPlan(draft) }
    }

    /// Makes a plan, and remembers the answer.
    package func createPlan(
        _ draft: PlanDraft, as caller: Caller, idempotency: IdempotentRequest?,
        render: @escaping @Sendable (PlanRecord) throws -> RenderedAnswer
    ) async throws -> AnsweredChange {
        try await answer(idempotency, as: caller, target: \.id.description, render: render) { try $0.createPlan(draft) }
    }

    /// One plan.
    package func plan(_ id: PlanID, as caller: Caller) async throws -> PlanRecord {
        try caller.require(.plansRead)
        return try await read { store, _ in
            guard let plan = try store.plan(id) else { throw ManagementError.notFound(.plan(id)) }
            return plan
        }
    }

    /// Plans, newest first, or the one of this name.
    package func plans(
        named name: String?, page: Page<PlanID>, as caller: Caller
    ) async throws -> Listing<PlanRecord, PlanID> {
        try caller.require(.plansRead)
        return try await read { store, _ in
            if let name { return Listing(try store.plan(named: name)) }
            return try page.fill(id: \.id) { try store.plans(page: $0) }
        }
    }

    /// Changes a plan, for all keys on it at once.
    package func updatePlan(_ id: PlanID, _ patch: PlanPatch, as caller: Caller) async throws -> Changed<PlanRecord> {
        try await change(as: caller) { try $0.updatePlan(id, patch) }
    }

    /// Deletes a plan that no key is on.
    @discardableResult
    package func deletePlan(_ id: PlanID, as caller: Caller) async throws -> Acknowledgement {
        try await change(as: caller) { transaction in
            try transaction.delete(try transaction.plan(id), unless: (.plan(id), told: "keys still have the plan"))
        }.acknowledgement
    }
}

extension ManagementTransaction {
    /// The plan that a change is about, once the caller's right to it is clear.
    fileprivate func plan(_ id: PlanID) throws -> PlanRecord {
        try caller.require(.plansWrite)
        guard let plan = try store.plan(id) else { throw ManagementError.notFound(.plan(id)) }
        try requireRight(toGrant: plan.scopes)
        return plan
    }

    fileprivate func createPlan(_ draft: PlanDraft) throws -> PlanRecord {
        try caller.require(.plansWrite)
        var plan = PlanRecord(id: .make(atMilliseconds: now.milliseconds), name: draft.name, createdAt: now)
        plan.scopes = draft.scopes.withoutRepetitions()
        plan.limits = draft.limits
        plan.quotas = draft.quotas
        plan.maximumInFlight = draft.maximumInFlight.map { Int32(clamping: $0) }
        try check(plan, maximumInFlight: draft.maximumInFlight)
        try insert(plan)
        return plan
    }

    fileprivate func updatePlan(_ id: PlanID, _ patch: PlanPatch) throws -> PlanRecord {
        let before = try plan(id)
        try requireRight(toKeysOn: id)
        var after = before
        patch.name.apply(to: &after.name)
        if let scopes = patch.scopes.value { after.scopes = scopes.withoutRepetitions() }
        patch.limits.apply(to: &after.limits)
        patch.quotas.apply(to: &after.quotas)
        if let maximum = patch.maximumInFlight.value { after.maximumInFlight = maximum.map { Int32(clamping: $0) } }
        try check(after, maximumInFlight: patch.maximumInFlight.value ?? nil)
        return try replace(before, with: after)
    }

    /// - Parameter maximumInFlight: As it was asked for, if it was.
    private func check(_ plan: PlanRecord, maximumInFlight: Int?) throws {
        var problems = FieldProblems()
        problems.checkSlug(plan.name, of: PlanTag.self)
        problems.checkCount(plan.scopes.count, atMost: RecordBounds.scopes, at: "/scopes")
        problems.checkLimits(plan.limits)
        problems.checkQuotas(plan.quotas)
        problems.checkInFlight(maximumInFlight)
        try checkProjects(of: plan.scopes, at: "/scopes", &problems)
        try problems.throwIfAny()
        try requireRight(toGrant: plan.scopes)
        guard let other = try store.plan(named: plan.name), other.id != plan.id else { return }
        throw ManagementError.nameTaken("plan", id: other.id)
    }
}
