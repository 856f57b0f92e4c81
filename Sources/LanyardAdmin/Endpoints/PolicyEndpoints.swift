import LanyardCore
import LanyardManagement
import LanyardStorage
import LanyardWire

extension Endpoint {
    static let policies: [Endpoint] = [
        .get("/v1/policies", .policiesRead) { call in
            let query = try call.query("name", "project", "cursor", "limit")
            let page = try query.page(of: PolicyTag.self)
            return try await call.management.policies(
                named: try query.slug("name"), project: try query.project(), page: page, as: call.caller
            ).answer(cursor: { $0.description }, { PolicyAnswer($0) })
        },
        .post("/v1/policies", .policiesWrite) { call in
            let (value, idempotency) = try await call.idempotentJSON()
            let draft = PolicyDraft(try PolicyCreateBody.decode(value ?? .null))
            return try await call.management.createPolicy(draft, as: call.caller, idempotency: idempotency) {
                .created(ObjectAnswer(.policy, PolicyAnswer($0)))
            }.adminAnswer(tellsApplied: false, holdsSecret: false)
        },
        .get("/v1/policies/{id}", .policiesRead) { call in
            let policy = try await call.management.policy(try call.policyID(), as: call.caller)
            return .json(ObjectAnswer(.policy, PolicyAnswer(policy)))
        },
        .patch("/v1/policies/{id}", .policiesWrite) { call in
            let patch = PolicyPatch(try PolicyPatchBody.decode(try await call.json()))
            return try await call.management.updatePolicy(try call.policyID(), patch, as: call.caller)
                .answer(.policy) { PolicyAnswer($0) }
        },
        .delete("/v1/policies/{id}", .policiesWrite) { call in
            try await call.management.deletePolicy(try call.policyID(), as: call.caller)
            return .noContent
        },
    ]
}

extension AdminCall {
    fileprivate func policyID() throws -> PolicyID { try id("policy", as: PolicyTag.self) }
}

extension PolicyAnswer {
    fileprivate init(_ details: PolicyDetails) {
        self.init(record: details.record, projectName: details.project?.name)
    }
}

extension PolicyDraft {
    fileprivate init(_ body: PolicyCreateBody) {
        self.init(name: body.name)
        project = body.project.map { Reference($0) }
        environment = body.environment
        scope = body.scope?.description
        costs = body.costs
        dialect = body.dialect
        keyFrom = body.keyFrom
        methods = body.methods
        paths = body.paths
    }
}

extension PolicyPatch {
    fileprivate init(_ body: PolicyPatchBody) {
        self.init()
        name = Edit(body.name)
        project = Edit(body.project) { Reference($0) }
        environment = Edit(body.environment)
        scope = Edit(body.scope) { $0.description }
        costs = Edit(body.costs)
        dialect = Edit(body.dialect)
        keyFrom = Edit(body.keyFrom)
        methods = Edit(body.methods)
        paths = Edit(body.paths)
    }
}
