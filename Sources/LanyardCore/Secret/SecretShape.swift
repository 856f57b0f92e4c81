/// What can be told of a presented text by its form alone, before anything is looked up.
public enum SecretShape: Hashable, Sendable {
    /// A native secret whose checksum is right. Whether anyone issued it is another question.
    case native
    /// The form of a native secret, but no secret that was ever issued: mistyped, cut and glued, or made up.
    ///
    /// The checksum is wrong; or the 43 digits stand for a number of more than 256 bits. That number is no seed, so no
    /// generator ever wrote it, and a right checksum after it only shows that someone computed one. Both are refused
    /// alike, before any look-up.
    case wrongChecksum
    /// 1 to 512 visible ASCII bytes in another form: perhaps a key that was imported from another system.
    case foreign
    /// Empty, longer than 512 bytes, or holding a space, a control or a non-ASCII byte: no key of any system.
    case malformed

    /// Tells the shape of `bytes`. Allocates nothing; takes time in the length, and none that tells more than the
    /// result does: nothing is compared with a stored secret.
    public static func inspect(_ bytes: UnsafeRawBufferPointer) -> SecretShape {
        guard nativeParts(bytes) != nil else { return isVisible(bytes) ? .foreign : .malformed }
        let checked = bytes.count - SecretFormat.checksumDigits
        let digits = bytes.part(checked - SecretFormat.seedDigits..<checked)
        let checksum = UInt64(CRC32.checksum(of: bytes.part(0..<checked)))
        return isSeed(digits) && holds(checksum, bytes.part(checked..<bytes.count)) ? .native : .wrongChecksum
    }

    /// Where the prefix and the environment of a text in the form of a native secret are:
    /// `^[a-z][a-z0-9]{0,11}_[a-z][a-z0-9]{0,11}_[0-9A-Za-z]{49}$`. `nil` for any other form. The checksum is not
    /// looked at.
    public static func nativeParts(
        _ bytes: UnsafeRawBufferPointer
    ) -> (prefix: Range<Int>, environment: Range<Int>)? {
        guard SecretFormat.lengths.contains(bytes.count) else { return nil }
        let second = bytes.count - SecretFormat.tailLength - 1
        guard
            bytes[second] == UInt8(ascii: "_"),
            let first = bytes[0..<second].firstIndex(of: UInt8(ascii: "_")),
            SecretFormat.isWord(bytes.part(0..<first)),
            SecretFormat.isWord(bytes.part(first + 1..<second))
        else { return nil }
        return Base62.areDigits(bytes.part(second + 1..<bytes.count)) ? (0..<first, first + 1..<second) : nil
    }

    private static func isVisible(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard (1...SecretFormat.maximumForeignLength).contains(bytes.count) else { return false }
        var isVisible = true
        for byte in bytes { isVisible = isVisible && (0x21...0x7e).contains(byte) }
        return isVisible
    }

    /// Whether 43 digits stand for at most 2^256 - 1.
    private static func isSeed(_ digits: UnsafeRawBufferPointer) -> Bool {
        let largest = SecretFormat.largestSeed.utf8Start
        for index in 0..<SecretFormat.seedDigits where digits[index] != largest[index] {
            return digits[index] < largest[index]
        }
        return true
    }

    /// Whether 6 digits are what is written for `checksum`.
    private static func holds(_ checksum: UInt64, _ digits: UnsafeRawBufferPointer) -> Bool {
        var rest = checksum
        var isSame = true
        for index in digits.indices.reversed() {
            isSame = isSame && digits[index] == Base62.digit(rest % 62)
            rest /= 62
        }
        return isSame
    }
}
