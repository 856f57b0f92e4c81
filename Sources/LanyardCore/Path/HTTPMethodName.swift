/// The method of an HTTP request, as a restriction names it: a token of RFC 9110 without lower-case letters.
///
/// Methods are case-sensitive (RFC 9110, section 9.1), and every registered one is in upper case. A `get` in a
/// restriction would match no request; so it is refused where it is written. A request with such a method has no name
/// here, and is then no method that any restriction allows.
public struct HTTPMethodName: Hashable, Comparable, Sendable, TextCodable {
    /// The most bytes of a method.
    public static let maximumLength = 32

    /// The method as text.
    public let description: String

    /// Reads a method; `nil` unless it is 1 to 32 characters of a token, without lower-case letters.
    public init?(_ description: String) {
        guard description.withBytes({ Self.isMethod($0) }) else { return nil }
        self.description = description
    }

    private static func isMethod(_ bytes: UnsafeRawBufferPointer) -> Bool {
        (1...maximumLength).contains(bytes.count) && bytes.allSatisfy(isTokenByte)
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"): true
        case UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        case UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"): true
        default: false
        }
    }

    /// Alphabetical order.
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
