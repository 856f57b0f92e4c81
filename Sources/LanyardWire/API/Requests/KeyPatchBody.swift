package import LanyardCore

/// `PATCH /v1/keys/{id}`: nil and `absent` leave a field as it is.
package struct KeyPatchBody: Equatable, Sendable {
    package var name: String?
    /// Id or `external_id`.
    package var account = Patch<String>.absent
    package var scopes: [Scope]?
    /// Names.
    package var roles: [String]?
    /// Id or name.
    package var plan = Patch<String>.absent
    package var limits: [LimitDefinition]?
    package var quotas: [QuotaDefinition]?
    package var maximumInFlight = Patch<Int32>.absent
    package var ipAllowlist: [CIDR]?
    package var methods: [HTTPMethodName]?
    package var paths: [PathPattern]?
    package var proof: ProofRequirement?
    package var notBefore = Patch<Timestamp>.absent
    package var expiry = Patch<ExpiryField>.absent
    package var allowsSelfRotation: Bool?
    package var metadata: Metadata?

    package init() {}

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> KeyPatchBody {
        try JSONObjectReader.decode(value) { reader in
            var body = KeyPatchBody()
            body.name = reader.optionalName()
            body.account = reader.patchString("account", length: JSONObjectReader.accountReferenceLength)
            body.scopes = reader.optionalScopes()
            body.roles = reader.optionalRoles()
            body.plan = reader.patchString("plan", length: JSONObjectReader.referenceLength)
            body.limits = reader.optionalLimits()
            body.quotas = reader.optionalQuotas()
            body.maximumInFlight = reader.patchInFlight()
            body.ipAllowlist = reader.optionalAllowlist()
            body.methods = reader.optionalMethods()
            body.paths = reader.optionalPaths()
            body.proof = reader.optional("proof") { try $0.choice(of: ProofRequirement.self) }
            body.notBefore = reader.patch("not_before") { try $0.timestamp() }
            body.expiry = reader.patchExpiry()
            body.allowsSelfRotation = reader.optionalBool("allow_self_rotate")
            body.metadata = reader.optionalMetadata()
            return body
        }
    }
}
