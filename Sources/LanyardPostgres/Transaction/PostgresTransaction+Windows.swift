import LanyardCore
import LanyardStorage

extension PostgresTransaction {
    func save(_ windows: [SavedWindow], clock: SavedClock) throws {
        try attempt("saving windows") {
            // One row can't be written twice by one statement; what came last counts.
            var newest: [SavedWindow.Place: SavedWindow] = [:]
            for window in windows { newest[SavedWindow.Place(window)] = window }
            let kept = newest.values.filter { !$0.snapshot.isEmpty }
            let empty = newest.values.filter(\.snapshot.isEmpty)
            try inPortions(kept) {
                try execute(Self.saving, ColumnWriter(columns: Self.types, of: $0) { try $0.write(to: &$1) })
            }
            try inPortions(empty) {
                try execute(
                    Self.deleting, ColumnWriter(columns: Array(Self.types.prefix(5)), of: $0) { try $0.write(to: &$1) })
            }
            var values = ColumnWriter(capacity: SavedClock.table.columns.count)
            try clock.write(to: &values)
            try execute(Self.savingClock, values)
        }
    }

    /// Saves windows that were charged, each of them once.
    func saveCounters(_ windows: [SavedWindow]) throws {
        try attempt("counting windows") {
            try inPortions(windows) {
                try execute(Self.saving, ColumnWriter(columns: Self.types, of: $0) { try $0.write(to: &$1) })
            }
        }
    }

    private func inPortions(_ windows: [SavedWindow], _ write: (ArraySlice<SavedWindow>) throws -> Void) rethrows {
        for start in stride(from: 0, to: windows.count, by: Self.rowsTogether) {
            try write(windows[start..<min(start + Self.rowsTogether, windows.count)])
        }
    }

    func savedWindows() throws -> SavedWindows {
        SavedWindows(
            windows: try records(SavedWindow.self, selecting: ""),
            clock: try records(SavedClock.self, selecting: "").first)
    }

    /// Forgets the windows of a subject that is deleted.
    func deleteWindows(of subject: Subject) throws {
        try attempt("forgetting windows") {
            var values = ColumnWriter()
            values.add(Int64(subject.kind.rawValue))
            values.add(subject.id)
            try execute("DELETE FROM windows WHERE subject_kind = $1 AND subject = $2", values)
        }
    }

    private static let types: [ColumnType] = [.int8, .uuid, .text, .int8, .text, .int8, .bytea]

    private static let saving = """
        INSERT INTO windows (subject_kind, subject, unit, window_ms, source, head, amounts)
        SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bytea[])
        ON CONFLICT (subject_kind, subject, unit, window_ms, source) DO UPDATE SET
            head = excluded.head, amounts = excluded.amounts
        """

    private static let deleting = """
        DELETE FROM windows USING unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], $5::text[])
            AS gone (subject_kind, subject, unit, window_ms, source)
        WHERE windows.subject_kind = gone.subject_kind AND windows.subject = gone.subject AND windows.unit = gone.unit
            AND windows.window_ms = gone.window_ms AND windows.source = gone.source
        """

    private static let savingClock = """
        \(SavedClock.table.insert) ON CONFLICT (only_row) DO UPDATE SET
            monotonic_ns = excluded.monotonic_ns, wall = excluded.wall, boot_id = excluded.boot_id,
            offset_ns = excluded.offset_ns, is_clean = excluded.is_clean
        """
}

extension SavedWindow {
    /// What makes two windows the same row.
    fileprivate struct Place: Hashable {
        let subject: Subject
        let identity: WindowIdentity

        init(_ window: SavedWindow) {
            subject = window.subject
            identity = window.identity
        }
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
        columns.add(Int64(subject.kind.rawValue))
        columns.add(subject.id)
        try columns.add(identity.unit)
        columns.add(identity.windowMilliseconds)
        try columns.add(identity.source)
        columns.add(snapshot.head)
        columns.add(WindowAmounts.bytes(snapshot.amounts))
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
