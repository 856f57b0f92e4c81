extension LimitReport {
    /// How the key's quotas stand.
    package var quotas: [QuotaStatus] { [] }
}

extension Explanation {
    /// How the key's quotas stand.
    package var quotas: [QuotaStatus] { report.quotas }
}
