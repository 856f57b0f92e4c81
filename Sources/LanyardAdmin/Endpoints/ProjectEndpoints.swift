import LanyardCore
import LanyardManagement
import LanyardStorage
import LanyardWire

extension Endpoint {
    static let projects: [Endpoint] = [
        .get("/v1/projects", .projectsRead) { call in
            let query = try call.query("name", "cursor", "limit")
            let page = try query.page(of: ProjectTag.self)
            return try await call.management.projects(named: try query.slug("name"), page: page, as: call.caller)
                .answer(cursor: { $0.description }, { $0 })
        },
        .post("/v1/projects", .projectsWrite) { call in
            let (value, idempotency) = try await call.idempotentJSON()
            let body = try ProjectCreateBody.decode(value ?? .null)
            var draft = ProjectDraft(name: body.name)
            if let prefix = body.prefix { draft.prefix = prefix }
            if let environments = body.environments { draft.environments = environments }
            return try await call.management.createProject(draft, as: call.caller, idempotency: idempotency) {
                .created(ObjectAnswer(.project, $0))
            }.adminAnswer(tellsApplied: false, holdsSecret: false)
        },
        .get("/v1/projects/{id}", .projectsRead) { call in
            let project = try await call.management.project(try call.projectID(), as: call.caller)
            return .json(ObjectAnswer(.project, project))
        },
        .patch("/v1/projects/{id}", .projectsWrite) { call in
            let body = try ProjectPatchBody.decode(try await call.json())
            var patch = ProjectPatch()
            patch.environments = Edit(body.environments)
            return try await call.management.updateProject(try call.projectID(), patch, as: call.caller)
                .answer(.project) { $0 }
        },
        .delete("/v1/projects/{id}", .projectsWrite) { call in
            try await call.management.deleteProject(try call.projectID(), as: call.caller)
            return .noContent
        },
    ]
}

extension AdminCall {
    fileprivate func projectID() throws -> ProjectID { try id("project", as: ProjectTag.self) }
}
