import LanyardCore

extension FieldProblems {
    /// The rules that a key's own fields keep, however they came to be.
    mutating func check(_ key: KeyRecord) {
        checkName(key.name)
        checkCount(key.scopes.count, atMost: RecordBounds.scopes, at: "/scopes")
        checkCount(key.roles.count, atMost: RecordBounds.roles, at: "/roles")
        checkCount(key.ipAllowlist.count, atMost: RecordBounds.networks, at: "/ip_allowlist")
        checkCount(key.methods.count, atMost: RecordBounds.methods, at: "/methods")
        checkCount(key.paths.count, atMost: RecordBounds.paths, at: "/paths")
        if !key.limits.isEmpty { checkLimits(key.limits) }
        if !key.quotas.isEmpty { checkQuotas(key.quotas) }
        checkMetadata(key.metadata)
    }

    /// When a key is to expire. An expiry that is over already is a mistake: nobody wants a key that never works.
    mutating func resolve(_ expiry: Expiry?, now: Timestamp) -> Timestamp? {
        switch expiry {
        case nil:
            return nil
        case .at(let moment):
            if moment <= now { add("/expires_at", "expected a time in the future") }
            return moment
        case .after(let duration):
            let milliseconds = duration.wholeMilliseconds
            if milliseconds <= 0 { add("/expires_in", "expected more than 0") }
            return now.advanced(byMilliseconds: milliseconds)
        }
    }

    mutating func checkPeriod(of key: KeyRecord) {
        guard let notBefore = key.notBefore, let expiresAt = key.expiresAt, expiresAt <= notBefore else { return }
        add("/expires_at", "expected a time after not_before")
    }
}

extension Duration {
    /// The duration in milliseconds, what is left of one cut off; the largest number if they are too many.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (milliseconds, overflows) = seconds.multipliedReportingOverflow(by: 1000)
        if overflows { return seconds < 0 ? .min : .max }
        let (sum, passes) = milliseconds.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return passes ? .max : sum
    }
}
