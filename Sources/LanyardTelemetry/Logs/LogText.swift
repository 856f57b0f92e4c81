// # A value can't forge a line
//
// What is logged may come from a caller: a path, a header, a file's name. It must not be able to end its line and begin
// another, nor to move the cursor or turn the writing of the terminal on which somebody reads the log. So every control
// character (C0, DEL, C1), the line and paragraph separators and the marks that change the direction of writing are
// written as escapes, in both formats, in messages, names and values alike.

enum LogText {
    /// The most bytes that are kept of one text.
    static let maximumLength = 4 * 1024
    /// What stands where something was left out.
    static let cutMark = "…"
    /// A cut must not leave half a secret, which nothing would recognise any more: the word that it goes through, up to
    /// this many bytes, goes whole. The longest native secret has 75.
    static let longestWord = 128

    /// As much of `text` as is kept, and whether that is less than all.
    static func bounded(_ text: String) -> (text: Substring, isCut: Bool) {
        guard text.utf8.count > maximumLength else { return (text[...], false) }
        let bytes = text.utf8
        var end = bytes.index(bytes.startIndex, offsetBy: maximumLength)
        var removed = 0
        while end > bytes.startIndex, removed < longestWord {
            let before = bytes.index(before: end)
            guard isWordByte(bytes[before]) else { break }
            end = before
            removed += 1
        }
        // Not between the bytes of one character either.
        while end > bytes.startIndex, Unicode.UTF8.isContinuation(bytes[end]) { end = bytes.index(before: end) }
        return (text[..<end], true)
    }

    /// Whether a character is written as an escape.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0: true
        case 0x2028, 0x2029, 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069, 0xfeff: true
        default: false
        }
    }

    /// Appends `text`, bounded and escaped as a JSON string needs it; the text format uses the same escapes.
    static func appendEscaped(_ text: String, quotes: Bool, to bytes: inout [UInt8]) {
        let (kept, isCut) = bounded(text)
        for scalar in kept.unicodeScalars {
            switch scalar {
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            case "\\": bytes.append(contentsOf: "\\\\".utf8)
            case "\"" where quotes: bytes.append(contentsOf: "\\\"".utf8)
            case let scalar where isHidden(scalar): appendUnicodeEscape(scalar.value, to: &bytes)
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        if isCut { bytes.append(contentsOf: cutMark.utf8) }
    }

    private static func appendUnicodeEscape(_ value: UInt32, to bytes: inout [UInt8]) {
        let digits = String(value, radix: 16)
        bytes.append(contentsOf: "\\u".utf8)
        for _ in digits.utf8.count..<4 { bytes.append(UInt8(ascii: "0")) }
        bytes.append(contentsOf: digits.utf8)
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    }
}
