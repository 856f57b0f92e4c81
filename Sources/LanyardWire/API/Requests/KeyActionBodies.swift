package import LanyardCore

/// `POST /v1/keys/{id}/rotate`, `/v1/self/rotate`. The body may be missing.
package struct RotateBody: Equatable, Sendable {
    /// How long the older secret goes on working.
    package var graceMilliseconds: Int64

    package static let standard = RotateBody(graceMilliseconds: 86_400_000)
    package static let graces: ClosedRange<Duration> = .zero ... .seconds(30 * 86_400)

    package init(graceMilliseconds: Int64) {
        self.graceMilliseconds = graceMilliseconds
    }

    package static func decode(_ value: JSONValue?) throws(InvalidRequest) -> RotateBody {
        guard let value else { return standard }
        return try JSONObjectReader.decode(value) { reader in
            let grace = reader.optional("grace") { try $0.duration(in: graces).wholeMilliseconds }
            return RotateBody(graceMilliseconds: grace ?? standard.graceMilliseconds)
        }
    }
}

/// `POST …/revoke`, `…/suspend`, `…/revoke-keys`. The body may be missing.
package struct ReasonBody: Equatable, Sendable {
    package var reason: String?

    package init(reason: String? = nil) {
        self.reason = reason
    }

    package static func decode(_ value: JSONValue?) throws(InvalidRequest) -> ReasonBody {
        guard let value else { return ReasonBody() }
        return try JSONObjectReader.decode(value) { ReasonBody(reason: $0.optionalReason()) }
    }
}

/// `POST /v1/keys/lookup`: exactly one of the two.
package enum LookupBody: Equatable, Sendable {
    case secret(Secret)
    case digest(SecretDigest)

    /// What is to be found.
    package var sought: SecretDigest {
        switch self {
        case .secret(let secret): secret.digest
        case .digest(let digest): digest
        }
    }

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> LookupBody {
        let body = try JSONObjectReader.decode(value) { reader -> LookupBody? in
            let secret = reader.optionalSecret("secret")
            let digest = reader.optional("digest") { try $0.digest() }
            if reader.has("secret") == reader.has("digest") { reader.fail("expected exactly one of secret and digest") }
            return secret.map(LookupBody.secret) ?? digest.map(LookupBody.digest)
        }
        guard let body else { throw InvalidRequest(.root, "expected exactly one of secret and digest") }
        return body
    }
}

extension JSONObjectReader {
    /// A secret that, where it is named, must not be empty.
    mutating func optionalSecret(_ name: String) -> Secret? {
        optional(name) { value in
            guard let secret = try value.secret() else { throw FieldMismatch("must not be empty") }
            return secret
        }
    }
}
