package import LanyardCore

/// `POST /v1/accounts`.
package struct AccountCreateBody: Equatable, Sendable {
    package var name: String
    package var externalID: String?
    package var billingDay: Int?
    package var limits: [LimitDefinition] = []
    package var quotas: [QuotaDefinition] = []
    package var metadata = Metadata.empty

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> AccountCreateBody {
        try JSONObjectReader.decode(value) { reader in
            var body = AccountCreateBody(name: reader.requiredName())
            body.externalID = reader.nullable("external_id") { try $0.externalID() }
            body.billingDay = reader.optionalBillingDay()
            body.limits = reader.optionalLimits() ?? []
            body.quotas = reader.optionalQuotas() ?? []
            body.metadata = reader.optionalMetadata() ?? .empty
            return body
        }
    }
}

/// `PATCH /v1/accounts/{id}`: nil and `absent` leave a field as it is.
package struct AccountPatchBody: Equatable, Sendable {
    package var name: String?
    package var externalID = Patch<String>.absent
    package var billingDay: Int?
    package var limits: [LimitDefinition]?
    package var quotas: [QuotaDefinition]?
    package var metadata: Metadata?

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> AccountPatchBody {
        try JSONObjectReader.decode(value) { reader in
            var body = AccountPatchBody(name: reader.optionalName())
            body.externalID = reader.patch("external_id") { try $0.externalID() }
            body.billingDay = reader.optionalBillingDay()
            body.limits = reader.optionalLimits()
            body.quotas = reader.optionalQuotas()
            body.metadata = reader.optionalMetadata()
            return body
        }
    }
}

extension JSONValue {
    /// The operator's own id of an account. An account is named by either id, so they must not be mistaken for each other.
    fileprivate func externalID() throws(FieldMismatch) -> String {
        let text = try text(length: JSONObjectReader.accountReferenceLength)
        guard AccountID(text) == nil else { throw FieldMismatch("must not have the shape of an account's id") }
        return text
    }
}
