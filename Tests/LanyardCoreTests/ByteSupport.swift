import LanyardCore
import LanyardTesting

/// Lends the bytes of a text to what takes raw memory.
func lending<R>(_ text: String, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try Array(text.utf8).withUnsafeBytes(body)
}

extension SecretShape {
    static func inspect(text: String) -> SecretShape { lending(text) { inspect($0) } }
}

extension SeededGenerator {
    /// A text of at most `longest` pieces of an alphabet that was chosen to come close to what is valid.
    mutating func text(of pieces: [String], longest: Int) -> String {
        (0..<Int.random(in: 0...longest, using: &self))
            .map { _ in pieces.randomElement(using: &self) ?? "" }
            .joined()
    }

    mutating func bytes(longest: Int) -> [UInt8] {
        (0..<Int.random(in: 0...longest, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }
}
