import LanyardStorage

/// The form of PostgreSQL's binary COPY, as its manual gives it.
enum CopyFormat {
    /// The signature, no flags, no extension.
    static let header: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + [UInt8](repeating: 0, count: 8)
    static let trailer: [UInt8] = [0xFF, 0xFF]

    /// Each row behind the number of its values.
    static func rows(_ rows: CopiedRows, of table: CopiedTable) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.bytes.count + 2 * rows.count)
        for row in 0..<rows.count {
            bytes.append(bigEndian: Int16(clamping: table.columns.count))
            bytes.append(contentsOf: rows[row])
        }
        return bytes
    }
}
