import LanyardCore
import LanyardStorage

/// Takes a row's values in the order of its columns. What can't be what Lanyard wrote (another type, another length, a
/// text that is no such value) is damage, and thrown as such.
struct ColumnReader {
    private let rows: ResultRows
    private let row: Int
    private let table: String
    private var index = 0

    init(_ rows: ResultRows, row: Int, of table: String) {
        self.rows = rows
        self.row = row
        self.table = table
    }

    /// Names the place of the column that was read last, and never its value.
    func damage() -> StoreError {
        StoreError(.corrupted, "column \(index) of a row of \(table) can't be read")
    }

    private func require<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw damage() }
        return value
    }

    private mutating func next(_ type: ColumnType) throws -> UnsafeRawBufferPointer? {
        index += 1
        guard index <= rows.columnCount, rows.type(index - 1) == type else { throw damage() }
        return rows.bytes(row, index - 1)
    }

    mutating func optionalNumber() throws -> Int64? {
        guard let bytes = try next(.int8) else { return nil }
        guard bytes.count == 8 else { throw damage() }
        return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
    }

    mutating func optionalText() throws -> String? {
        guard let bytes = try next(.text) else { return nil }
        return try require(String(validating: bytes, as: UTF8.self))
    }

    private mutating func optionalBytes() throws -> UnsafeRawBufferPointer? { try next(.bytea) }

    mutating func number() throws -> Int64 { try require(optionalNumber()) }

    mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
        try require(Number(exactly: number()))
    }

    mutating func optionalNumber<Number: FixedWidthInteger>(_: Number.Type) throws -> Number? {
        guard let number = try optionalNumber() else { return nil }
        return try require(Number(exactly: number))
    }

    mutating func text() throws -> String { try require(optionalText()) }

    mutating func flag() throws -> Bool {
        guard let bytes = try next(.bool), bytes.count == 1 else { throw damage() }
        return bytes[0] != 0
    }

    mutating func time() throws -> Timestamp { Timestamp(milliseconds: try number()) }

    mutating func optionalTime() throws -> Timestamp? { try optionalNumber().map(Timestamp.init(milliseconds:)) }

    mutating func id<Tag>(_: Tag.Type = Tag.self) throws -> Identifier<Tag> { try require(optionalID()) }

    mutating func optionalID<Tag>(_: Tag.Type = Tag.self) throws -> Identifier<Tag>? {
        guard let bytes = try next(.uuid) else { return nil }
        guard bytes.count == 16 else { throw damage() }
        return Identifier(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    mutating func value<Value: LosslessStringConvertible>(_: Value.Type = Value.self) throws -> Value {
        try require(Value(text()))
    }

    mutating func optionalValue<Value: LosslessStringConvertible>(_: Value.Type = Value.self) throws -> Value? {
        guard let text = try optionalText() else { return nil }
        return try require(Value(text))
    }

    mutating func choice<Choice: RawRepresentable<String>>(_: Choice.Type = Choice.self) throws -> Choice {
        try require(Choice(rawValue: text()))
    }

    mutating func bytes() throws -> [UInt8] { try require(optionalBytes().map { [UInt8]($0) }) }

    mutating func digest() throws -> SecretDigest { try require(SecretDigest(bytes: require(optionalBytes()))) }

    mutating func optionalPublicKey() throws -> PublicKeyBytes? {
        guard let bytes = try optionalBytes() else { return nil }
        return try require(PublicKeyBytes(bytes: bytes))
    }

    mutating func metadata() throws -> Metadata { try optionalText().map(Metadata.init(json:)) ?? .empty }

    mutating func list<Element: Codable>(_: Element.Type = Element.self) throws -> [Element] {
        guard let text = try optionalText() else { return [] }
        return try require(ListText.list(text, of: Element.self))
    }
}
