import LanyardCore
import LanyardStorage

/// One column of many rows, as PostgreSQL's binary form of an array: what thousands of rows are written by in one
/// statement.
struct ColumnArray {
    private let type: ColumnType
    private var count = 0
    private var hasNull = false
    private var elements: [UInt8] = []

    init(of type: ColumnType, capacity: Int = 0) {
        self.type = type
        elements.reserveCapacity(capacity * 20)
    }

    init<Tag>(_ ids: [Identifier<Tag>]) {
        self.init(of: .uuid, capacity: ids.count)
        for id in ids { add(id) }
    }

    /// Adds one value as a row's writer would: its bytes, or NULL.
    private mutating func append(_ write: ((inout [UInt8]) -> Void)?) {
        count += 1
        guard let write else {
            hasNull = true
            return elements.append(bigEndian: Int32(-1))
        }
        let start = elements.count
        elements.append(bigEndian: Int32(0))
        write(&elements)
        let length = Int32(clamping: elements.count - start - 4)
        withUnsafeBytes(of: length.bigEndian) { bytes in
            for (offset, byte) in bytes.enumerated() { elements[start + offset] = byte }
        }
    }

    mutating func add(_ number: Int64) { append { $0.append(bigEndian: number) } }

    mutating func add<Tag>(_ id: Identifier<Tag>) { append { $0.append(id) } }

    mutating func add(_ bytes: [UInt8]) { append { $0.append(contentsOf: bytes) } }

    mutating func add(_ text: String) throws {
        guard !text.utf8.contains(0) else { throw StoreError(.constraint, "a text has a zero byte in it") }
        append { $0.append(contentsOf: text.utf8) }
    }

    /// The value of a row that was written by itself, or NULL.
    mutating func add(raw bytes: ArraySlice<UInt8>?) {
        guard let bytes else { return append(nil) }
        append { $0.append(contentsOf: bytes) }
    }

    func write(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(count == 0 ? 0 : 1))
        bytes.append(bigEndian: Int32(hasNull ? 1 : 0))
        bytes.append(bigEndian: type.rawValue)
        guard count > 0 else { return }
        bytes.append(bigEndian: Int32(clamping: count))
        bytes.append(bigEndian: Int32(1))
        bytes.append(contentsOf: elements)
    }
}

extension ColumnWriter {
    /// The first columns of many rows, each as an array: `write` gives a row's values in the order of these columns, and
    /// further ones that are left out.
    init<Row>(
        columns types: [ColumnType], of rows: some Collection<Row>, _ write: (Row, inout ColumnWriter) throws -> Void
    ) rethrows {
        var columns = types.map { ColumnArray(of: $0, capacity: rows.count) }
        for row in rows {
            var values = ColumnWriter(capacity: types.count)
            try write(row, &values)
            for index in columns.indices { columns[index].add(raw: values.value(index)) }
        }
        self.init(capacity: types.count)
        for column in columns { add(column) }
    }
}
