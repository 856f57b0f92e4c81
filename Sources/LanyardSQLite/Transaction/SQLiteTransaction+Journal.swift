import Foundation
import GRDB
import LanyardCore
import LanyardStorage

extension SQLiteTransaction {
    func settle(limit: Int) throws -> Bool {
        try attempt("settling the journal") {
            var rows = 0
            var size = try journalSize(changedBy: 0)
            repeat {
                guard let shard = try longestWaitingShard() else { break }
                rows += try settle(shard: shard)
                size = try journalSize(changedBy: 0)
            } while size > journalLimits.comfortableBytes && rows < limit
            metrics?.journal(bytes: size)
            return try longestWaitingShard() != nil
        }
    }

    /// Settles what the journal has of usage before a minute: old usage is put together and deleted by its rows.
    func settleUsage(before minute: Int32) throws {
        var values = ColumnWriter()
        values.add(Int64(minute))
        while let shard = try number("SELECT shard FROM journal WHERE earliest_minute < ?1 LIMIT 1", values) {
            try settle(shard: shard)
        }
    }

    private func longestWaitingShard() throws -> Int64? {
        try number("SELECT shard FROM journal ORDER BY sequence LIMIT 1", ColumnWriter())
    }

    /// Moves all that the journal has of a shard into the tables.
    /// - Returns: How many rows were written there.
    @discardableResult
    private func settle(shard: Int64) throws -> Int {
        var windows = MergedWindows()
        var usage = MergedUsage()
        var bytes = 0
        try forEachJournalRow("WHERE shard = ?2 AND kind = ?1 ORDER BY sequence DESC", .windows, shard) { row in
            bytes += row.count
            try windows.merge(older: row)
        }
        try forEachJournalRow("WHERE shard = ?2 AND kind = ?1", .usage, shard) { row in
            bytes += row.count
            try usage.merge(row)
        }
        let used = usage.rows
        try settle(windows.windows, clock: clock())
        try settle(used)
        var values = ColumnWriter()
        values.add(shard)
        try execute("DELETE FROM journal WHERE shard = ?1", values)
        _ = try journalSize(changedBy: -Int64(bytes))
        return windows.windows.count + used.count
    }
}

// MARK: - Rows

extension SQLiteTransaction {
    func appendToJournal(
        _ row: [UInt8], _ kind: JournalKind, _ shard: Int, earliestMinute: Int32? = nil
    ) throws {
        var values = ColumnWriter(capacity: 4)
        values.add(shard)
        values.add(Int64(kind.rawValue))
        values.add(earliestMinute)
        values.add(row)
        try execute("INSERT INTO journal (shard, kind, earliest_minute, content) VALUES (?1, ?2, ?3, ?4)", values)
        var size = try journalSize(changedBy: Int64(row.count))
        // Nobody settles, or not fast enough: whoever writes does, so that neither the disk nor the next start suffers.
        while size > journalLimits.mostBytes, let shard = try longestWaitingShard() {
            try settle(shard: shard)
            size = try journalSize(changedBy: 0)
        }
    }

    func journalHolds(_ kind: JournalKind, _ shard: Int) throws -> Bool {
        var values = ColumnWriter()
        values.add(shard)
        values.add(Int64(kind.rawValue))
        return try exists("SELECT 1 FROM journal WHERE shard = ?1 AND kind = ?2", values)
    }

    /// The bytes of all rows of the journal.
    private func journalSize(changedBy bytes: Int64) throws -> Int64 {
        var values = ColumnWriter()
        values.add(bytes)
        let sql =
            bytes == 0
            ? "SELECT bytes + ?1 FROM journal_size" : "UPDATE journal_size SET bytes = bytes + ?1 RETURNING bytes"
        guard let size = try number(sql, values) else {
            throw StoreError(.corrupted, "the size of the journal is missing")
        }
        return size
    }

    /// Reads rows in place: their bytes are valid only within `body`.
    func forEachJournalRow(
        _ condition: String, _ kind: JournalKind, _ shard: Int64? = nil,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var values = ColumnWriter()
        values.add(Int64(kind.rawValue))
        if let shard { values.add(shard) }
        let cursor = try Row.fetchCursor(statement("SELECT content FROM journal \(condition)", values))
        while let row = try cursor.next() {
            try row.withUnsafeData(atIndex: 0) { data in
                guard let data else { throw JournalReader.damage }
                try data.withUnsafeBytes(body)
            }
        }
    }
}
