/// The layout of a native secret's text, written once:
///
/// ```
/// lyd_live_<43 base62: 32 random bytes><6 base62: CRC-32 of all before it>
/// │   └ environment
/// └ the project's prefix
/// ```
///
/// The tail has a fixed length, so a text is read from its end, and the two words before it need no more than one look
/// for the `_` between them.
package enum SecretFormat {
    /// The Ed25519 seed: 256 bits.
    package static let seedLength = 32
    /// How many base62 digits 256 bits need.
    package static let seedDigits = 43
    /// How many base62 digits 32 bits need.
    package static let checksumDigits = 6
    /// What follows the second `_`.
    package static let tailLength = seedDigits + checksumDigits
    /// The most letters and digits of a prefix and of an environment.
    package static let maximumWordLength = 12
    /// The shortest and longest text.
    package static let lengths = (1 + 1 + 1 + 1 + tailLength)...(2 * (maximumWordLength + 1) + tailLength)
    /// The most bytes of any text that may be a secret, one of another system included.
    package static let maximumForeignLength = 512
    /// How many characters of the end are kept as a hint.
    package static let hintLength = 4
    /// 2^256 - 1: digits are in ASCII order, so the texts above this one are the numbers that are no seed.
    package static let largestSeed: StaticString = "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1"

    /// Whether `bytes` are `[a-z][a-z0-9]{0,11}`: the form of a prefix and of an environment.
    @inline(__always)
    package static func isWord(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first, bytes.count <= maximumWordLength else { return false }
        var isWord = first &- UInt8(ascii: "a") < 26
        for byte in bytes {
            isWord = isWord && (byte &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10)
        }
        return isWord
    }
}
