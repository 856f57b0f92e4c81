import GRDB
import LanyardCore
import LanyardStorage

/// What a body reads and writes through: one transaction on one connection, used on that connection's queue alone.
///
/// A statement that breaks a rule of the schema undoes itself, and the body may go on. After any other failure SQLite may
/// have rolled back the whole transaction behind the body's back, and what came next would be committed by itself; so
/// from then on every call throws that first failure, and the store takes the body as failed whatever it returns.
final class SQLiteTransaction: StoreWriting {
    let database: Database
    private(set) var failure: StoreError?
    /// Bulk inserts go on with the texts of the row before.
    var keyLists = KeyListTexts()
    /// Whether this transaction has seen that imports are remembered: asked once, not at each of a million keys.
    var hasNotedImports = false
    /// Whether a digest was to be inserted that exists.
    var meetsDuplicates = false
    let journalLimits: JournalLimits
    let metrics: StoreMetrics?

    init(_ database: Database, journalLimits: JournalLimits = JournalLimits(), metrics: StoreMetrics? = nil) {
        self.database = database
        self.journalLimits = journalLimits
        self.metrics = metrics
    }

    /// Runs a piece of SQL's work, turning its errors into the store's.
    func attempt<Result>(_ doing: String, _ body: () throws -> Result) throws -> Result {
        if let failure { throw failure }
        do {
            return try body()
        } catch {
            let error = StoreError.from(error, while: doing)
            if !error.leavesTransactionWhole { failure = error }
            throw error
        }
    }
}

// MARK: - Statements

extension SQLiteTransaction {
    /// A prepared statement with its values. It is looked up each time, because SQLite's library drops one that failed.
    func statement(_ sql: String, _ values: ColumnWriter) throws -> Statement {
        let statement = try database.cachedStatement(sql: sql)
        try values.bind(to: statement)
        return statement
    }

    /// Runs a statement; the number of rows that it changed.
    @discardableResult
    func execute(_ sql: String, _ values: ColumnWriter) throws -> Int {
        try statement(sql, values).execute()
        return database.changesCount
    }

    func rows(_ sql: String, _ values: ColumnWriter) throws -> [Row] {
        try Row.fetchAll(statement(sql, values))
    }

    func number(_ sql: String, _ values: ColumnWriter) throws -> Int64? {
        try Int64.fetchOne(statement(sql, values))
    }

    func exists(_ sql: String, _ values: ColumnWriter) throws -> Bool {
        try number("SELECT EXISTS (\(sql))", values) == 1
    }
}

// MARK: - Records

extension SQLiteTransaction {
    /// The records that `condition` selects, which is all that follows the columns, and its values are `?1`, `?2` …
    func records<Record: StoredRecord>(
        _: Record.Type = Record.self, selecting condition: String, _ values: ColumnWriter
    ) throws -> [Record] {
        let table = Record.table
        return try attempt("reading \(table.name)") {
            let cursor = try Row.fetchCursor(statement("\(table.select) \(condition)", values))
            var records: [Record] = []
            while let row = try cursor.next() {
                var columns = ColumnReader(row, of: table.name)
                records.append(try Record(&columns))
            }
            return records
        }
    }

    func firstRecord<Record: StoredRecord>(selecting condition: String, _ values: ColumnWriter) throws -> Record? {
        let records: [Record] = try records(selecting: condition, values)
        return records.first
    }

    func record<Record: StoredRecord, Tag>(_ id: Identifier<Tag>) throws -> Record? {
        var values = ColumnWriter()
        values.add(id)
        return try firstRecord(selecting: "WHERE id = ?1", values)
    }

    /// The record with this text in a column that is unique.
    func record<Record: StoredRecord>(_ column: String, _ text: String) throws -> Record? {
        // No text that was written has a zero byte in it.
        guard !text.utf8.contains(0) else { return nil }
        var values = ColumnWriter()
        try values.add(text)
        return try firstRecord(selecting: "WHERE \(column) = ?1", values)
    }

    func records<Record: StoredRecord, Tag>(_ page: Page<Identifier<Tag>>) throws -> [Record] {
        var values = ColumnWriter()
        values.add(page.limit)
        guard let after = page.after else { return try records(selecting: "ORDER BY id DESC LIMIT ?1", values) }
        values.add(after)
        return try records(selecting: "WHERE id < ?2 ORDER BY id DESC LIMIT ?1", values)
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
            try execute("DELETE FROM \(table.name) WHERE id = ?1", values)
        }
    }
}
