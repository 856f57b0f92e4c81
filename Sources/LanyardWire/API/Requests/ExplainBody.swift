package import LanyardCore

/// `POST /v1/explain`: a decision to be laid open. What is given beside a policy replaces the policy's.
package struct ExplainBody: Equatable, Sendable {
    /// Whose key it is about.
    package enum Subject: Equatable, Sendable {
        case key(KeyID)
        case secret(Secret)
    }

    package var subject: Subject
    package var scope: ScopeExpression?
    package var costs: Costs?
    package var address: IPAddress?
    package var method: HTTPMethodName?
    package var path: String?
    package var environment: EnvironmentName?
    /// Id or name.
    package var project: String?
    /// Id or name.
    package var policy: String?
    /// The proof that is assumed; `any` stands for a bearer's.
    package var proof = ProofRequirement.any

    package init(subject: Subject) {
        self.subject = subject
    }

    /// How the request names proofs: by what was shown, where a key names what it demands.
    private enum ShownProof: String, CaseIterable {
        case bearer
        case signature
        case certificate

        var requirement: ProofRequirement {
            switch self {
            case .bearer: .any
            case .signature: .signature
            case .certificate: .certificate
            }
        }
    }

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> ExplainBody {
        try JSONObjectReader.decode(value) { reader in
            var body = ExplainBody(subject: subject(&reader))
            body.scope = reader.optional("scope") { try $0.scopeExpression() }
            body.costs = reader.optionalCosts("costs")
            body.address = reader.optional("ip") { try $0.address() }
            body.method = reader.optional("method") { try $0.method() }
            body.path = reader.optionalPath()
            body.environment = reader.optionalEnvironment()
            body.project = reader.optionalString("project", length: JSONObjectReader.referenceLength)
            body.policy = reader.optionalString("policy", length: JSONObjectReader.referenceLength)
            let proof = reader.optional("proof") { try $0.choice(of: ShownProof.self) }
            body.proof = proof?.requirement ?? .any
            return body
        }
    }

    private static func subject(_ reader: inout JSONObjectReader) -> Subject {
        let key = reader.optional("key_id") { try $0.textual(KeyID.self, "the id of a key") }
        let secret = reader.optionalSecret("secret")
        if reader.has("key_id") == reader.has("secret") { reader.fail("expected exactly one of key_id and secret") }
        // A placeholder, as for every field that is missing.
        return secret.map(Subject.secret) ?? .key(key ?? KeyID(high: 0, low: 0))
    }
}
