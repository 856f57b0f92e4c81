import LanyardCore

/// Percent-encoding of RFC 3986, section 2.1, as query parameters need it.
enum PercentEncoding {
    /// The decoded text; nil where a `%` has no two hexadecimal digits behind it, or the bytes are not UTF-8.
    ///
    /// A `+` stays a plus: keys hold no spaces, and other systems' keys may hold a plus.
    static func decode(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.utf8.count)
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = bytes.next().flatMap(Hexadecimal.value), let low = bytes.next().flatMap(Hexadecimal.value)
            else { return nil }
            decoded.append(high << 4 | low)
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
