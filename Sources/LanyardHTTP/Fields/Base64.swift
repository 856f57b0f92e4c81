/// Base64 of RFC 4648, section 4, as `Authorization: Basic` carries it; read strictly, without Foundation.
enum Base64 {
    /// The decoded bytes; nil for anything but whole groups of four of the standard alphabet, padded where they need it.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var digits = Array(text.utf8)
        guard !digits.isEmpty, digits.count.isMultiple(of: 4) else { return nil }
        let padding = digits.suffix(2).count { $0 == UInt8(ascii: "=") }
        guard digits.suffix(padding).allSatisfy({ $0 == UInt8(ascii: "=") }) else { return nil }
        digits.removeLast(padding)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(digits.count * 3 / 4)
        var pending: UInt32 = 0
        var pendingBits: UInt32 = 0
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            pending = pending << 6 | value
            pendingBits += 6
            if pendingBits >= 8 {
                pendingBits -= 8
                decoded.append(UInt8(truncatingIfNeeded: pending >> pendingBits))
                pending &= 1 << pendingBits - 1
            }
        }
        // Bits that stand for nothing are zero: one text has one reading.
        return pending == 0 ? decoded : nil
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
