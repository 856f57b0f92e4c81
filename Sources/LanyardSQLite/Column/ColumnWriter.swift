import Foundation
import GRDB
import LanyardCore
import LanyardStorage

/// Collects the values of one row or one question, in the order of its columns.
struct ColumnWriter {
    private var values: [DatabaseValue] = []

    /// Makes room for `capacity` values.
    init(capacity: Int = 4) {
        values.reserveCapacity(capacity)
    }

    /// The values, as SQLite's library takes them.
    var arguments: StatementArguments {
        // As existentials, because GRDB reads a sequence of values through a key path, which costs more than a small insert.
        StatementArguments(values.map { $0 as (any DatabaseValueConvertible)? })
    }

    mutating func add<Tag>(_ id: Identifier<Tag>?) {
        values.append(id?.blob.databaseValue ?? .null)
    }

    /// SQLite's library ends a text at its first zero byte: a shortened text must not pass for the whole.
    mutating func add(_ text: String?) throws {
        guard let text else { return values.append(.null) }
        guard !text.utf8.contains(0) else { throw StoreError(.constraint, "a text has a zero byte in it") }
        values.append(text.databaseValue)
    }

    mutating func add(_ number: Int64?) {
        values.append(number?.databaseValue ?? .null)
    }

    mutating func add(_ number: Int32?) {
        add(number.map(Int64.init))
    }

    mutating func add(_ number: Int) {
        add(Int64(number))
    }

    mutating func add(_ flag: Bool) {
        add(flag ? Int64(1) : 0)
    }

    mutating func add(_ time: Timestamp?) {
        add(time?.milliseconds)
    }

    mutating func add(_ value: (some TextCodable)?) throws {
        try add(value?.description)
    }

    mutating func add(_ value: some RawRepresentable<String>) throws {
        try add(value.rawValue)
    }

    /// No bytes are written as NULL: it is the same to SQLite's library.
    mutating func add(_ bytes: [UInt8]) {
        values.append(bytes.isEmpty ? .null : Data(bytes).databaseValue)
    }

    mutating func add(_ digest: SecretDigest) {
        values.append(digest.withUnsafeBytes { Data($0) }.databaseValue)
    }

    mutating func add(_ key: PublicKeyBytes?) {
        values.append(key.map { $0.withUnsafeBytes { Data($0) }.databaseValue } ?? .null)
    }

    /// `{}` is written as NULL: nearly all keys have none.
    mutating func add(_ metadata: Metadata) throws {
        try add(metadata == .empty ? nil : metadata.json)
    }

    mutating func addList(_ list: [some Encodable]) throws {
        try add(ListText.text(list))
    }
}

extension Identifier {
    /// The 16 bytes, most significant first, so that SQLite's order of blobs is the order of identifiers.
    var blob: Data {
        var bytes = (high.bigEndian, low.bigEndian)
        return withUnsafeBytes(of: &bytes) { Data($0) }
    }

    /// `nil` unless there are 16 bytes.
    init?(blob: Data) {
        guard blob.count == 16 else { return nil }
        let (high, low) = blob.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }
}
