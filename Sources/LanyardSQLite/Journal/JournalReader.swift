import LanyardStorage

/// Takes a row of the journal apart. What can't be what was written is damage, and thrown as such.
///
/// It points into the row's bytes, and must not outlive them.
struct JournalReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset: Int

    init(_ bytes: UnsafeRawBufferPointer, _ kind: JournalKind) throws(StoreError) {
        guard bytes.count >= JournalRow.headLength, bytes[0] == JournalRow.version, bytes[1] == kind.rawValue
        else { throw Self.damage }
        let checksum = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[2 + $1]) << (8 * UInt32($1)) }
        guard checksum == JournalRow.checksum(of: bytes) else { throw Self.damage }
        self.bytes = bytes
        offset = JournalRow.headLength
    }

    /// Entries alone, of a row that was opened before.
    private init(entries: UnsafeRawBufferPointer) {
        bytes = entries
        offset = 0
    }

    static var damage: StoreError { StoreError(.corrupted, "a row of the journal can't be read") }

    var isAtEnd: Bool { offset == bytes.count }

    @inline(__always)
    mutating func byte() throws(StoreError) -> UInt8 {
        guard offset < bytes.count else { throw Self.damage }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func words() throws(StoreError) -> (high: UInt64, low: UInt64) {
        guard bytes.count - offset >= 16 else { throw Self.damage }
        defer { offset += 16 }
        return (
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
        )
    }

    /// Each number has one form: the shortest.
    @inline(__always)
    mutating func number() throws(StoreError) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            number |= UInt64(byte & 0x7F) << shift
            guard byte & 0x80 == 0 else {
                shift += 7
                guard shift <= 63 else { throw Self.damage }
                continue
            }
            // The tenth byte has room for one bit; a last byte of 0 says nothing.
            guard shift < 63 || byte <= 1, shift == 0 || byte != 0 else { throw Self.damage }
            return number
        }
    }

    mutating func signed() throws(StoreError) -> Int64 {
        let folded = try number()
        return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
    }

    mutating func count(atMost most: Int) throws(StoreError) -> Int {
        let number = try number()
        guard number <= UInt64(most) else { throw Self.damage }
        return Int(number)
    }

    /// The next `count` bytes, to be read by themselves.
    mutating func part(_ count: Int) throws(StoreError) -> JournalReader {
        guard bytes.count - offset >= count else { throw Self.damage }
        defer { offset += count }
        return JournalReader(entries: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
    }

    mutating func text(atMost most: Int) throws(StoreError) -> String {
        let part = try part(count(atMost: most))
        // A text with a zero byte could not stand in a column.
        guard let text = String(validating: part.bytes, as: UTF8.self), !part.bytes.contains(0) else {
            throw Self.damage
        }
        return text
    }
}
