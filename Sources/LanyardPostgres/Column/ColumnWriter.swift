import LanyardCore
import LanyardStorage

/// Collects the values of one row or one question, in the order of its columns, in PostgreSQL's binary form.
struct ColumnWriter {
    private var bytes: [UInt8] = []
    /// Where each value lies in ``bytes``; `nil` for NULL.
    private var places: [Range<Int>?] = []

    /// Makes room for `capacity` values.
    init(capacity: Int = 4) {
        places.reserveCapacity(capacity)
        bytes.reserveCapacity(capacity * 16)
    }

    var count: Int { places.count }

    /// A value that was added, as its bytes; `nil` for NULL.
    func value(_ index: Int) -> ArraySlice<UInt8>? { places[index].map { bytes[$0] } }

    private mutating func append(_ write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        write(&bytes)
        places.append(start..<bytes.count)
    }

    mutating func addNull() { places.append(nil) }

    mutating func add<Tag>(_ id: Identifier<Tag>?) {
        guard let id else { return addNull() }
        append { $0.append(id) }
    }

    /// PostgreSQL's texts can't hold a zero byte.
    mutating func add(_ text: String?) throws {
        guard let text else { return addNull() }
        guard !text.utf8.contains(0) else { throw StoreError(.constraint, "a text has a zero byte in it") }
        append { $0.append(contentsOf: text.utf8) }
    }

    mutating func add(_ number: Int64?) {
        guard let number else { return addNull() }
        append { $0.append(bigEndian: number) }
    }

    mutating func add(_ number: Int32?) {
        add(number.map(Int64.init))
    }

    mutating func add(_ number: Int) {
        add(Int64(number))
    }

    mutating func add(_ flag: Bool) {
        append { $0.append(flag ? 1 : 0) }
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

    /// A value that is in PostgreSQL's binary form already.
    mutating func add(raw value: ArraySlice<UInt8>?) {
        guard let value else { return addNull() }
        append { $0.append(contentsOf: value) }
    }

    mutating func add(_ value: [UInt8]) {
        append { $0.append(contentsOf: value) }
    }

    mutating func add(_ digest: SecretDigest) {
        append { bytes in digest.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    }

    mutating func add(_ key: PublicKeyBytes?) {
        guard let key else { return addNull() }
        append { bytes in key.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    }

    /// `{}` is written as NULL: nearly all keys have none.
    mutating func add(_ metadata: Metadata) throws {
        try add(metadata == .empty ? nil : metadata.json)
    }

    mutating func addList(_ list: [some Encodable]) throws {
        try add(ListText.text(list))
    }

    /// A whole column of a batch: an array of ``ColumnType``, for `unnest`.
    mutating func add(_ column: ColumnArray) {
        append { column.write(to: &$0) }
    }
}

extension ColumnWriter {
    /// Lends the values as libpq takes them: count, pointers, lengths, and that all are binary.
    func withParameters<Result>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        let lengths = places.map { Int32(clamping: $0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: places.count)
        // An empty value is no NULL: there must be something to point at.
        let ended = bytes.isEmpty ? [0] : bytes
        return ended.withUnsafeBytes { all in
            let pointers = places.map { place -> UnsafePointer<CChar>? in
                guard let place, let start = all.baseAddress else { return nil }
                return (start + min(place.lowerBound, all.count - 1)).assumingMemoryBound(to: CChar.self)
            }
            return body(Int32(places.count), pointers, lengths, formats)
        }
    }
}

extension [UInt8] {
    mutating func append(bigEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    /// The 16 bytes of a uuid, most significant first, so that PostgreSQL's order is that of identifiers.
    mutating func append<Tag>(_ id: Identifier<Tag>) {
        append(bigEndian: id.high)
        append(bigEndian: id.low)
    }
}
