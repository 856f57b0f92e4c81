package import LanyardCore

/// `POST /v1/policies`.
package struct PolicyCreateBody: Equatable, Sendable {
    package var name: String
    /// Id or name.
    package var project: String?
    package var environment: EnvironmentName?
    package var scope: ScopeExpression?
    package var costs = Costs.oneRequest
    package var dialect = ProxyDialect.none
    package var keyFrom = KeySource.standard
    package var methods: [HTTPMethodName] = []
    package var paths: [PathPattern] = []

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> PolicyCreateBody {
        try JSONObjectReader.decode(value) { reader in
            var body = PolicyCreateBody(name: reader.value("name", placeholder: "") { try $0.slug() })
            body.project = reader.nullableString("project", length: JSONObjectReader.referenceLength)
            body.environment = reader.nullable("environment") { try $0.environment() }
            body.scope = reader.nullable("scope") { try $0.scopeExpression() }
            body.costs = reader.optionalCosts("costs") ?? .oneRequest
            body.dialect = reader.optionalDialect() ?? .none
            body.keyFrom = reader.optionalKeySources() ?? KeySource.standard
            body.methods = reader.optionalMethods() ?? []
            body.paths = reader.optionalPaths() ?? []
            return body
        }
    }
}

/// `PATCH /v1/policies/{id}`: nil and `absent` leave a field as it is.
package struct PolicyPatchBody: Equatable, Sendable {
    package var name: String?
    /// Id or name.
    package var project = Patch<String>.absent
    package var environment = Patch<EnvironmentName>.absent
    package var scope = Patch<ScopeExpression>.absent
    package var costs: Costs?
    package var dialect: ProxyDialect?
    package var keyFrom: [KeySource]?
    package var methods: [HTTPMethodName]?
    package var paths: [PathPattern]?

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> PolicyPatchBody {
        try JSONObjectReader.decode(value) { reader in
            var body = PolicyPatchBody(name: reader.optional("name") { try $0.slug() })
            body.project = reader.patchString("project", length: JSONObjectReader.referenceLength)
            body.environment = reader.patch("environment") { try $0.environment() }
            body.scope = reader.patch("scope") { try $0.scopeExpression() }
            body.costs = reader.optionalCosts("costs")
            body.dialect = reader.optionalDialect()
            body.keyFrom = reader.optionalKeySources()
            body.methods = reader.optionalMethods()
            body.paths = reader.optionalPaths()
            return body
        }
    }
}

extension JSONObjectReader {
    fileprivate mutating func optionalDialect() -> ProxyDialect? {
        optional("dialect") { try $0.choice(of: ProxyDialect.self) }
    }

    fileprivate mutating func optionalKeySources() -> [KeySource]? {
        optionalArray("key_from", count: 1...RecordBounds.keySources) { value in
            let source = try value.textual(
                KeySource.self, "one of bearer, x-api-key, basic, header:NAME and query:NAME")
            switch source {
            case .bearer, .apiKeyHeader, .basic, .header, .query: return source
            case .body: throw FieldMismatch("a proxy that asks does not send the request's body")
            }
        }
    }
}
