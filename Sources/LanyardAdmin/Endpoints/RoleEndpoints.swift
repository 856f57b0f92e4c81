import LanyardCore
import LanyardManagement
import LanyardStorage
import LanyardWire

extension Endpoint {
    static let roles: [Endpoint] = [
        .get("/v1/roles", .rolesRead) { call in
            let query = try call.query("name", "cursor", "limit")
            let page = try query.page(of: RoleTag.self)
            return try await call.management.roles(named: try query.slug("name"), page: page, as: call.caller)
                .answer(cursor: { $0.description }, { $0 })
        },
        .post("/v1/roles", .rolesWrite) { call in
            let (value, idempotency) = try await call.idempotentJSON()
            let body = try RoleCreateBody.decode(value ?? .null)
            let draft = RoleDraft(name: body.name, scopes: body.scopes)
            return try await call.management.createRole(draft, as: call.caller, idempotency: idempotency) {
                .created(ObjectAnswer(.role, $0))
            }.adminAnswer(tellsApplied: false, holdsSecret: false)
        },
        .get("/v1/roles/{id}", .rolesRead) { call in
            .json(ObjectAnswer(.role, try await call.management.role(try call.roleID(), as: call.caller)))
        },
        .patch("/v1/roles/{id}", .rolesWrite) { call in
            let body = try RolePatchBody.decode(try await call.json())
            var patch = RolePatch()
            patch.name = Edit(body.name)
            patch.scopes = Edit(body.scopes)
            return try await call.management.updateRole(try call.roleID(), patch, as: call.caller).answer(.role) { $0 }
        },
        .delete("/v1/roles/{id}", .rolesWrite) { call in
            try await call.management.deleteRole(try call.roleID(), as: call.caller)
            return .noContent
        },
    ]
}

extension AdminCall {
    fileprivate func roleID() throws -> RoleID { try id("role", as: RoleTag.self) }
}
