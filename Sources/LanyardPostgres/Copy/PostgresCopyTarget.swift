package import LanyardStorage

// # Writing a copy
//
// One connection, one transaction for some thousand rows. New rows go by binary COPY: the rows are already in its form, and
// while the server works on some, the next are read from the source. Rows that replace others, and keys of those that go,
// are sent as arrays, a column each.
//
// Texts are compared byte by byte (`COLLATE "C"`), whatever the database's own order is: both sides of a copy must come in
// the same order.

/// A store in PostgreSQL that becomes a copy. It blocks, and is used on one thread alone.
package final class PostgresCopyTarget: CopyTarget {
    private let connection: PostgresConnection
    /// Rows written since the transaction began; `nil` outside one.
    private var written: Int?
    /// The table that a COPY is under way into.
    private var copying: CopiedTable?

    /// So many rows are committed together: few enough that little is lost with the connection, and that nobody waits long.
    private static let rowsTogether = 20_000
    /// A single statement, the slowest of which looks through all tables.
    private static let longestStatement = Duration.seconds(120)

    /// Connects, and makes the schema where there is none. Waits until no other copy into this database is under way.
    /// - Throws: ``StoreError``.
    package init(_ location: PostgresLocation, settings: PostgresSettings = PostgresSettings()) throws {
        var settings = settings
        settings.statementTimeout = Self.longestStatement
        settings.lockTimeout = .seconds(60)
        let connector = Connector(location: location, settings: settings, incarnation: IncarnationWatch {})
        do {
            (connection, _) = try connector.connectAnywhere()
            try Schema.prepare(connection)
            // A copier that was killed a moment ago may still have a statement under way, which ends first.
            try connection.run("SELECT pg_advisory_lock(\(Schema.lockSpace), \(Schema.Lock.copying.rawValue))")
        } catch {
            throw StoreError.from(error, while: "opening \(location)")
        }
    }

    private func writing<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let refusal as CopyRefusal { throw refusal } catch {
            throw StoreError.from(error, while: "writing the copy")
        }
    }
}

// MARK: - What it says about itself

extension PostgresCopyTarget {
    package func claim(_ record: @autoclosure () -> CopyRecord) throws -> CopyRecord? {
        try writing {
            try connection.run("BEGIN; \(Schema.Lock.writing.sql)")
            do {
                // A server joins before it looks whether it may serve: so either it is seen here, or it sees the mark.
                try connection.run("LOCK TABLE nodes IN SHARE MODE")
                if let found = try readRecord() {
                    try connection.run("COMMIT")
                    return found
                }
                guard try isEmpty() else { throw CopyRefusal.targetInUse }
                try write(record())
                try connection.commit()
                return nil
            } catch {
                connection.rollBack()
                throw error
            }
        }
    }

    package func note(_ record: CopyRecord) throws { try writing { try write(record) } }

    package func complete(_ record: CopyRecord) throws {
        try commit()
        try writing {
            try connection.run("BEGIN; \(Schema.Lock.writing.sql)")
            do {
                guard try readRecord() == record else { throw CopyRefusal.targetInUse }
                var whole = record
                whole.state = .complete
                var values = ColumnWriter()
                values.add(record.epoch)
                values.add(Int64.random(in: .min ... .max))
                _ = try connection.execute("UPDATE epoch SET value = greatest(value, $1), mark = $2", values)
                try write(whole)
                try connection.commit()
            } catch {
                connection.rollBack()
                throw error
            }
        }
    }

    /// - Throws: ``StoreError`` for a mark that nobody can read: what it means is not guessed.
    private func readRecord() throws -> CopyRecord? {
        var values = ColumnWriter()
        try values.add(StoreMarker.copy)
        let rows = try connection.execute("SELECT value FROM markers WHERE name = $1", values)
        guard rows.count > 0 else { return nil }
        guard let record = rows.text(0, 0).flatMap(CopyRecord.init) else {
            throw StoreError(.corrupted, "what the copy says about itself can't be read")
        }
        return record
    }

    private func write(_ record: CopyRecord) throws {
        var values = ColumnWriter()
        try values.add(StoreMarker.copy)
        try values.add(record.text)
        _ = try connection.execute(
            """
            INSERT INTO markers (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """, values)
    }

    private func isEmpty() throws -> Bool {
        let tables = CopiedTable.all.map(\.name) + ["nodes"]
        let terms = tables.map { "EXISTS (SELECT 1 FROM \($0))" }.joined(separator: " OR ")
        return try connection.run("SELECT \(terms)").last?.text(0, 0) == "f"
    }

    package func analyze() throws {
        let tables = CopiedTable.all.map(\.name).joined(separator: ", ")
        try writing { _ = try connection.run("ANALYZE \(tables)") }
    }
}

// MARK: - Reading

extension PostgresCopyTarget {
    package func rows(of table: CopiedTable, after key: CopiedKey?, limit: Int) throws -> CopiedRows {
        try writing {
            try endCopy()
            var values = ColumnWriter(capacity: table.keyCount)
            if let key { for value in key.values { values.add(raw: value) } }
            let found = try connection.execute(table.selection(after: key != nil, limit: limit), values)
            var rows = CopiedRows()
            for row in 0..<found.count {
                for column in table.columns.indices {
                    if let bytes = found.bytes(row, column) { rows.add(bytes) } else { rows.addNull() }
                }
                rows.endRow()
            }
            return rows
        }
    }
}

// MARK: - Writing

extension PostgresCopyTarget {
    package func insert(_ rows: CopiedRows, into table: CopiedTable) throws {
        try writing {
            if copying != table {
                try endCopy()
                try begin()
                try connection.beginCopy(
                    "COPY \(table.name) (\(table.columnList)) FROM STDIN WITH (FORMAT binary)")
                copying = table
                try connection.copy(CopyFormat.header)
            }
            try connection.copy(CopyFormat.rows(rows, of: table))
            try wrote(rows.count)
        }
    }

    package func replace(_ rows: CopiedRows, in table: CopiedTable) throws {
        try change(table.replacement, rows, of: table, table.columns[...])
    }

    package func delete(_ rows: CopiedRows, from table: CopiedTable) throws {
        try change(table.deletion, rows, of: table, table.key)
    }

    package func release(_ rows: CopiedRows, in table: CopiedTable) throws {
        guard let sql = table.release else { return }
        try change(sql, rows, of: table, table.key)
    }

    package func commit() throws {
        try writing {
            try endCopy()
            guard written != nil else { return }
            try connection.commit()
            written = nil
        }
    }

    private func change(
        _ sql: String, _ rows: CopiedRows, of table: CopiedTable, _ columns: ArraySlice<CopiedColumn>
    ) throws {
        try writing {
            try endCopy()
            try begin()
            let values = ColumnWriter(columns: columns.map(\.kind.type), of: 0..<rows.count) { row, values in
                for value in CopiedValues(rows[row]).prefix(columns.count) { values.add(raw: value) }
            }
            _ = try connection.execute(sql, values)
            try wrote(rows.count)
        }
    }

    private func begin() throws {
        guard written == nil else { return }
        try connection.run("BEGIN")
        written = 0
    }

    private func wrote(_ rows: Int) throws {
        let sum = (written ?? 0) + rows
        written = sum
        if sum >= Self.rowsTogether { try commit() }
    }

    private func endCopy() throws {
        guard copying != nil else { return }
        copying = nil
        try connection.copy(CopyFormat.trailer)
        try connection.endCopy()
    }
}
