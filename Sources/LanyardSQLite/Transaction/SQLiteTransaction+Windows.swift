import Foundation
import GRDB
import LanyardCore
import LanyardStorage

extension SQLiteTransaction {
    func save(_ windows: [SavedWindow], clock: SavedClock) throws {
        try attempt("saving windows") {
            var rows = [JournalWriter?](repeating: nil, count: JournalShard.count)
            for window in windows {
                let shard = JournalShard.of(low: window.subject.low)
                // Taken out, so that it is written to where it is.
                var row = rows[shard].take() ?? JournalWriter(.windows)
                try WindowJournal.append(.saved(window), to: &row)
                if row.bytes.count >= journalLimits.rowBytes {
                    try appendToJournal(row.sealed(), .windows, shard)
                } else {
                    rows[shard] = row
                }
            }
            for (shard, row) in rows.enumerated() {
                if let row { try appendToJournal(row.sealed(), .windows, shard) }
            }
            try save(clock)
        }
    }

    func savedWindows() throws -> SavedWindows {
        try attempt("reading windows") {
            var journal = MergedWindows()
            try forEachJournalRow("WHERE kind = ?1 ORDER BY sequence DESC", .windows) { row in
                try journal.merge(older: row)
            }
            let settled: [SavedWindow] = try records(selecting: "", ColumnWriter())
            return SavedWindows(
                windows: settled.filter { !journal.says($0) } + journal.windows.filter { !$0.snapshot.isEmpty },
                clock: try clock())
        }
    }

    func clock() throws -> SavedClock? {
        try firstRecord(selecting: "", ColumnWriter())
    }

    /// Forgets the windows of a subject that is deleted.
    func deleteWindows(of subject: Subject) throws {
        try attempt("forgetting windows") {
            var values = ColumnWriter()
            values.add(Int64(subject.kind.rawValue))
            values.add(subject.id)
            try execute("DELETE FROM windows WHERE subject_kind = ?1 AND subject = ?2", values)
            let shard = JournalShard.of(low: subject.low)
            guard try journalHolds(.windows, shard) else { return }
            try appendToJournal(WindowJournal.row([.forgotten(subject)]), .windows, shard)
        }
    }

    /// Writes windows over the rows of the table. What has left its window by the saved clock, which never runs backwards,
    /// needs no row any more.
    func settle(_ windows: [SavedWindow], clock: SavedClock?) throws {
        for window in windows {
            let hasLeft = window.snapshot.isEmpty || clock.map { window.hasLeft(by: $0.monotonic) } ?? false
            if hasLeft { try delete(window) } else { try save(window) }
        }
    }

    private func save(_ window: SavedWindow) throws {
        var values = ColumnWriter(capacity: SavedWindow.table.columns.count)
        try window.write(to: &values)
        try execute(Self.saveWindow, values)
    }

    /// Put together once: each minute has thousands of windows to save.
    private static let saveWindow =
        "\(SavedWindow.table.insert) ON CONFLICT DO UPDATE SET head = excluded.head, amounts = excluded.amounts"

    private func delete(_ window: SavedWindow) throws {
        var values = ColumnWriter(capacity: 5)
        try window.writeIdentity(to: &values)
        try execute(
            """
            DELETE FROM windows
            WHERE subject_kind = ?1 AND subject = ?2 AND unit = ?3 AND window_ms = ?4 AND source = ?5
            """, values)
    }

    private func save(_ clock: SavedClock) throws {
        var values = ColumnWriter(capacity: SavedClock.table.columns.count)
        try clock.write(to: &values)
        try execute("DELETE FROM clock", ColumnWriter())
        try execute(SavedClock.table.insert, values)
    }
}

extension SavedWindow: StoredRecord {
    static let table = RecordTable(
        "windows", ["subject_kind", "subject", "unit", "window_ms", "source", "head", "amounts"])

    init(_ columns: inout ColumnReader) throws {
        guard let kind = Subject.Kind(rawValue: try columns.number(UInt8.self)) else { throw columns.damage() }
        let id = try columns.id(SubjectTag.self)
        let identity = WindowIdentity(
            unit: try columns.choice(), windowMilliseconds: try columns.number(), source: try columns.choice())
        let head = try columns.number()
        guard let amounts = WindowAmounts.amounts(try columns.bytes()) else { throw columns.damage() }
        self.init(
            subject: Subject(kind: kind, high: id.high, low: id.low), identity: identity,
            snapshot: WindowSnapshot(head: head, amounts: amounts))
    }

    func write(to columns: inout ColumnWriter) throws {
        try writeIdentity(to: &columns)
        columns.add(snapshot.head)
        columns.add(WindowAmounts.bytes(snapshot.amounts))
    }

    fileprivate func writeIdentity(to columns: inout ColumnWriter) throws {
        columns.add(Int64(subject.kind.rawValue))
        columns.add(subject.id)
        try columns.add(identity.unit)
        columns.add(identity.windowMilliseconds)
        try columns.add(identity.source)
    }
}

extension SavedClock: StoredRecord {
    static let table = RecordTable("clock", ["monotonic_ns", "wall", "boot_id", "offset_ns", "is_clean"])

    init(_ columns: inout ColumnReader) throws {
        self.init(
            monotonic: MonotonicInstant(nanoseconds: try columns.number()), wall: try columns.time(),
            bootID: try columns.text(), offsetNanoseconds: try columns.number(), isClean: try columns.flag())
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(monotonic.nanoseconds)
        columns.add(wall)
        try columns.add(bootID)
        columns.add(offsetNanoseconds)
        columns.add(isClean)
    }
}
