import Crypto

/// Lines of imports.
enum ImportLines {
    /// The digest of a text that nothing else has, in hexadecimal.
    static func digest() -> String { digest(of: "\(UInt64.random(in: .min ... .max))") }

    static func digest(of text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
