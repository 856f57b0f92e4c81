package import LanyardCore

/// `POST /v1/plans`.
package struct PlanCreateBody: Equatable, Sendable {
    package var name: String
    package var scopes: [Scope] = []
    package var limits: [LimitDefinition] = []
    package var quotas: [QuotaDefinition] = []
    package var maximumInFlight: Int32?

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> PlanCreateBody {
        try JSONObjectReader.decode(value) { reader in
            var body = PlanCreateBody(name: reader.value("name", placeholder: "") { try $0.slug() })
            body.scopes = reader.optionalScopes() ?? []
            body.limits = reader.optionalLimits() ?? []
            body.quotas = reader.optionalQuotas() ?? []
            body.maximumInFlight = reader.nullableInFlight()
            return body
        }
    }
}

/// `PATCH /v1/plans/{id}`: nil and `absent` leave a field as it is.
package struct PlanPatchBody: Equatable, Sendable {
    package var name: String?
    package var scopes: [Scope]?
    package var limits: [LimitDefinition]?
    package var quotas: [QuotaDefinition]?
    package var maximumInFlight = Patch<Int32>.absent

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> PlanPatchBody {
        try JSONObjectReader.decode(value) { reader in
            var body = PlanPatchBody(name: reader.optional("name") { try $0.slug() })
            body.scopes = reader.optionalScopes()
            body.limits = reader.optionalLimits()
            body.quotas = reader.optionalQuotas()
            body.maximumInFlight = reader.patchInFlight()
            return body
        }
    }
}
