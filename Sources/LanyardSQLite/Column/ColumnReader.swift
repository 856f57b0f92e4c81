import Foundation
import GRDB
import LanyardCore
import LanyardStorage

/// Takes a row's values in the order of its columns. What can't be what Lanyard wrote is damage, and thrown as such.
struct ColumnReader {
    private let row: Row
    private let table: String
    private var index = 0

    init(_ row: Row, of table: String) {
        self.row = row
        self.table = table
    }

    private mutating func next() throws -> DatabaseValue {
        guard index < row.count else { throw damage() }
        defer { index += 1 }
        return row[index]
    }

    /// Names the place of the column that was read last, and never its value.
    func damage() -> StoreError {
        StoreError(.corrupted, "column \(index) of a row of \(table) can't be read")
    }

    private func require<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw damage() }
        return value
    }

    mutating func optionalNumber() throws -> Int64? {
        switch try next().storage {
        case .null: nil
        case .int64(let number): number
        case .double, .string, .blob: throw damage()
        }
    }

    mutating func optionalText() throws -> String? {
        switch try next().storage {
        case .null: nil
        case .string(let text): text
        case .double, .int64, .blob: throw damage()
        }
    }

    private mutating func optionalBlob() throws -> Data? {
        switch try next().storage {
        case .null: nil
        case .blob(let bytes): bytes
        case .double, .int64, .string: throw damage()
        }
    }

    mutating func number() throws -> Int64 { try require(optionalNumber()) }

    mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
        try require(Number(exactly: number()))
    }

    mutating func optionalNumber<Number: FixedWidthInteger>(_: Number.Type) throws -> Number? {
        guard let number = try optionalNumber() else { return nil }
        return try require(Number(exactly: number))
    }

    mutating func text() throws -> String { try require(optionalText()) }

    mutating func flag() throws -> Bool { try number() != 0 }

    mutating func time() throws -> Timestamp { Timestamp(milliseconds: try number()) }

    mutating func optionalTime() throws -> Timestamp? { try optionalNumber().map(Timestamp.init(milliseconds:)) }

    mutating func id<Tag>(_: Tag.Type = Tag.self) throws -> Identifier<Tag> { try require(optionalID()) }

    mutating func optionalID<Tag>(_: Tag.Type = Tag.self) throws -> Identifier<Tag>? {
        guard let blob = try optionalBlob() else { return nil }
        return try require(Identifier(blob: blob))
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

    mutating func bytes() throws -> [UInt8] { try optionalBlob().map { [UInt8]($0) } ?? [] }

    mutating func digest() throws -> SecretDigest { try require(SecretDigest(bytes: bytes())) }

    mutating func optionalPublicKey() throws -> PublicKeyBytes? {
        guard let blob = try optionalBlob() else { return nil }
        return try require(PublicKeyBytes(bytes: blob))
    }

    mutating func metadata() throws -> Metadata { try optionalText().map(Metadata.init(json:)) ?? .empty }

    mutating func list<Element: Codable>(_: Element.Type = Element.self) throws -> [Element] {
        guard let text = try optionalText() else { return [] }
        return try require(ListText.list(text, of: Element.self))
    }
}
