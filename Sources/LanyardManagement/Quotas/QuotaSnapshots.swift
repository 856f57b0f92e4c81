import LanyardCore

/// A quota as the log shows it.
struct QuotaSnapshot: Encodable {
    let name: String
    let unit: AllowanceUnit
    /// Requests or tokens.
    let amount: Int64?
    /// Money.
    let amountNanoUsd: Int64?
    let period: QuotaPeriod
    let alertAt: [Int]
    let onOutage: QuotaDefinition.OutageRule

    init(_ quota: QuotaDefinition) {
        name = quota.name
        unit = quota.unit
        switch quota.unit {
        case .requests, .tokens: (amount, amountNanoUsd) = (quota.amount, nil)
        case .usd: (amount, amountNanoUsd) = (nil, quota.amount)
        }
        period = quota.period
        alertAt = quota.alertAt
        onOutage = quota.onOutage
    }
}

/// What a lifetime quota held before or after a credit; all amounts in the quota's unit, money in nano-dollars.
struct CreditSnapshot: AuditSnapshot {
    let quota: String
    let subject: AllowanceSource
    let unit: AllowanceUnit
    let limit: Int64
    let used: Int64
    /// What was added; only of what came after.
    let credited: Int64?
    let reason: String?

    init(_ status: QuotaStatus, credited: Int64? = nil, reason: String? = nil) {
        quota = status.definition.name
        subject = status.source
        unit = status.definition.unit
        limit = status.limit
        used = status.used
        self.credited = credited
        self.reason = reason
    }
}

/// A quota that has come to a percent; amounts as in ``CreditSnapshot``.
struct QuotaAlertSnapshot: AuditSnapshot {
    let quota: String
    let subject: AllowanceSource
    let unit: AllowanceUnit
    let percent: Int
    let used: Int64
    let limit: Int64
    let period: QuotaPeriod
    let periodStart: String
    /// When it came to that.
    let at: String

    init(_ alert: QuotaAlert, named name: String) {
        let identity = alert.balance.quota
        quota = name
        subject = identity.source
        unit = identity.unit
        percent = alert.percent
        used = alert.used
        limit = alert.limit
        period = identity.period
        periodStart = alert.balance.start.rfc3339
        at = alert.at.rfc3339
    }
}
