extension IPAddress: TextCodable {
    /// Reads an address as `inet_pton` does: `203.0.113.7`, `2001:db8::7`, `::ffff:203.0.113.7`. No octet with a leading
    /// zero (some programs take it for octal), no zone (`%eth0`), no port, no brackets, no spaces.
    public init?(_ description: String) {
        guard let address = description.withBytes({ Self(utf8: $0) }) else { return nil }
        self = address
    }

    /// Reads an address from text as ``init(_:)`` does, without making a string of it.
    public init?(utf8 bytes: UnsafeRawBufferPointer) {
        // The longest text: six groups of four digits and an IPv4 address, each with its separator.
        guard bytes.count <= 45 else { return nil }
        if let octets = Self.readV4(bytes) {
            self.init(v4: octets)
        } else if let bits = Self.readV6(bytes) {
            self.init(bits: bits)
        } else {
            return nil
        }
    }

    private static func readV4(_ bytes: UnsafeRawBufferPointer) -> UInt32? {
        var address: UInt32 = 0
        var index = 0
        for octet in 0..<4 {
            if octet > 0 {
                guard index < bytes.count, bytes[index] == UInt8(ascii: ".") else { return nil }
                index += 1
            }
            let start = index
            var value: UInt32 = 0
            while index < bytes.count, index - start < 3, bytes[index] &- UInt8(ascii: "0") < 10 {
                value = value * 10 + UInt32(bytes[index] - UInt8(ascii: "0"))
                index += 1
            }
            let length = index - start
            guard length > 0, value <= 255, length == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
            address = address << 8 | value
        }
        return index == bytes.count ? address : nil
    }

    private static func readV6(_ bytes: UnsafeRawBufferPointer) -> UInt128? {
        let colon = UInt8(ascii: ":")
        var bits: UInt128 = 0
        var groupCount = 0
        var gap: Int?
        var index = 0
        if bytes.count >= 2, bytes[0] == colon, bytes[1] == colon {
            gap = 0
            index = 2
        }
        while index < bytes.count {
            guard let (group, end) = readGroup(bytes, from: index) else { return nil }
            if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
                guard let octets = readV4(bytes.part(index..<bytes.count)) else { return nil }
                bits = bits << 32 | UInt128(octets)
                groupCount += 2
                break
            }
            bits = bits << 16 | UInt128(group)
            groupCount += 1
            guard groupCount <= 8 else { return nil }
            if end == bytes.count { break }
            guard bytes[end] == colon, end + 1 < bytes.count else { return nil }
            index = end + 1
            if bytes[index] == colon {
                guard gap == nil else { return nil }
                gap = groupCount
                index += 1
            }
        }
        guard let gap else { return groupCount == 8 ? bits : nil }
        // `::` stands for at least one group.
        guard groupCount < 8 else { return nil }
        let behind = 16 * UInt128(groupCount - gap)
        let tail = bits & (1 << behind - 1)
        return (bits >> behind) << (128 - 16 * UInt128(gap)) | tail
    }

    /// One to four hexadecimal digits, and where they end.
    private static func readGroup(_ bytes: UnsafeRawBufferPointer, from start: Int) -> (UInt16, end: Int)? {
        var value: UInt16 = 0
        var index = start
        while index < bytes.count, index - start < 4, let digit = Hexadecimal.value(of: bytes[index]) {
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return index > start ? (value, index) : nil
    }

    /// The canonical text: dotted for IPv4; for IPv6 that of RFC 5952: lower case, no leading zeros, the longest run of
    /// two or more zero groups (the first of equals) as `::`.
    public var description: String {
        isV4 ? dottedText : groupedText
    }

    private var dottedText: String {
        [24, 16, 8, 0].map { "\(UInt8(truncatingIfNeeded: low >> UInt64($0)))" }.joined(separator: ".")
    }

    private var groupedText: String {
        let bits = self.bits
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        var longest = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            guard group == 0 else {
                start = index + 1
                continue
            }
            if index + 1 - start > max(longest.count, 1) { longest = start..<index + 1 }
        }
        let texts = groups.map { String($0, radix: 16) }
        guard !longest.isEmpty else { return texts.joined(separator: ":") }
        let before = texts[..<longest.lowerBound].joined(separator: ":")
        return before + "::" + texts[longest.upperBound...].joined(separator: ":")
    }
}
