package import LanyardCore

/// `WWW-Authenticate` of RFC 6750, section 3.
package enum Challenge {
    /// What is said where no credentials were presented: no error, for nothing was wrong with any.
    package static let plain = "Bearer realm=\"lanyard\""
    package static let invalidToken = plain + ", error=\"invalid_token\""

    /// The field's value for a denial; nil where it carries none.
    package static func value(for denial: Denial) -> String? {
        switch denial.code {
        case .missingKey: plain
        case .malformedKey, .unknownKey, .revokedKey, .notYetValid, .expiredKey, .rotatedKey, .proofRequired,
            .invalidSignature, .replayedSignature, .invalidCertificate, .invalidDerivation:
            invalidToken
        case .insufficientScope: insufficientScope(denial.missingScope)
        case .ambiguousKey, .tooManyUnknownKeys, .accountSuspended, .disabledKey, .wrongProject, .wrongEnvironment,
            .ipNotAllowed, .invalidRequestPath, .methodNotAllowedForKey, .pathNotAllowedForKey, .tooManyInFlight,
            .rateLimited, .quotaExceeded, .budgetExceeded, .untrustedProxy, .unavailable:
            nil
        }
    }

    /// - Parameter missing: a scope expression, or a scope with its project (`lanyard:keys:write@payments`).
    package static func insufficientScope(_ missing: String?) -> String {
        let error = plain + ", error=\"insufficient_scope\""
        guard let missing else { return error }
        // The field takes a list of scopes, not an expression. Whoever holds all that an expression names satisfies it.
        let names = ScopeExpression(missing)?.names.map(\.description) ?? [missing]
        var distinct: [String] = []
        for name in names where !distinct.contains(name) { distinct.append(name) }
        return "\(error), scope=\"\(distinct.joined(separator: " "))\""
    }
}
