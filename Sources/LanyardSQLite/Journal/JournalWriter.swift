import LanyardCore

/// Puts the bytes of a row together: a version, the kind, a CRC-32 of both and all that follows, and the entries.
///
/// Numbers are written as LEB128: seven bits a byte, the lowest first, the top bit where more follow. What may be negative
/// is folded first, so that small numbers of either sign are short (zigzag).
struct JournalWriter {
    private(set) var bytes: [UInt8]

    init(_ kind: JournalKind) {
        bytes = [JournalRow.version, kind.rawValue, 0, 0, 0, 0]
    }

    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    mutating func append(_ high: UInt64, _ low: UInt64) {
        var words = (high.bigEndian, low.bigEndian)
        withUnsafeBytes(of: &words) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func append(signed number: Int64) {
        append(UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    mutating func append(_ text: some Collection<UInt8>) {
        append(UInt64(text.count))
        bytes.append(contentsOf: text)
    }

    /// The row, with its checksum.
    consuming func sealed() -> [UInt8] {
        JournalRow.seal(&bytes)
        return bytes
    }
}

/// What every row has in common.
package enum JournalRow {
    static let version: UInt8 = 1
    static let headLength = 6

    static func seal(_ row: inout [UInt8]) {
        let checksum = row.withUnsafeBytes { Self.checksum(of: $0) }
        for index in 0..<4 { row[2 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index))) }
    }

    /// A row with the checksum that it must have, for those who try what else a row may hold; `nil` if it is none of this
    /// version and kind.
    package static func resealed(_ row: [UInt8], _ kind: JournalKind) -> [UInt8]? {
        guard row.count >= headLength, row[0] == version, row[1] == kind.rawValue else { return nil }
        var row = row
        seal(&row)
        return row
    }

    /// Of everything but the place of the checksum itself.
    static func checksum(of row: UnsafeRawBufferPointer) -> UInt32 {
        let content = CRC32.checksum(of: UnsafeRawBufferPointer(rebasing: row[headLength...]))
        // The head is no part of the content, and must not be exchanged either.
        return content ^ UInt32(row[0]) << 24 ^ UInt32(row[1]) << 16
    }
}
