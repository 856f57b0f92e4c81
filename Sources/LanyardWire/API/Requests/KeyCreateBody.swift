package import LanyardCore

/// `POST /v1/keys`: what a new key shall be. Only the name is needed.
package struct KeyCreateBody: Equatable, Sendable {
    package var name: String
    /// Id or name.
    package var project: String?
    /// Id or `external_id`.
    package var account: String?
    package var environment: EnvironmentName?
    package var scopes: [Scope] = []
    /// Names.
    package var roles: [String] = []
    /// Id or name.
    package var plan: String?
    package var limits: [LimitDefinition] = []
    package var quotas: [QuotaDefinition] = []
    package var maximumInFlight: Int32?
    package var ipAllowlist: [CIDR] = []
    package var methods: [HTTPMethodName] = []
    package var paths: [PathPattern] = []
    package var proof = ProofRequirement.any
    package var notBefore: Timestamp?
    package var expiry: ExpiryField?
    package var allowsSelfRotation = false
    package var metadata = Metadata.empty

    package init(name: String) {
        self.name = name
    }

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> KeyCreateBody {
        try JSONObjectReader.decode(value) { KeyCreateBody(&$0) }
    }

    /// Reads the fields, and makes them known to `reader`; an import's lines have one more.
    init(_ reader: inout JSONObjectReader) {
        name = reader.requiredName()
        project = reader.optionalString("project", length: JSONObjectReader.referenceLength)
        account = reader.nullableString("account", length: JSONObjectReader.accountReferenceLength)
        environment = reader.optionalEnvironment()
        scopes = reader.optionalScopes() ?? []
        roles = reader.optionalRoles() ?? []
        plan = reader.nullableString("plan", length: JSONObjectReader.referenceLength)
        limits = reader.optionalLimits() ?? []
        quotas = reader.optionalQuotas() ?? []
        maximumInFlight = reader.nullableInFlight()
        ipAllowlist = reader.optionalAllowlist() ?? []
        methods = reader.optionalMethods() ?? []
        paths = reader.optionalPaths() ?? []
        proof = reader.optional("proof") { try $0.choice(of: ProofRequirement.self) } ?? .any
        notBefore = reader.nullable("not_before") { try $0.timestamp() }
        expiry = reader.nullableExpiry()
        allowsSelfRotation = reader.optionalBool("allow_self_rotate") ?? false
        metadata = reader.optionalMetadata() ?? .empty
    }
}

/// When a key shall end: at a time, or so long after the call.
package enum ExpiryField: Hashable, Sendable {
    case at(Timestamp)
    case after(milliseconds: Int64)
}

extension JSONObjectReader {
    /// How long a key may live from the call on: up to a thousand years, so that every expiry is a date that can be written.
    private static let lifetimes: ClosedRange<Duration> = .milliseconds(1) ... .seconds(365_000 * 86_400)

    mutating func nullableExpiry() -> ExpiryField? {
        switch patchExpiry() {
        case .absent, .null: nil
        case .value(let expiry): expiry
        }
    }

    /// `expires_at` or `expires_in`, not both.
    mutating func patchExpiry() -> Patch<ExpiryField> {
        if has("expires_at"), has("expires_in") { fail("expires_in", "not together with expires_at") }
        let moment = patch("expires_at") { ExpiryField.at(try $0.timestamp()) }
        let duration = optional("expires_in") {
            ExpiryField.after(milliseconds: try $0.duration(in: Self.lifetimes).wholeMilliseconds)
        }
        return duration.map(Patch.value) ?? moment
    }
}
