import Foundation
import GRDB
import GRDBSQLite
import LanyardCore
import LanyardStorage

/// Collects the values of one row or one question, in the order of its columns.
struct ColumnWriter {
    private var values: [Value] = []

    /// A value as SQLite takes it.
    fileprivate enum Value {
        case null
        case number(Int64)
        case text(String)
        case bytes([UInt8])
        /// 16 bytes, most significant first, so that SQLite's order of blobs is the order of identifiers.
        case id(high: UInt64, low: UInt64)
        case digest(SecretDigest)
        case publicKey(PublicKeyBytes)
    }

    /// Makes room for `capacity` values.
    init(capacity: Int = 4) {
        values.reserveCapacity(capacity)
    }

    mutating func add<Tag>(_ id: Identifier<Tag>?) {
        values.append(id.map { .id(high: $0.high, low: $0.low) } ?? .null)
    }

    /// SQLite's library ends a text at its first zero byte: a shortened text must not pass for the whole.
    mutating func add(_ text: String?) throws {
        guard let text else { return values.append(.null) }
        guard !text.utf8.contains(0) else { throw StoreError(.constraint, "a text has a zero byte in it") }
        values.append(.text(text))
    }

    mutating func add(_ number: Int64?) {
        values.append(number.map { .number($0) } ?? .null)
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
        values.append(bytes.isEmpty ? .null : .bytes(bytes))
    }

    mutating func add(_ digest: SecretDigest) {
        values.append(.digest(digest))
    }

    mutating func add(_ key: PublicKeyBytes?) {
        values.append(key.map { .publicKey($0) } ?? .null)
    }

    /// `{}` is written as NULL: nearly all keys have none.
    mutating func add(_ metadata: Metadata) throws {
        try add(metadata == .empty ? nil : metadata.json)
    }

    mutating func addList(_ list: [some Encodable]) throws {
        try add(ListText.text(list))
    }
}

// MARK: - Binding

extension ColumnWriter {
    /// Gives the values to a statement. They are bound by SQLite's own functions: GRDB's values and arguments would be
    /// allocated for each row, and cost more than a small insert.
    func bind(to statement: Statement) throws {
        // Resets the statement, forgets what was bound to it, and tells GRDB that nothing is missing.
        statement.setUncheckedArguments(StatementArguments())
        for (index, value) in values.enumerated() {
            let code = value.bind(to: statement.sqliteStatement, at: CInt(index + 1))
            guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        }
    }
}

extension ColumnWriter.Value {
    fileprivate func bind(to statement: SQLiteStatement, at index: CInt) -> CInt {
        switch self {
        case .null:
            return sqlite3_bind_null(statement, index)
        case .number(let number):
            return sqlite3_bind_int64(statement, index, number)
        case .text(var text):
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    sqlite3_bind_text(
                        statement, index, characters.baseAddress, CInt(clamping: characters.count), Self.copied)
                }
            }
        case .bytes(let bytes):
            return bytes.withUnsafeBytes { Self.bind($0, to: statement, at: index) }
        case .id(let high, let low):
            return withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Self.bind($0, to: statement, at: index) }
        case .digest(let digest):
            return digest.withUnsafeBytes { Self.bind($0, to: statement, at: index) }
        case .publicKey(let key):
            return key.withUnsafeBytes { Self.bind($0, to: statement, at: index) }
        }
    }

    private static func bind(
        _ bytes: UnsafeRawBufferPointer, to statement: SQLiteStatement, at index: CInt
    ) -> CInt {
        sqlite3_bind_blob(statement, index, bytes.baseAddress, CInt(clamping: bytes.count), copied)
    }

    // unsafeBitCast: SQLITE_TRANSIENT is a macro that Swift does not see. SQLite copies what it is given before it returns.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

extension Identifier {
    /// `nil` unless there are 16 bytes.
    init?(blob: Data) {
        guard blob.count == 16 else { return nil }
        let (high, low) = blob.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }
}
