// # Rows on their way
//
// A row is its values, one after the other in the order of its table's columns: each a length of four bytes, and its bytes.
// A length of -1 is no value. Ids are their 16 bytes, numbers eight bytes, flags one, texts UTF-8; the most significant
// byte comes first. There is exactly one way to write a row, so equal rows are equal bytes; and it is what PostgreSQL's
// binary COPY takes.

/// Some rows of a table, in the order of its primary key.
package struct CopiedRows: Sendable, Equatable {
    package private(set) var bytes: [UInt8] = []
    /// Where each row ends.
    private var ends: [Int] = []

    package init() {}

    package var count: Int { ends.count }
    package var isEmpty: Bool { ends.isEmpty }

    /// A row's bytes.
    package subscript(row: Int) -> ArraySlice<UInt8> {
        bytes[(row == 0 ? 0 : ends[row - 1])..<ends[row]]
    }

    package mutating func append(_ row: ArraySlice<UInt8>) {
        bytes.append(contentsOf: row)
        endRow()
    }

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }
}

// MARK: - Writing a row

extension CopiedRows {
    package mutating func addNull() { add(length: -1) }

    package mutating func add(_ number: Int64) {
        add(length: 8)
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func add(_ flag: Bool) {
        add(length: 1)
        bytes.append(flag ? 1 : 0)
    }

    /// An id, a text, or bytes.
    package mutating func add(_ value: UnsafeRawBufferPointer) {
        add(length: Int32(clamping: value.count))
        bytes.append(contentsOf: value)
    }

    /// Must follow the last value of each row.
    package mutating func endRow() { ends.append(bytes.count) }

    private mutating func add(length: Int32) {
        withUnsafeBytes(of: length.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

// MARK: - Reading a row

/// The values of a row, one after the other.
package struct CopiedValues: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    package init(_ row: ArraySlice<UInt8>) {
        rest = row
    }

    /// The next value, which may be none; `nil` at the end of the row.
    package mutating func next() -> ArraySlice<UInt8>?? {
        guard rest.count >= 4 else { return nil }
        let length = rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        rest = rest.dropFirst(4)
        guard length != .max else { return .some(nil) }
        let value = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        return value
    }
}

/// A row's primary key: its first values.
package struct CopiedKey: Sendable, Hashable {
    package let bytes: ArraySlice<UInt8>

    package init(of row: ArraySlice<UInt8>, in table: CopiedTable) {
        var values = CopiedValues(row)
        var length = 0
        for _ in 0..<table.keyCount {
            if let value = values.next() { length += 4 + (value?.count ?? 0) }
        }
        bytes = row.prefix(length)
    }

    package var values: CopiedValues { CopiedValues(bytes) }
}

extension CopiedTable {
    /// Which of two rows comes first by the primary key: negative, 0 where they have the same, or positive. It is the order
    /// of the stores: numbers by their value, everything else byte by byte.
    package func order(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        var (lefts, rights) = (CopiedValues(left), CopiedValues(right))
        for column in key {
            let (first, second) = (lefts.next() ?? nil, rights.next() ?? nil)
            guard let first, let second else { continue }
            let order = Self.order(first, second, column.kind)
            if order != 0 { return order }
        }
        return 0
    }

    private static func order(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, _ kind: CopiedColumn.Kind) -> Int {
        if kind == .number, let first = left.first, let second = right.first, first & 0x80 != second & 0x80 {
            return first & 0x80 == 0 ? 1 : -1
        }
        return left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                for index in 0..<min(left.count, right.count) where left[index] != right[index] {
                    return left[index] < right[index] ? -1 : 1
                }
                return left.count - right.count
            }
        }
    }
}
