import CLanyardPQ

/// What a statement gave back: rows of values in PostgreSQL's binary form, owned by libpq until this is let go.
final class ResultRows {
    private let raw: OpaquePointer
    let count: Int
    let columnCount: Int

    /// Takes a result of libpq's over.
    init(taking raw: OpaquePointer) {
        self.raw = raw
        count = Int(PQntuples(raw))
        columnCount = Int(PQnfields(raw))
    }

    deinit { PQclear(raw) }

    /// The rows that a statement without rows in its answer inserted, changed or deleted.
    var changedCount: Int {
        guard let text = PQcmdTuples(raw) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// What was done, as PostgreSQL's shell would tell it.
    var command: String { PQcmdStatus(raw).map { String(cString: $0) } ?? "" }

    func type(_ column: Int) -> ColumnType? { ColumnType(rawValue: PQftype(raw, Int32(column))) }

    /// A value's bytes, valid while this is; `nil` for NULL.
    func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(raw, Int32(row), Int32(column)) == 0, let value = PQgetvalue(raw, Int32(row), Int32(column))
        else { return nil }
        return UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(raw, Int32(row), Int32(column))))
    }

    /// A value of a statement that was sent as text, whose answer is text too.
    func text(_ row: Int, _ column: Int) -> String? {
        bytes(row, column).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// The types of columns that Lanyard reads, by the numbers that PostgreSQL's catalogue has given them for good.
enum ColumnType: Oid {
    case bool = 16
    case bytea = 17
    case int8 = 20
    case text = 25
    case uuid = 2950
}
