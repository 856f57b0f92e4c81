package import LanyardCore
import LanyardStorage

/// A key or account, and how the quotas stand that hold it back.
package struct QuotaStanding<Owner: Sendable>: Sendable {
    package let owner: Owner
    /// By the store: what nodes have leased counts as used, until they spend it or give it back.
    package let quotas: [QuotaStatus]
}

/// A quota, and whose units it counts.
struct OwnedQuota {
    let rule: QuotaRule
    let subject: Subject
}

extension AccountRecord {
    /// Its quotas, which its keys share.
    var ownedQuotas: [OwnedQuota] {
        quotas.map { definition in
            OwnedQuota(
                rule: QuotaRule(definition, source: .account, billingDay: billingDay), subject: Subject(id))
        }
    }
}

extension KeyDetails {
    /// Its own quotas and its plan's, which are counted for each key.
    var ownedQuotas: [OwnedQuota] {
        let sources: [(AllowanceSource, [QuotaDefinition])] = [(.key, record.quotas), (.plan, plan?.quotas ?? [])]
        return sources.flatMap { source, quotas in
            quotas.map { definition in
                OwnedQuota(
                    rule: QuotaRule(definition, source: source, billingDay: account?.billingDay ?? 1),
                    subject: Subject(record.id))
            }
        }
    }

    /// All that hold it back, those of its account included.
    var allQuotas: [OwnedQuota] { ownedQuotas + (account?.ownedQuotas ?? []) }
}

extension StoreReading {
    /// How quotas stand in the periods that `now` lies in, in their order.
    func quotaStatuses(_ quotas: [OwnedQuota], at now: Timestamp) throws -> [QuotaStatus] {
        guard !quotas.isEmpty else { return [] }
        let rows = quotas.map { quota in
            let period = quota.rule.definition.period.span(containing: now, billingDay: quota.rule.billingDay)
            let identity = quota.rule.identity(of: quota.subject)
            return (quota: quota, period: period, id: QuotaBalanceID(quota: identity, start: period.start))
        }
        let balances = Dictionary(
            try balances(rows.map(\.id)).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return rows.map { row in
            QuotaStatus(
                row.quota.rule.definition, source: row.quota.rule.source, period: row.period,
                balance: balances[row.id])
        }
    }
}
