extension SecretDigest: CustomStringConvertible {
    private static let scheme = "sha256:"

    /// Reads `sha256:` and 32 bytes as 64 hexadecimal digits of either case, or as base64 or base64url with or without
    /// the final `=`: the forms in which other systems store the digests of their keys.
    ///
    /// `nil` for anything else, also for a base64 text that mixes both alphabets or whose unused last bits are set: one
    /// digest has to have one meaning.
    public init?(sha256Text text: String) {
        let bytes = text.withBytes { bytes -> [UInt8]? in
            let schemeLength = Self.scheme.utf8.count
            guard
                bytes.count > schemeLength,
                Self.scheme.withBytes({ $0.holdsSameBytes(as: bytes.part(0..<schemeLength)) })
            else { return nil }
            let digits = bytes.part(schemeLength..<bytes.count)
            return digits.count == 2 * Bytes32.count ? Self.bytes(hexadecimal: digits) : Self.bytes(base64: digits)
        }
        guard let bytes else { return nil }
        self.init(bytes: bytes)
    }

    /// `sha256:` and 64 lower-case hexadecimal digits.
    public var sha256Text: String { Self.scheme + storage.hexText }

    /// The first 8 hexadecimal digits: enough to tell two apart in a log.
    public var description: String { "\(Self.scheme)\(storage.hexText.prefix(8))…" }

    private static func bytes(hexadecimal digits: UnsafeRawBufferPointer) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard
                let upper = Hexadecimal.value(of: digits[index]),
                let lower = Hexadecimal.value(of: digits[index + 1])
            else { return nil }
            bytes.append(upper << 4 | lower)
        }
        return bytes
    }

    private static func bytes(base64 text: UnsafeRawBufferPointer) -> [UInt8]? {
        // 32 bytes are 42 whole digits and one of which the last two bits are unused; then one `=`.
        let digitCount = 43
        guard
            text.count == digitCount || text.count == digitCount + 1 && text[digitCount] == UInt8(ascii: "=")
        else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Bytes32.count)
        var pending: UInt32 = 0
        var pendingBits = 0
        var usesStandard = false
        var usesURLSafe = false
        for byte in text.prefix(digitCount) {
            guard let value = value(ofBase64: byte) else { return nil }
            usesStandard = usesStandard || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
            usesURLSafe = usesURLSafe || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            pending = pending << 6 | value
            pendingBits += 6
            if pendingBits >= 8 {
                pendingBits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits)))
                pending &= 1 << UInt32(pendingBits) - 1
            }
        }
        return pending == 0 && !(usesStandard && usesURLSafe) ? bytes : nil
    }

    private static func value(ofBase64 byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
