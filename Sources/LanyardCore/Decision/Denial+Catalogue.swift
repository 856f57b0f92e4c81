// The texts of every denial, in one place. Titles are fixed for a code; details may carry facts of the case; `fix` is one
// sentence that says what would help, to whoever can do it.

extension DenialCode {
    /// A short title, the same for every case of this code (RFC 9457 `title`).
    public var title: String {
        switch self {
        case .missingKey: "No API key"
        case .ambiguousKey: "More than one API key"
        case .malformedKey: "Malformed API key"
        case .unknownKey: "Unknown API key"
        case .tooManyUnknownKeys: "Too many unknown keys from this address"
        case .revokedKey: "Revoked API key"
        case .accountSuspended: "Suspended account"
        case .disabledKey: "Disabled API key"
        case .notYetValid: "API key not yet valid"
        case .expiredKey: "Expired API key"
        case .rotatedKey: "Rotated API key"
        case .wrongProject: "API key of another project"
        case .wrongEnvironment: "API key of another environment"
        case .invalidDerivation: "Invalid derived key"
        case .proofRequired: "Proof of possession required"
        case .invalidSignature: "Invalid signature"
        case .replayedSignature: "Replayed signature"
        case .invalidCertificate: "Invalid client certificate"
        case .ipNotAllowed: "Address not allowed"
        case .invalidRequestPath: "Invalid request path"
        case .methodNotAllowedForKey: "Method not allowed for this API key"
        case .pathNotAllowedForKey: "Path not allowed for this API key"
        case .insufficientScope: "Insufficient scope"
        case .tooManyInFlight: "Too many calls in flight"
        case .rateLimited: "Rate limit reached"
        case .quotaExceeded: "Quota used up"
        case .budgetExceeded: "Budget used up"
        case .untrustedProxy: "Untrusted or incomplete proxy headers"
        case .unavailable: "Decision unavailable"
        }
    }

    /// What the code means where nothing more is known of the case.
    var sentence: String {
        switch self {
        case .missingKey: "The request carries no API key."
        case .ambiguousKey: "The request carries two different API keys."
        case .malformedKey: "The presented text is not an API key, or a character of it was lost."
        case .unknownKey: "No key has this secret."
        case .tooManyUnknownKeys: "This address has presented too many keys that do not exist."
        case .revokedKey: "The key was revoked."
        case .accountSuspended: "The account that the key belongs to is suspended."
        case .disabledKey: "The key is disabled."
        case .notYetValid: "The key is not valid yet."
        case .expiredKey: "The key has expired."
        case .rotatedKey: "The key was rotated, and the grace of this secret is over."
        case .wrongProject: "The key belongs to another project."
        case .wrongEnvironment: "The key belongs to another environment."
        case .invalidDerivation: "The derived key does not hold."
        case .proofRequired: "The key may not be presented as a bearer token."
        case .invalidSignature: "The request's signature does not hold."
        case .replayedSignature: "The request's signature was used before."
        case .invalidCertificate: "The client certificate is not the key's."
        case .ipNotAllowed: "The key may not be used from this address."
        case .invalidRequestPath: "The request's path is not in canonical form."
        case .methodNotAllowedForKey: "The key may not be used for this method."
        case .pathNotAllowedForKey: "The key may not be used for this path."
        case .insufficientScope: "The key lacks a scope."
        case .tooManyInFlight: "The key holds as many calls open as it may."
        case .rateLimited: "A limit of the key is reached."
        case .quotaExceeded: "A quota of the key is used up."
        case .budgetExceeded: "A budget of the key is used up."
        case .untrustedProxy:
            "A header that names the original request is missing, doubled, or from an untrusted address."
        case .unavailable: "The request could not be decided, and is refused to be safe."
        }
    }

    /// What would help, in one sentence.
    var remedy: String {
        switch self {
        case .missingKey: "Send the key as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'."
        case .ambiguousKey: "Send the key in one place only."
        case .malformedKey: "Copy the whole key, from its first character to its last."
        case .unknownKey: "Check that the key belongs to this installation, or create a new one."
        case .tooManyUnknownKeys: "Stop sending keys that do not exist, and retry later."
        case .revokedKey: "Create a new key; a revoked one cannot be restored."
        case .accountSuspended: "Ask the operator to resume the account."
        case .disabledKey: "Ask the operator to enable the key."
        case .notYetValid: "Use the key from its not-before time on."
        case .expiredKey: "Create a new key, or ask the operator to extend this one."
        case .rotatedKey: "Use the key's new secret."
        case .wrongProject: "Use a key of the demanded project."
        case .wrongEnvironment: "Use a key of the demanded environment."
        case .invalidDerivation: "Derive the key anew from its parent."
        case .proofRequired:
            "Prove possession in the way that the key demands, and rotate the key: it was sent in the clear."
        case .invalidSignature: "Sign the request anew with the key's secret."
        case .replayedSignature: "Sign every request anew, with a nonce of its own."
        case .invalidCertificate: "Present the client certificate that the key is bound to."
        case .ipNotAllowed: "Call from an allowed address, or ask the operator to add this one."
        case .invalidRequestPath: "Send a path without dot segments, double slashes, encoded slashes or backslashes."
        case .methodNotAllowedForKey: "Use an allowed method, or ask the operator to add this one."
        case .pathNotAllowedForKey: "Call an allowed path, or ask the operator to add this one."
        case .insufficientScope: "Ask the operator to grant the missing scope."
        case .tooManyInFlight: "Wait until an open call has ended."
        case .rateLimited: "Retry after the stated time."
        case .quotaExceeded: "Wait for the next period, or ask the operator for more."
        case .budgetExceeded: "Wait for the next period, or ask the operator for a larger budget."
        case .untrustedProxy: "Correct the proxy's configuration, or trust its address with --trusted-proxy."
        case .unavailable: "Retry in a moment; if it persists, the operator should look at /readyz."
        }
    }
}

extension Denial {
    /// What happened in this case, in one or two sentences; never a secret.
    public var detail: String {
        switch context {
        case .none: code.sentence
        case .missingScope(let expression): "The key lacks the scope '\(expression)'."
        case .moment(let moment):
            switch code {
            case .notYetValid: "The key is not valid before \(moment.rfc3339)."
            case .expiredKey: "The key expired at \(moment.rfc3339)."
            case .rotatedKey: "The key was rotated, and the grace of this secret ended at \(moment.rfc3339)."
            case .revokedKey: "The key was revoked at \(moment.rfc3339)."
            case _: code.sentence
            }
        case .limit(let reading, let wait): limitDetail(reading.status, wait)
        case .quota(let quota, let wait): quotaDetail(quota, wait)
        case .inFlight(let maximum, let canFinish):
            canFinish
                ? "The key holds \(maximum) calls open, as many as it may."
                : "The key bounds its calls in flight, and this way in cannot tell when a call ends."
        case .demanded(let what): "\(code.sentence) Demanded: \(what)."
        case .path(let error): "The request's path is refused: \(error)."
        case .detail(let sentence): sentence
        case .wait: code.sentence
        }
    }

    private func limitDetail(_ limit: LimitStatus, _ wait: Int64?) -> String {
        let definition = limit.definition
        let what =
            "limit '\(definition.name)' (\(definition.amount) \(definition.unitText) in \(definition.windowText))"
        guard wait != nil else { return "The call costs more than the \(what) ever admits." }
        return "The \(what) of the \(limit.source.rawValue) is reached."
    }

    private func quotaDetail(_ quota: QuotaStatus, _ wait: Int64?) -> String {
        let definition = quota.definition
        let what = "\(definition.unit.quotaWord) '\(definition.name)' of the \(quota.source.rawValue)"
        guard let end = quota.resetsAt else {
            return quota.remaining == 0
                ? "The \(what) is used up." : "The call costs more than is left of the \(what)."
        }
        let period = "the present \(definition.period.rawValue), which ends at \(end.rfc3339)"
        if quota.remaining == 0 { return "The \(what) is used up for \(period)." }
        return wait == nil
            ? "The call costs more than the \(what) holds in any \(definition.period.rawValue)."
            : "The call costs more than is left of the \(what) in \(period)."
    }

    private func quotaFix(_ quota: QuotaStatus, _ wait: Int64?) -> String {
        if wait != nil { return code.remedy }
        let word = quota.definition.unit.quotaWord
        return quota.resetsAt == nil
            ? "Ask the operator for credits, or for a larger \(word)."
            : "Make smaller calls, or ask the operator for a larger \(word)."
    }

    /// What would help, in one sentence.
    public var fix: String {
        switch context {
        case .limit(_, nil): "Make smaller calls, or ask the operator for a larger limit."
        case .quota(let quota, let wait): quotaFix(quota, wait)
        case .inFlight(_, canFinish: false): "Check the key with POST /v1/verify and end the call with POST /v1/finish."
        case .none, .missingScope, .moment, .limit, .inFlight, .demanded, .path, .detail, .wait: code.remedy
        }
    }
}

extension AllowanceUnit {
    /// What people call a quota in this unit.
    fileprivate var quotaWord: String {
        switch self {
        case .requests, .tokens: "quota"
        case .usd: "budget"
        }
    }
}

extension LimitDefinition {
    fileprivate var unitText: String {
        switch unit {
        case .requests: "requests"
        case .tokens: "tokens"
        case .usd: "nano-dollars"
        }
    }

    fileprivate var windowText: String {
        windowMilliseconds % 1000 == 0 ? "\(windowMilliseconds / 1000) s" : "\(windowMilliseconds) ms"
    }
}
