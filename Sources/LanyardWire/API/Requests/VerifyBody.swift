package import LanyardCore

/// `POST /v1/verify`: one check.
package struct VerifyBody: Equatable, Sendable {
    /// What the client presented; nil where it presented nothing.
    package var secret: Secret?
    package var scope: ScopeExpression?
    package var costs = Costs.oneRequest
    package var address: IPAddress?
    package var method: HTTPMethodName?
    /// As received, without its query.
    package var path: String?
    package var environment: EnvironmentName?
    /// Id or name.
    package var project: String?
    package var tags: [String] = []

    package static let tagCount = 0...10
    package static let tagLength = 1...64

    package init(secret: Secret?) {
        self.secret = secret
    }

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> VerifyBody {
        try JSONObjectReader.decode(value) { VerifyBody(&$0) }
    }

    fileprivate init(_ reader: inout JSONObjectReader) {
        secret = reader.value("secret", placeholder: nil) { try $0.secret() }
        scope = reader.optional("scope") { try $0.scopeExpression() }
        costs = reader.optionalCosts("costs") ?? .oneRequest
        address = reader.optional("ip") { try $0.address() }
        method = reader.optional("method") { try $0.method() }
        path = reader.optionalPath()
        environment = reader.optionalEnvironment()
        project = reader.optionalString("project", length: JSONObjectReader.referenceLength)
        tags = reader.optionalStrings("tags", count: Self.tagCount, length: Self.tagLength) ?? []
    }
}

/// `POST /v1/verify/batch`: checks in their order.
package struct VerifyBatchBody: Equatable, Sendable {
    package var checks: [VerifyBody]

    package static let count = 1...100

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> VerifyBatchBody {
        try JSONObjectReader.decode(value) { reader in
            if !reader.has("checks") { reader.fail("checks", "is required") }
            return VerifyBatchBody(checks: reader.optionalObjects("checks", count: count) { VerifyBody(&$0) } ?? [])
        }
    }
}

/// `POST /v1/finish`.
package struct FinishBody: Equatable, Sendable {
    package var grantID: GrantID
    /// What the call really cost.
    package var actual: ActualCosts?

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> FinishBody {
        try JSONObjectReader.decode(value) { reader in
            FinishBody(
                grantID: reader.value("grant_id", placeholder: GrantID(high: 0, low: 0)) {
                    try $0.textual(GrantID.self, "the id of a grant")
                },
                actual: reader.optionalActualCosts("actual"))
        }
    }
}

extension JSONObjectReader {
    /// A request's path. Whether it is canonical is for the decision to say.
    mutating func optionalPath() -> String? {
        optionalString("path", length: 0...CanonicalPath.maximumLength)
    }
}
