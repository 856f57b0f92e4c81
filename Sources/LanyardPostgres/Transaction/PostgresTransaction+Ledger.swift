import LanyardCore
import LanyardStorage

// # The ledger's locks
//
// A balance that is not there yet must be locked too, or two transactions would both make it. A row that isn't there has
// no lock in PostgreSQL; so each id is locked by an advisory lock, and then the rows that there are, in the order of their
// key, against who deletes them with it. The server keeps all locks of all transactions in one table of fixed size, which a
// batch must not fill: so there are only so many advisory locks, and an id takes the one of its hash. They are taken in
// their order. Ids that share one only wait for each other without need.
//
// The rows are read by a statement of their own, because a statement sees what was committed before it began, and the one
// that waits for locks begins before it has them.

extension PostgresTransaction {
    func authorityTime(_ local: Timestamp) throws -> Timestamp {
        if let time { return time }
        return try attempt("reading the clock") {
            let milliseconds = try number("SELECT \(Self.clock)")
            guard let milliseconds else { throw StoreError(.corrupted, "the server tells no time") }
            return Timestamp(milliseconds: milliseconds)
        }
    }

    /// The server's clock in milliseconds since 1970.
    static let clock = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

    func leases(_ ids: [LeaseID]) throws -> [Lease] {
        guard !ids.isEmpty else { return [] }
        var values = ColumnWriter(capacity: 1)
        values.add(ColumnArray(ids))
        return try records(selecting: "WHERE id = ANY($1::uuid[]) ORDER BY id", values)
    }

    func lockBalances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance] {
        guard !ids.isEmpty else { return [] }
        try attempt("locking balances") {
            let numbers = Set(ids.map(\.lockNumber)).sorted()
            var locks = ColumnArray(of: .int8, capacity: numbers.count)
            for number in numbers { locks.add(number) }
            var values = ColumnWriter(capacity: 1)
            values.add(locks)
            _ = try rows(
                """
                SELECT pg_advisory_xact_lock(\(Schema.balanceLockSpace), id::integer)
                FROM unnest($1::bigint[]) AS ids (id)
                """, values)
        }
        return try balances(ids, "ORDER BY \(Self.balanceKey) FOR UPDATE OF balances")
    }

    func balances(_ ids: [QuotaBalanceID]) throws -> [QuotaBalance] { try balances(ids, "") }

    private func balances(_ ids: [QuotaBalanceID], _ locking: String) throws -> [QuotaBalance] {
        guard !ids.isEmpty else { return [] }
        let values = try ColumnWriter(columns: QuotaBalanceID.types, of: ids) { try $0.write(to: &$1) }
        let found: [QuotaBalance] = try records(selecting: "\(Self.amongIDs) \(locking)", values)
        return found
    }

    /// Selects the balances whose ids are given, by arrays of their columns.
    private static let amongIDs = """
        WHERE (\(balanceKey)) IN (
            SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[])
        )
        """

    private static let balanceKey = QuotaBalanceID.columns.joined(separator: ", ")

    func openLeases(of holders: LeaseHolders, limit: Int) throws -> [Lease] {
        var values = ColumnWriter()
        let isHolder: String
        switch holders {
        case .node(let node):
            isHolder = "node = $1"
            values.add(node)
        case .everyNodeBut(let node):
            isHolder = "node <> $1"
            values.add(node)
        }
        values.add(max(0, limit))
        return try records(selecting: "WHERE \(isHolder) AND state = 'open' ORDER BY id LIMIT $2", values)
    }

    func save(_ changes: LedgerPage.Changes) throws {
        try save(changes.balances, types: QuotaBalanceID.types + Array(repeating: .int8, count: 7), Self.savingBalances)
        try save(changes.leases, types: Self.leaseTypes, Self.savingLeases)
        try save(
            changes.alerts.map(WaitingAlert.init), types: QuotaBalanceID.types + Array(repeating: .int8, count: 4),
            Self.savingAlerts)
    }

    private func save<Record: StoredRecord>(_ records: [Record], types: [ColumnType], _ sql: String) throws {
        for start in stride(from: 0, to: records.count, by: Self.rowsTogether) {
            try attempt("saving \(Record.table.name)") {
                let portion = records[start..<min(start + Self.rowsTogether, records.count)]
                try execute(sql, ColumnWriter(columns: types, of: portion) { try $0.write(to: &$1) })
            }
        }
    }

    private static let leaseTypes: [ColumnType] =
        [.uuid, .uuid] + QuotaBalanceID.types + [.int8, .int8, .int8, .text, .int8]

    private static let savingBalances = """
        INSERT INTO balances (\(QuotaBalance.table.columns.joined(separator: ", ")))
        SELECT * FROM unnest(
            $1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
        ON CONFLICT (\(QuotaBalanceID.columns.joined(separator: ", "))) DO UPDATE SET
            period_end = excluded.period_end, amount = excluded.amount, amount_epoch = excluded.amount_epoch,
            credits = excluded.credits, used = excluded.used, leased = excluded.leased, alerted = excluded.alerted
        """

    private static let savingLeases = """
        INSERT INTO leases (\(Lease.table.columns.joined(separator: ", ")))
        SELECT * FROM unnest(
            $1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[],
            $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::bigint[])
        ON CONFLICT (id) DO UPDATE SET
            node = excluded.node, subject_kind = excluded.subject_kind, subject = excluded.subject,
            source = excluded.source, unit = excluded.unit, period = excluded.period, start = excluded.start,
            period_end = excluded.period_end, amount = excluded.amount, used = excluded.used, state = excluded.state,
            changed_at = excluded.changed_at
        """

    private static let savingAlerts = """
        INSERT INTO quota_alerts (\(WaitingAlert.table.columns.joined(separator: ", ")))
        SELECT * FROM unnest(
            $1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::bigint[])
        """

    func takeAlerts(limit: Int) throws -> [QuotaAlert] {
        try attempt("taking alerts") {
            var values = ColumnWriter()
            values.add(max(0, limit))
            let columns = WaitingAlert.table.columns.map { "quota_alerts.\($0)" }.joined(separator: ", ")
            let found = try rows(
                """
                WITH oldest AS (
                    SELECT sequence FROM quota_alerts ORDER BY sequence LIMIT $1 FOR UPDATE
                ), taken AS (
                    DELETE FROM quota_alerts USING oldest WHERE quota_alerts.sequence = oldest.sequence
                    RETURNING quota_alerts.sequence AS number, \(columns)
                )
                SELECT \(WaitingAlert.table.columns.joined(separator: ", ")) FROM taken ORDER BY number
                """, values)
            return try (0..<found.count).map { row in
                var columns = ColumnReader(found, row: row, of: WaitingAlert.table.name)
                return try WaitingAlert(&columns).alert
            }
        }
    }

    func deleteLedger(before horizon: LedgerHorizon, limit: Int) throws -> Int {
        try attempt("deleting from the ledger") {
            var values = ColumnWriter()
            values.add(horizon.balances)
            values.add(max(0, limit))
            // What somebody has locked is in use, and can go another time.
            let balances = try execute(
                """
                DELETE FROM balances WHERE (\(Self.balanceKey)) IN (
                    SELECT \(Self.balanceKey) FROM balances WHERE period_end < $1 AND leased = 0
                    ORDER BY period_end LIMIT $2 FOR UPDATE SKIP LOCKED
                )
                """, values)
            var moments = ColumnWriter()
            moments.add(horizon.leases)
            moments.add(horizon.traces)
            moments.add(max(0, limit))
            let leases = try execute(
                """
                DELETE FROM leases WHERE id IN (
                    SELECT id FROM leases WHERE state <> 'open' AND changed_at < greatest($1::bigint, $2::bigint)
                        AND changed_at < CASE WHEN amount = 0 THEN $2::bigint ELSE $1::bigint END
                    ORDER BY changed_at LIMIT $3 FOR UPDATE SKIP LOCKED
                )
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
            // Whoever counts them locks them in this order too.
            try execute(
                """
                WITH held AS MATERIALIZED (
                    SELECT \(Self.balanceKey) FROM balances WHERE subject_kind = $1 AND subject = $2
                    ORDER BY \(Self.balanceKey) FOR UPDATE
                )
                DELETE FROM balances WHERE (\(Self.balanceKey)) IN (SELECT * FROM held)
                """, values)
        }
    }
}

extension QuotaBalanceID {
    /// Names a lock that all nodes share: one of 1024.
    fileprivate var lockNumber: Int64 {
        var hash = LockHash()
        hash.add(CollectionOfOne(quota.subject.kind.rawValue))
        var numbers: [UInt8] = []
        numbers.append(bigEndian: quota.subject.high)
        numbers.append(bigEndian: quota.subject.low)
        numbers.append(bigEndian: start.milliseconds)
        hash.add(numbers)
        for text in [quota.source.rawValue, quota.unit.rawValue, quota.period.rawValue] { hash.add(text) }
        return hash.number & 1023
    }
}
