import LanyardCore
import LanyardManagement
import LanyardStorage
import LanyardWire

extension Endpoint {
    static let plans: [Endpoint] = [
        .get("/v1/plans", .plansRead) { call in
            let query = try call.query("name", "cursor", "limit")
            let page = try query.page(of: PlanTag.self)
            return try await call.management.plans(named: try query.slug("name"), page: page, as: call.caller)
                .answer(cursor: { $0.description }, { $0 })
        },
        .post("/v1/plans", .plansWrite) { call in
            let (value, idempotency) = try await call.idempotentJSON()
            let body = try PlanCreateBody.decode(value ?? .null)
            var draft = PlanDraft(name: body.name)
            draft.scopes = body.scopes
            draft.limits = body.limits
            draft.quotas = body.quotas
            draft.maximumInFlight = body.maximumInFlight.map(Int.init)
            return try await call.management.createPlan(draft, as: call.caller, idempotency: idempotency) {
                .created(ObjectAnswer(.plan, $0))
            }.adminAnswer(tellsApplied: false, holdsSecret: false)
        },
        .get("/v1/plans/{id}", .plansRead) { call in
            .json(ObjectAnswer(.plan, try await call.management.plan(try call.planID(), as: call.caller)))
        },
        .patch("/v1/plans/{id}", .plansWrite) { call in
            let body = try PlanPatchBody.decode(try await call.json())
            var patch = PlanPatch()
            patch.name = Edit(body.name)
            patch.scopes = Edit(body.scopes)
            patch.limits = Edit(body.limits)
            patch.quotas = Edit(body.quotas)
            patch.maximumInFlight = Edit(body.maximumInFlight) { Int($0) }
            return try await call.management.updatePlan(try call.planID(), patch, as: call.caller).answer(.plan) { $0 }
        },
        .delete("/v1/plans/{id}", .plansWrite) { call in
            try await call.management.deletePlan(try call.planID(), as: call.caller)
            return .noContent
        },
    ]
}

extension AdminCall {
    fileprivate func planID() throws -> PlanID { try id("plan", as: PlanTag.self) }
}
