import LanyardCore

/// Finds what has the form of a native secret, wherever it stands in a text, and replaces it.
///
/// Secrets are kept out of the log by their type. This is the last resort: it catches one that arrived in another way, in
/// a file's name or an error of a library's. It costs one look at each byte, and more only behind a `_`.
enum SecretScrubber {
    static let replacement = "<REDACTED>"

    static func scrub(_ bytes: inout [UInt8]) {
        let found = secrets(in: bytes)
        for range in found.reversed() { bytes.replaceSubrange(range, with: replacement.utf8) }
    }

    static func scrubbed(_ text: String) -> String {
        var bytes = Array(text.utf8)
        scrub(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func holdsSecret(_ text: String) -> Bool { !secrets(in: Array(text.utf8)).isEmpty }

    /// Where secrets are, ascending. A run of letters and digits that is longer than a secret's end is taken whole: what is
    /// glued to a secret isn't worth keeping half of one.
    private static func secrets(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        while let underscore = bytes[start...].firstIndex(of: UInt8(ascii: "_")) {
            start = underscore + 1
            let end = bytes[start...].firstIndex { !Base62.isDigit($0) } ?? bytes.count
            guard end - start >= SecretFormat.tailLength else { continue }
            guard let beginning = beginning(of: bytes, before: underscore) else { continue }
            found.append(max(beginning, found.last?.upperBound ?? 0)..<end)
            start = end
        }
        return found
    }

    /// Where the project's prefix begins: the environment's word, a `_` and another word come before the last `_`.
    private static func beginning(of bytes: [UInt8], before underscore: Int) -> Int? {
        guard
            let environment = word(of: bytes, before: underscore), environment > 0,
            bytes[environment - 1] == UInt8(ascii: "_")
        else { return nil }
        return word(of: bytes, before: environment - 1)
    }

    /// Where the up to 12 lower-case letters and digits before `end` begin; `nil` if there is none. Which of them is the
    /// first, a letter, does not matter: what stands before a secret may be glued to it.
    private static func word(of bytes: [UInt8], before end: Int) -> Int? {
        var start = end
        while start > 0, end - start < SecretFormat.maximumWordLength, isWordByte(bytes[start - 1]) { start -= 1 }
        return start < end ? start : nil
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
    }
}
