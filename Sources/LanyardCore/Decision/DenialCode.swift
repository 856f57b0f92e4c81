/// Why a request was refused: stable, one for each reason, the same in every way in.
public enum DenialCode: UInt8, Hashable, Sendable, CaseIterable {
    case missingKey
    case ambiguousKey
    case malformedKey
    case unknownKey
    case tooManyUnknownKeys
    case revokedKey
    case accountSuspended
    case disabledKey
    case notYetValid
    case expiredKey
    case rotatedKey
    case wrongProject
    case wrongEnvironment
    case invalidDerivation
    case proofRequired
    case invalidSignature
    case replayedSignature
    case invalidCertificate
    case ipNotAllowed
    case invalidRequestPath
    case methodNotAllowedForKey
    case pathNotAllowedForKey
    case insufficientScope
    case tooManyInFlight
    case rateLimited
    case quotaExceeded
    case budgetExceeded
    case untrustedProxy
    case unavailable

    /// The code as it stands in answers, metrics and usage.
    public var text: String {
        switch self {
        case .missingKey: "missing_key"
        case .ambiguousKey: "ambiguous_key"
        case .malformedKey: "malformed_key"
        case .unknownKey: "unknown_key"
        case .tooManyUnknownKeys: "too_many_unknown_keys"
        case .revokedKey: "revoked_key"
        case .accountSuspended: "account_suspended"
        case .disabledKey: "disabled_key"
        case .notYetValid: "not_yet_valid"
        case .expiredKey: "expired_key"
        case .rotatedKey: "rotated_key"
        case .wrongProject: "wrong_project"
        case .wrongEnvironment: "wrong_environment"
        case .invalidDerivation: "invalid_derivation"
        case .proofRequired: "proof_required"
        case .invalidSignature: "invalid_signature"
        case .replayedSignature: "replayed_signature"
        case .invalidCertificate: "invalid_certificate"
        case .ipNotAllowed: "ip_not_allowed"
        case .invalidRequestPath: "invalid_request_path"
        case .methodNotAllowedForKey: "method_not_allowed_for_key"
        case .pathNotAllowedForKey: "path_not_allowed_for_key"
        case .insufficientScope: "insufficient_scope"
        case .tooManyInFlight: "too_many_in_flight"
        case .rateLimited: "rate_limited"
        case .quotaExceeded: "quota_exceeded"
        case .budgetExceeded: "budget_exceeded"
        case .untrustedProxy: "untrusted_proxy"
        case .unavailable: "unavailable"
        }
    }

    private static let byText = Dictionary(uniqueKeysWithValues: allCases.map { ($0.text, $0) })

    /// Finds the code with this text.
    public init?(text: String) {
        guard let code = DenialCode.byText[text] else { return nil }
        self = code
    }
}

extension DenialCode: CustomStringConvertible {
    /// The code's text.
    public var description: String { text }
}
