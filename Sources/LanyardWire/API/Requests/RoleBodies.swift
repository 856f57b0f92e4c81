package import LanyardCore

/// `POST /v1/roles`.
package struct RoleCreateBody: Equatable, Sendable {
    package var name: String
    package var scopes: [Scope]

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> RoleCreateBody {
        try JSONObjectReader.decode(value) { reader in
            let name = reader.value("name", placeholder: "") { try $0.slug() }
            if !reader.has("scopes") { reader.fail("scopes", "is required") }
            return RoleCreateBody(name: name, scopes: reader.optionalScopes() ?? [])
        }
    }
}

/// `PATCH /v1/roles/{id}`: nil leaves a field as it is.
package struct RolePatchBody: Equatable, Sendable {
    package var name: String?
    package var scopes: [Scope]?

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> RolePatchBody {
        try JSONObjectReader.decode(value) { reader in
            RolePatchBody(name: reader.optional("name") { try $0.slug() }, scopes: reader.optionalScopes())
        }
    }
}
