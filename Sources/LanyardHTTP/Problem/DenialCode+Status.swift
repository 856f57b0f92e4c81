package import LanyardCore

/// The one table of denials and HTTP statuses.
extension DenialCode {
    package var status: Int {
        switch self {
        case .ambiguousKey, .invalidRequestPath: 400
        case .missingKey, .malformedKey, .unknownKey, .revokedKey, .notYetValid, .expiredKey, .rotatedKey,
            .proofRequired, .invalidSignature, .replayedSignature, .invalidCertificate, .invalidDerivation:
            401
        // Client libraries retry a 429 by themselves, and no waiting refills a budget.
        case .budgetExceeded: 402
        case .disabledKey, .accountSuspended, .wrongProject, .wrongEnvironment, .ipNotAllowed,
            .methodNotAllowedForKey, .pathNotAllowedForKey, .insufficientScope, .untrustedProxy:
            403
        case .tooManyUnknownKeys, .tooManyInFlight, .rateLimited, .quotaExceeded: 429
        case .unavailable: 503
        }
    }
}

extension ProxyDialect {
    /// The status with which a denial of `status` is answered to this proxy.
    ///
    /// nginx's `auth_request` passes 401 and 403 on and makes a 500 of everything else, so it gets a 403 and the true status
    /// in a field of its own.
    package func answered(_ status: Int) -> Int {
        switch self {
        case .nginx: status == 401 ? 401 : 403
        case .none, .caddy, .traefik, .envoy, .haproxy: status
        }
    }

    /// Whether denials carry `Lanyard-Status`.
    package var tellsStatus: Bool {
        switch self {
        case .nginx: true
        case .none, .caddy, .traefik, .envoy, .haproxy: false
        }
    }
}
