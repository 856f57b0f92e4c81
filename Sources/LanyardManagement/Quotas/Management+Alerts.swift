package import LanyardCore
import LanyardStorage

/// A quota that has come to a percent, as it was written to the audit log.
package struct RecordedAlert: Sendable, Equatable {
    package let alert: QuotaAlert
    /// What its owner calls the quota.
    package let quota: String
    /// The id of the key or account.
    package let owner: String
}

extension Management {
    /// Moves alerts that the ledger has noted into the audit log, the oldest first, in one transaction: each is written once.
    /// - Returns: What was written; fewer than `limit` when nothing is left.
    package func recordAlerts(limit: Int) async throws -> [RecordedAlert] {
        try await change(as: .lanyard) { transaction in
            try transaction.store.takeAlerts(limit: limit).map { try transaction.record($0) }
        }.value
    }
}

extension ManagementTransaction {
    fileprivate func record(_ alert: QuotaAlert) throws -> RecordedAlert {
        let name = try name(of: alert.balance.quota)
        let owner = alert.balance.quota.subject.idText
        try audit(.quotaAlert, owner, after: QuotaAlertSnapshot(alert, named: name))
        return RecordedAlert(alert: alert, quota: name, owner: owner)
    }

    /// What the quota's owner calls it now. One that is gone meanwhile is called by what it counted.
    private func name(of quota: QuotaIdentity) throws -> String {
        let quotas = try definitions(of: quota.subject, source: quota.source)
        let found = quotas.first { $0.unit == quota.unit && $0.period == quota.period }
        return found?.name ?? "\(quota.unit.rawValue)-per-\(quota.period.rawValue)"
    }

    private func definitions(of subject: Subject, source: AllowanceSource) throws -> [QuotaDefinition] {
        switch source {
        case .key: return try store.key(subject.keyID)?.quotas ?? []
        case .plan:
            guard let plan = try store.key(subject.keyID)?.plan else { return [] }
            return try resolver.plan(.id(plan))?.quotas ?? []
        case .account: return try resolver.account(.id(subject.accountID))?.quotas ?? []
        }
    }
}

extension Subject {
    fileprivate var keyID: KeyID { KeyID(high: high, low: low) }
    fileprivate var accountID: AccountID { AccountID(high: high, low: low) }

    fileprivate var idText: String {
        switch kind {
        case .key: keyID.description
        case .account: accountID.description
        }
    }
}
