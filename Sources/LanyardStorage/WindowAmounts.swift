// # The amounts of a saved window
//
// A window is 33 numbers, most of them small and many zero, and each second every window in use is written. So they are
// written as variable-length numbers (LEB128: seven bits a byte, the lowest first, the top bit where more follow): 33
// bytes for a quiet window instead of 264.

/// Writes and reads the amounts of a saved window.
package enum WindowAmounts {
    /// A number of 64 bits takes at most this many bytes.
    private static let longestNumber = 10

    package static func bytes(_ amounts: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(amounts.count * 2)
        for amount in amounts {
            var rest = UInt64(bitPattern: amount)
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }
        return bytes
    }

    /// `nil` if the bytes are not such numbers.
    package static func amounts(_ bytes: [UInt8]) -> [Int64]? {
        var amounts: [Int64] = []
        var value: UInt64 = 0
        var length = 0
        for byte in bytes {
            guard length < longestNumber else { return nil }
            value |= UInt64(byte & 0x7F) << UInt64(7 * length)
            if byte & 0x80 == 0 {
                amounts.append(Int64(bitPattern: value))
                value = 0
                length = 0
            } else {
                length += 1
            }
        }
        return length == 0 ? amounts : nil
    }
}
