import GRDB
import LanyardCore
import LanyardStorage

/// One writer at a time is all the locking that the ledger needs here.
extension SQLiteTransaction {
    func leases(_ ids: [LeaseID]) throws -> [Lease] {
        try ids.compactMap { try record($0) }
    }

    func lockBalances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance] { try balances(ids) }

    func balances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance] {
        try ids.compactMap { id in
            var values = ColumnWriter(capacity: QuotaBalanceID.columns.count)
            try id.write(to: &values)
            return try firstRecord(selecting: "WHERE \(QuotaBalanceID.isRow)", values)
        }
    }

    func openLeases(of holders: LeaseHolders, limit: Int) throws -> [Lease] {
        var values = ColumnWriter()
        let isHolder: String
        switch holders {
        case .node(let node):
            isHolder = "node = ?1"
            values.add(node)
        case .everyNodeBut(let node):
            isHolder = "node <> ?1"
            values.add(node)
        }
        values.add(max(0, limit))
        return try records(selecting: "WHERE \(isHolder) AND state = 'open' ORDER BY id LIMIT ?2", values)
    }

    func save(_ changes: LedgerPage.Changes) throws {
        for balance in changes.balances { try replaceRow(balance) }
        for lease in changes.leases { try replaceRow(lease) }
        for alert in changes.alerts { try insertRow(WaitingAlert(alert)) }
    }

    private func replaceRow(_ record: some StoredRecord) throws {
        let table = type(of: record).table
        try attempt("saving \(table.name)") {
            var values = ColumnWriter(capacity: table.columns.count)
            try record.write(to: &values)
            try execute(table.replace, values)
        }
    }

    func takeAlerts(limit: Int) throws -> [QuotaAlert] {
        var bound = ColumnWriter()
        bound.add(max(0, limit))
        let waiting: [WaitingAlert] = try records(selecting: "ORDER BY sequence LIMIT ?1", bound)
        guard let last = waiting.last?.sequence else { return [] }
        try attempt("forgetting alerts") {
            var values = ColumnWriter()
            values.add(last)
            try execute("DELETE FROM quota_alerts WHERE sequence <= ?1", values)
        }
        return waiting.map(\.alert)
    }

    func deleteLedger(before horizon: LedgerHorizon, limit: Int) throws -> Int {
        try attempt("deleting from the ledger") {
            var values = ColumnWriter()
            values.add(horizon.balances)
            values.add(max(0, limit))
            let key = QuotaBalanceID.columns.joined(separator: ", ")
            let balances = try execute(
                """
                DELETE FROM balances WHERE (\(key)) IN
                    (SELECT \(key) FROM balances WHERE period_end < ?1 AND leased = 0 ORDER BY period_end LIMIT ?2)
                """, values)
            var moments = ColumnWriter()
            moments.add(horizon.leases)
            moments.add(horizon.traces)
            moments.add(max(0, limit))
            let leases = try execute(
                """
                DELETE FROM leases WHERE id IN
                    (SELECT id FROM leases WHERE state <> 'open' AND changed_at < max(?1, ?2)
                    AND changed_at < CASE WHEN amount = 0 THEN ?2 ELSE ?1 END ORDER BY changed_at LIMIT ?3)
                """, moments)
            return balances + leases
        }
    }

    /// Forgets the quotas of a subject that is deleted.
    func deleteBalances(of subject: Subject) throws {
        try attempt("forgetting quotas") {
            var values = ColumnWriter()
            values.add(Int64(subject.kind.rawValue))
            values.add(subject.id)
            try execute("DELETE FROM balances WHERE subject_kind = ?1 AND subject = ?2", values)
        }
    }
}
