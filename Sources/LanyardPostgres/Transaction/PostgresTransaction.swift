import LanyardCore
import LanyardStorage

/// What a body reads and writes through: one transaction on one connection, used on that connection's thread alone.
///
/// After a statement that PostgreSQL refused nothing more can be done in its transaction. So from then on every call throws
/// that first failure, and the store takes the body as failed whatever it returns. A careful transaction puts each call
/// into a savepoint: there a refusal by the schema's rules undoes that call alone, and the body may go on.
final class PostgresTransaction: StoreWriting {
    private let connection: PostgresConnection
    private let incarnation: IncarnationWatch
    private let isCareful: Bool
    /// The server's clock when the transaction began, where that was asked then.
    let time: Timestamp?
    private var depth = 0
    private(set) var failure: StoreError?
    /// Whether the failure is one that a careful transaction lets the body go on after.
    private(set) var isWorthCare = false
    /// Whether the same body may succeed if it is run again.
    private(set) var canSucceedLater = false
    /// The newest change that the body has recorded.
    var newestChange: ChangeMark?
    /// Bulk inserts go on with the texts of the row before.
    var keyLists = KeyListTexts()
    /// Whether this transaction has seen that imports are remembered: asked once, not at each of a million keys.
    var hasNotedImports = false

    init(
        _ connection: PostgresConnection, _ incarnation: IncarnationWatch, isCareful: Bool = false,
        time: Timestamp? = nil
    ) {
        self.time = time
        self.connection = connection
        self.incarnation = incarnation
        self.isCareful = isCareful
    }

    /// Takes note of the newest change that this transaction sees and has not made itself.
    func saw(_ change: ChangeMark) {
        if newestChange == nil { incarnation.saw(change) }
    }

    /// Runs a piece of SQL's work, turning its errors into the store's.
    func attempt<Result>(_ doing: String, _ body: () throws -> Result) throws -> Result {
        if let failure { throw failure }
        guard isCareful else {
            do { return try body() } catch { throw taken(error, while: doing) }
        }
        depth += 1
        defer { depth -= 1 }
        do {
            try command("SAVEPOINT call\(depth)")
            let result = try body()
            try command("RELEASE call\(depth)")
            return result
        } catch {
            let stored = StoreError.from(error, while: doing)
            if failure == nil, stored.code == .constraint, !connection.isLost {
                try command("ROLLBACK TO call\(depth); RELEASE call\(depth)")
                throw stored
            }
            throw taken(error, while: doing)
        }
    }

    /// The error to throw. What leaves the transaction unusable is remembered as its failure.
    private func taken(_ error: any Error, while doing: String) -> StoreError {
        if let failure { return failure }
        let stored = StoreError.from(error, while: doing)
        switch error {
        case StatementFailure.refused(let refusal):
            isWorthCare = refusal.isRefusal
            canSucceedLater = refusal.isPassing
            failure = stored
        case StatementFailure.lost:
            failure = stored
        default:
            // A rule that was found broken before any statement was sent leaves the transaction as it was.
            if stored.code != .constraint { failure = stored }
        }
        return stored
    }

    /// Runs statements without values or answer.
    func command(_ sql: String) throws {
        do { try connection.run(sql) } catch { throw taken(error, while: "writing") }
    }
}

// MARK: - Statements

extension PostgresTransaction {
    func rows(_ sql: String, _ values: ColumnWriter = ColumnWriter(capacity: 0)) throws -> ResultRows {
        try connection.execute(sql, values)
    }

    /// Runs a statement; the number of rows that it changed.
    @discardableResult
    func execute(_ sql: String, _ values: ColumnWriter = ColumnWriter(capacity: 0)) throws -> Int {
        try rows(sql, values).changedCount
    }

    /// The one number that a statement gives back; `nil` for NULL, or no row.
    func number(_ sql: String, _ values: ColumnWriter = ColumnWriter(capacity: 0)) throws -> Int64? {
        let rows = try rows(sql, values)
        guard rows.count > 0 else { return nil }
        var columns = ColumnReader(rows, row: 0, of: "a result")
        return try columns.optionalNumber()
    }

    func exists(_ sql: String, _ values: ColumnWriter) throws -> Bool {
        var columns = ColumnReader(try rows("SELECT EXISTS (\(sql))", values), row: 0, of: "a result")
        return try columns.flag()
    }
}

// MARK: - Records

extension PostgresTransaction {
    /// The records that `condition` selects, which is all that follows the columns, and its values are `$1`, `$2` …
    func records<Record: StoredRecord>(
        _: Record.Type = Record.self, selecting condition: String, _ values: ColumnWriter = ColumnWriter(capacity: 0)
    ) throws -> [Record] {
        let table = Record.table
        return try attempt("reading \(table.name)") {
            let rows = try rows("\(table.select) \(condition)", values)
            return try (0..<rows.count).map { row in
                var columns = ColumnReader(rows, row: row, of: table.name)
                return try Record(&columns)
            }
        }
    }

    func firstRecord<Record: StoredRecord>(selecting condition: String, _ values: ColumnWriter) throws -> Record? {
        let records: [Record] = try records(selecting: condition, values)
        return records.first
    }

    func record<Record: StoredRecord, Tag>(_ id: Identifier<Tag>) throws -> Record? {
        var values = ColumnWriter()
        values.add(id)
        return try firstRecord(selecting: "WHERE id = $1", values)
    }

    /// The record with this text in a column that is unique.
    func record<Record: StoredRecord>(_ column: String, _ text: String) throws -> Record? {
        // No text that was written has a zero byte in it.
        guard !text.utf8.contains(0) else { return nil }
        var values = ColumnWriter()
        try values.add(text)
        return try firstRecord(selecting: "WHERE \(column) = $1", values)
    }

    func records<Record: StoredRecord, Tag>(_ page: Page<Identifier<Tag>>) throws -> [Record] {
        var values = ColumnWriter()
        values.add(max(0, page.limit))
        guard let after = page.after else { return try records(selecting: "ORDER BY id DESC LIMIT $1", values) }
        values.add(after)
        return try records(selecting: "WHERE id < $2 ORDER BY id DESC LIMIT $1", values)
    }

    func insertRow(_ record: some StoredRecord) throws {
        let table = type(of: record).table
        try attempt("inserting into \(table.name)") {
            var values = ColumnWriter(capacity: table.columns.count)
            try record.write(to: &values)
            try execute(table.insert, values)
        }
    }

    func updateRow(_ record: some StoredRecord) throws {
        let table = type(of: record).table
        try attempt("updating \(table.name)") {
            var values = ColumnWriter(capacity: table.columns.count)
            try record.write(to: &values)
            guard try execute(table.update, values) == 1 else {
                throw StoreError(.constraint, "no row of \(table.name) has this id")
            }
        }
    }

    func deleteRow<Tag>(_ id: Identifier<Tag>, of table: RecordTable) throws {
        try attempt("deleting from \(table.name)") {
            var values = ColumnWriter()
            values.add(id)
            try execute("DELETE FROM \(table.name) WHERE id = $1", values)
        }
    }
}
