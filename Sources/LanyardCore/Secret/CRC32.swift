/// CRC-32 as in IEEE 802.3, zlib and PNG: reflected, polynomial 0xEDB88320, all ones before and after.
///
/// It guards a secret against typing and truncation errors, so that those are refused without a look-up. It is no
/// protection against anyone who wants to forge one; the 256 random bits are.
///
/// Eight bytes are taken at a time ("slicing by 8": eight tables, the i-th of which looks i bytes ahead), since a
/// checksum of some 60 bytes is part of every decision. Nothing is allocated but the 8 KiB of tables, once.
package enum CRC32 {
    private static let sliceCount = 8

    /// The tables, one after the other; entry `[256 * i + b]` is the checksum of byte `b` followed by `i` zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 256 * sliceCount)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 {
                remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1
            }
            tables[byte] = remainder
        }
        for index in 256..<tables.count {
            let shorter = tables[index - 256]
            tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xff)]
        }
        return tables
    }()

    /// The checksum of `bytes`.
    package static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var remainder = UInt32.max
            var index = 0
            while bytes.count - index >= sliceCount {
                let eight = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let mixed = eight ^ UInt64(remainder)
                remainder = 0
                for slice in 0..<sliceCount {
                    let byte = Int(truncatingIfNeeded: mixed >> (8 * UInt64(slice)) & 0xff)
                    remainder ^= tables[256 * (sliceCount - 1 - slice) + byte]
                }
                index += sliceCount
            }
            while index < bytes.count {
                let byte = UInt8(truncatingIfNeeded: remainder) ^ bytes[index]
                remainder = remainder >> 8 ^ tables[Int(byte)]
                index += 1
            }
            return ~remainder
        }
    }
}
