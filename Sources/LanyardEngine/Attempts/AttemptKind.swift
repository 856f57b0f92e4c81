package import LanyardCore

/// What sort of key was tried where it may not be used.
///
/// Each sort has a table of its own, because they cost an attacker differently: anyone can send junk from a thousand
/// addresses; a text with a right checksum takes somebody who knows what keys look like; a key that was revoked takes
/// somebody who has had it. What is cheap must not push out what is telling.
package enum AttemptKind: Int, CaseIterable, Sendable {
    /// No key at all by its form.
    case malformed
    /// A key that nobody issued.
    case unknown
    /// A key that was issued, and that is no longer valid.
    case ended

    /// What refusals count as attempts; `nil` for those that a rightful caller meets with as well.
    init?(_ code: DenialCode) {
        switch code {
        case .malformedKey: self = .malformed
        case .unknownKey, .tooManyUnknownKeys: self = .unknown
        case .revokedKey, .expiredKey, .rotatedKey: self = .ended
        case .missingKey, .ambiguousKey, .accountSuspended, .disabledKey, .notYetValid, .wrongProject,
            .wrongEnvironment, .invalidDerivation, .proofRequired, .invalidSignature, .replayedSignature,
            .invalidCertificate, .ipNotAllowed, .invalidRequestPath, .methodNotAllowedForKey, .pathNotAllowedForKey,
            .insufficientScope, .tooManyInFlight, .rateLimited, .quotaExceeded, .budgetExceeded, .untrustedProxy,
            .unavailable:
            return nil
        }
    }

    /// Every code that counts as an attempt.
    package static let codes = DenialCode.allCases.filter { AttemptKind($0) != nil }
}
