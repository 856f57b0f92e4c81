import LanyardCore
import LanyardStorage

/// Parts of batches, numbered.
enum LedgerSamples {
    static let node: NodeID = Samples.id(7001)
    static let otherNode: NodeID = Samples.id(7002)

    static func quota(_ key: Int, _ unit: AllowanceUnit = .requests, _ period: QuotaPeriod = .day) -> QuotaIdentity {
        QuotaIdentity(subject: Subject(Samples.key(key).id), unit: unit, period: period, source: .key)
    }

    /// A key's day of requests in which ``now`` lies.
    static func balance(_ key: Int, at time: Timestamp = now) -> QuotaBalanceID {
        QuotaBalanceID(quota: quota(key), start: QuotaPeriod.day.span(containing: time).start)
    }

    /// 2026-11-21T12:00:00Z.
    static let now = Timestamp(milliseconds: 1_795_262_400_000)

    static func terms(_ amount: Int64, epoch: Int64 = 1, alertAt: [Int] = []) -> QuotaTerms {
        QuotaTerms(amount: amount, epoch: epoch, alertAt: alertAt)
    }

    static func withdrawal(
        _ lease: Int, of quota: QuotaIdentity = quota(1), need: Int64, _ terms: QuotaTerms
    ) -> LedgerBatch.Withdrawal {
        LedgerBatch.Withdrawal(
            lease: Samples.id(lease), quota: quota, terms: terms, need: need, least: need, want: need, held: 0)
    }

    static func settlement(
        _ lease: Int, of balance: QuotaBalanceID, used: Int64, _ terms: QuotaTerms
    ) -> LedgerBatch.Settlement {
        LedgerBatch.Settlement(lease: Samples.id(lease), balance: balance, terms: terms, used: used)
    }
}
