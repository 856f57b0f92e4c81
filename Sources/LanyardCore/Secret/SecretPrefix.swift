/// What a project's secrets begin with: `[a-z][a-z0-9]{0,11}`, such as `lyd`.
public struct SecretPrefix: Hashable, Comparable, Sendable, TextCodable {
    /// The prefix as text.
    public let description: String

    /// `lyd`: the prefix of a project that names none.
    public static let lyd = SecretPrefix(valid: "lyd")

    private init(valid text: String) {
        description = text
    }

    /// Reads a prefix; `nil` unless it is one letter a–z and up to eleven letters a–z or digits.
    public init?(_ description: String) {
        guard description.withBytes({ SecretFormat.isWord($0) }) else { return nil }
        self.init(valid: description)
    }

    /// Reads a prefix from bytes, such as those that ``SecretShape/nativeParts(_:)`` found.
    public init?(utf8 bytes: UnsafeRawBufferPointer) {
        guard SecretFormat.isWord(bytes) else { return nil }
        self.init(valid: String(decoding: bytes, as: UTF8.self))
    }

    /// Alphabetical order.
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
