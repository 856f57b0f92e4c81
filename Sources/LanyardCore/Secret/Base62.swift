/// Base62 of a fixed width: `0-9A-Za-z`, big-endian, padded on the left with `0`.
///
/// Base62, because a double click selects such a text whole, and no URL, shell or header needs to quote it. The alphabet
/// is in ASCII order, so two texts of one width compare as the numbers that they stand for; the check for "larger than
/// 256 bits" and the order of identifiers stand on that.
///
/// The conversions take time in the product of both lengths. For 32 bytes that is about a thousand steps, and it
/// happens when a secret is made or its seed is used, never when one is verified.
package enum Base62 {
    /// The digits in the order of their values.
    package static let alphabet: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    /// 62^10: what 10 digits, the most that a machine word holds, can count to.
    package static let wordRange: UInt64 = 839_299_365_868_340_224

    @inline(__always)
    package static func isDigit(_ byte: UInt8) -> Bool {
        // Lower-casing a letter sets one bit; no digit is mistaken for a letter by that.
        byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    /// Whether all of these are digits, 8 at a time and without a branch for each: numbers and letters come in no order that
    /// a processor could foresee.
    @inline(__always)
    static func areDigits(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let width = MemoryLayout<UInt64>.size
        var index = 0
        while bytes.count - index >= width {
            guard areDigits(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) else { return false }
            index += width
        }
        while index < bytes.count {
            guard isDigit(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    /// Whether each of a word's bytes is a digit. A byte below 128 has its highest bit set by adding 128 - x just if it is at
    /// least x, and no sum overflows into the next byte (Lamport 1975, multiple byte processing with full-word instructions).
    @inline(__always)
    private static func areDigits(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highest = ones << 7
        @inline(__always)
        func within(_ word: UInt64, _ least: UInt64, _ most: UInt64) -> UInt64 {
            (word &+ ones &* (0x80 - least)) & ~(word &+ ones &* (0x7f - most))
        }
        let ascii = word & ~highest
        let numbers = within(ascii, 0x30, 0x39)
        let letters = within(ascii | ones << 5, 0x61, 0x7a)
        return (numbers | letters) & ~word & highest == highest
    }

    @inline(__always)
    package static func digit(_ value: UInt64) -> UInt8 {
        alphabet.utf8Start[Int(value)]
    }

    @inline(__always)
    private static func value(ofDigit byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt64(byte - UInt8(ascii: "A") + 10)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(byte - UInt8(ascii: "a") + 36)
        default: nil
        }
    }

    /// The number that at most 10 digits stand for; `nil` for any other byte or more digits.
    package static func value(of digits: UnsafeRawBufferPointer) -> UInt64? {
        guard digits.count <= 10 else { return nil }
        var total: UInt64 = 0
        for byte in digits {
            guard let value = value(ofDigit: byte) else { return nil }
            total = total * 62 + value
        }
        return total
    }

    /// Writes `number` into the given places of `output`, padded with `0`; what does not fit is cut off on the left.
    package static func write(_ number: UInt64, digits places: Range<Int>, of output: UnsafeMutableRawBufferPointer) {
        var rest = number
        for place in places.reversed() {
            output[place] = digit(rest % 62)
            rest /= 62
        }
    }

    /// Writes the bytes of `source` as digits that fill `output`.
    ///
    /// - Returns: Whether the number fitted; if not, `output` holds its lowest digits.
    @discardableResult
    package static func encode(_ source: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
        for place in output.indices { output[place] = 0 }
        var fits = true
        for byte in source {
            // The number so far, times 256, plus the next byte: carried through the digits from the right.
            var carry = UInt32(byte)
            for place in output.indices.reversed() {
                carry += UInt32(output[place]) << 8
                output[place] = UInt8(carry % 62)
                carry /= 62
            }
            fits = fits && carry == 0
        }
        for place in output.indices { output[place] = digit(UInt64(output[place])) }
        return fits
    }

    /// Reads the digits of `source` as a number whose bytes fill `output`.
    ///
    /// - Returns: `false` if a byte is no digit or the number does not fit; `output` is then of no meaning, but may hold
    ///   parts of the number.
    package static func decode(_ source: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
        for place in output.indices { output[place] = 0 }
        for byte in source {
            guard let value = value(ofDigit: byte) else { return false }
            var carry = UInt32(value)
            for place in output.indices.reversed() {
                carry += UInt32(output[place]) * 62
                output[place] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
            guard carry == 0 else { return false }
        }
        return true
    }

    /// The text of `bytes` in `width` digits; `nil` if they do not fit.
    package static func text(of bytes: [UInt8], width: Int) -> String? {
        var fits = false
        let text = String(unsafeUninitializedCapacity: width) { output in
            fits = bytes.withUnsafeBytes { encode($0, into: UnsafeMutableRawBufferPointer(output)) }
            return width
        }
        return fits ? text : nil
    }

    /// The `count` bytes that `text` stands for; `nil` if it holds anything but digits or a larger number.
    package static func bytes(of text: String, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let fits = text.withBytes { digits in bytes.withUnsafeMutableBytes { decode(digits, into: $0) } }
        return fits ? bytes : nil
    }
}
