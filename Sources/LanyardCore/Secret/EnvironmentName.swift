/// The environment that a secret is for: `live`, `test`, or the operator's own; `[a-z][a-z0-9]{0,11}`.
///
/// It is part of the secret's text, so that a person can see which one they hold.
public struct EnvironmentName: Hashable, Comparable, Sendable, TextCodable {
    /// The name as text.
    public let description: String

    /// `live`: what keys are for unless told otherwise.
    public static let live = EnvironmentName(valid: "live")
    /// `test`
    public static let test = EnvironmentName(valid: "test")

    private init(valid text: String) {
        description = text
    }

    /// Reads a name; `nil` unless it is one letter a–z and up to eleven letters a–z or digits.
    public init?(_ description: String) {
        guard description.withBytes({ SecretFormat.isWord($0) }) else { return nil }
        self.init(valid: description)
    }

    /// Reads a name from bytes, such as those that ``SecretShape/nativeParts(_:)`` found.
    public init?(utf8 bytes: UnsafeRawBufferPointer) {
        guard SecretFormat.isWord(bytes) else { return nil }
        self.init(valid: String(decoding: bytes, as: UTF8.self))
    }

    /// Alphabetical order.
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
