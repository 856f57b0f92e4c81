import GRDB
import GRDBSQLite
package import LanyardStorage

/// A store in a SQLite file, read for a copy, in one transaction for each snapshot. It blocks; one thread uses it, which may.
package final class SQLiteCopySource: CopySource {
    private let queue: DatabaseQueue
    private var isInSnapshot = false

    /// A page ends early beyond so many bytes: keys may carry long metadata.
    private static let mostPageBytes = 8 << 20

    /// - Throws: ``StoreError``: `cannotOpen` where there is no such file, or one of another version's.
    package init(path: String) throws {
        queue = try StoreReader.open(path, label: "lanyard.copy")
        try reading { try Schema.expectCurrent($0) }
    }

    package func close() throws {
        if isInSnapshot { try reading { try $0.execute(sql: "ROLLBACK") } }
        isInSnapshot = false
        try queue.close()
    }

    package func beginSnapshot() throws -> CopySnapshot {
        try reading { database in
            if isInSnapshot { try database.execute(sql: "ROLLBACK") }
            try database.execute(sql: "BEGIN DEFERRED")
            isInSnapshot = true
            let transaction = SQLiteTransaction(database)
            // The first reading is what takes the snapshot.
            let epoch = try transaction.epoch()
            let first = try transaction.auditEntries(from: 1, limit: 1).first
            let move = try transaction.marker(.movedTo).flatMap(StoreRelocation.init)
            return CopySnapshot(epoch: epoch, origin: first?.hash, movedTo: move)
        }
    }

    package func count(of table: CopiedTable) throws -> Int {
        try reading { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table.name)\(table.condition(after: false))") ?? 0
        }
    }

    package func rows(of table: CopiedTable, after key: CopiedKey?, limit: Int) throws -> CopiedRows {
        try reading { database in
            let columns = table.columns.map(\.name).joined(separator: ", ")
            let order = table.key.map(\.name).joined(separator: ", ")
            let statement = try database.cachedStatement(
                sql: """
                    SELECT \(columns) FROM \(table.name)\(table.condition(after: key != nil)) \
                    ORDER BY \(order) LIMIT \(limit)
                    """)
            if let key { try Self.values(of: key, table).bind(to: statement) }
            return try Self.rows(statement, of: table)
        }
    }

    private func reading<Result>(_ body: (Database) throws -> Result) throws -> Result {
        do { return try queue.unsafeRead(body) } catch { throw StoreError.from(error, while: "reading the source") }
    }
}

// MARK: - Rows

extension SQLiteCopySource {
    private static func values(of key: CopiedKey, _ table: CopiedTable) throws -> ColumnWriter {
        var values = ColumnWriter(capacity: table.keyCount)
        var bytes = key.values
        for column in table.key {
            guard let value = bytes.next() ?? nil else { continue }
            switch column.kind {
            case .id, .bytes: values.add(Array(value))
            case .number: values.add(Int64(bitPattern: value.reduce(0) { $0 << 8 | UInt64($1) }))
            case .flag: values.add(value.first == 1)
            case .text: try values.add(String(decoding: value, as: UTF8.self))
            }
        }
        return values
    }

    /// Steps through a statement by SQLite's own functions: what GRDB would make of each value costs more than the value.
    private static func rows(_ statement: Statement, of table: CopiedTable) throws -> CopiedRows {
        var rows = CopiedRows()
        let raw = statement.sqliteStatement
        defer { sqlite3_reset(raw) }
        while rows.bytes.count < mostPageBytes {
            switch sqlite3_step(raw) {
            case SQLITE_ROW:
                for (index, column) in table.columns.enumerated() {
                    try add(raw, Int32(index), column, of: table, to: &rows)
                }
                rows.endRow()
            case SQLITE_DONE:
                return rows
            case let code:
                throw DatabaseError(resultCode: ResultCode(rawValue: code))
            }
        }
        return rows
    }

    private static func add(
        _ raw: SQLiteStatement, _ index: Int32, _ column: CopiedColumn, of table: CopiedTable, to rows: inout CopiedRows
    ) throws {
        let damage = { StoreError(.corrupted, "column \(column.name) of a row of \(table.name) can't be read") }
        switch (sqlite3_column_type(raw, index), column.kind) {
        case (SQLITE_NULL, _) where column.isOptional:
            rows.addNull()
        case (SQLITE_NULL, .bytes):
            // No bytes are the same as none to SQLite's library.
            rows.add(UnsafeRawBufferPointer(start: nil, count: 0))
        case (SQLITE_INTEGER, .number):
            rows.add(sqlite3_column_int64(raw, index))
        case (SQLITE_INTEGER, .flag):
            rows.add(sqlite3_column_int64(raw, index) != 0)
        case (SQLITE_TEXT, .text):
            let start = sqlite3_column_text(raw, index)
            rows.add(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(raw, index))))
        case (SQLITE_BLOB, .bytes), (SQLITE_BLOB, .id):
            let start = sqlite3_column_blob(raw, index)
            let length = Int(sqlite3_column_bytes(raw, index))
            guard column.kind == .bytes || length == 16 else { throw damage() }
            rows.add(UnsafeRawBufferPointer(start: start, count: length))
        default:
            throw damage()
        }
    }
}

extension CopiedTable {
    /// What comes behind the table's name in a question for the rows that are copied, or for those after a key.
    fileprivate func condition(after hasKey: Bool) -> String {
        var terms: [String] = []
        if let excluded {
            let texts = excluded.texts.map { "'\($0)'" }.joined(separator: ", ")
            terms.append("\(excluded.column) NOT IN (\(texts))")
        }
        if hasKey {
            let places = (1...keyCount).map { "?\($0)" }.joined(separator: ", ")
            terms.append("(\(key.map(\.name).joined(separator: ", "))) > (\(places))")
        }
        return terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ")
    }
}
