extension [UInt8] {
    /// Appends `text` as a JSON string, quotes included.
    ///
    /// Escaped is what RFC 8259 demands (quote, backslash, control characters), and U+2028 and U+2029, which end a line in older
    /// JavaScript.
    mutating func appendJSONString(_ text: String) {
        append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            var index = 0
            while index < utf8.count {
                let byte = utf8[index]
                // Nearly every byte ends here: above the controls, and none of the three that begin something to escape.
                if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte != 0xE2 {
                    index += 1
                    continue
                }
                let length = byte == 0xE2 ? Self.lengthOfLineEnd(at: index, in: utf8) : 1
                guard length > 0 else {
                    index += 1
                    continue
                }
                append(contentsOf: utf8[start..<index])
                appendEscape(byte, last: utf8[index + length - 1])
                index += length
                start = index
            }
            append(contentsOf: utf8[start..<index])
        }
        append(UInt8(ascii: "\""))
    }

    /// 3 where U+2028 or U+2029 stands at `index`, whose first byte is 0xE2; else 0.
    private static func lengthOfLineEnd(at index: Int, in utf8: UnsafeBufferPointer<UInt8>) -> Int {
        guard index + 2 < utf8.count, utf8[index + 1] == 0x80 else { return 0 }
        return utf8[index + 2] == 0xA8 || utf8[index + 2] == 0xA9 ? 3 : 0
    }

    private mutating func appendEscape(_ byte: UInt8, last: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0xE2: append(contentsOf: last == 0xA8 ? "u2028".utf8 : "u2029".utf8)
        default:
            let hex = Array("0123456789abcdef".utf8)
            append(contentsOf: "u00".utf8)
            append(hex[Int(byte >> 4)])
            append(hex[Int(byte & 0x0F)])
        }
    }

    /// Appends an integer in decimal, without a String in between.
    package mutating func appendDecimal(_ value: some FixedWidthInteger) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var magnitude = UInt64(value.magnitude)
        // The digits of a 64-bit integer, from the last; the tuple would be longer to write and no faster.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }
}
