/// Why a request's path is not judged at all.
///
/// Each of these is a path that two programs in a row may read differently: the one that checks it as one resource, the
/// one that serves it as another. Such a path is never repaired, for the repair would be one more reading.
public enum PathError: String, Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// It does not begin with `/`: empty, an authority, or a whole URI.
    case notAbsolute = "not_absolute"
    /// More than ``CanonicalPath/maximumLength`` bytes.
    case tooLong = "too_long"
    /// A segment `.` or `..`, plain or encoded, with or without parameters (`..;x`).
    case dotSegment = "dot_segment"
    /// Two slashes in a row, or a segment that has nothing before its `;`.
    case emptySegment = "empty_segment"
    /// A `/` within a segment, as `%2F`.
    case encodedSlash = "encoded_slash"
    /// A `\`, which some programs take for `/`, plain or as `%5C`.
    case backslash
    /// A control character, plain or encoded.
    case controlCharacter = "control_character"
    /// A `%` without two hexadecimal digits.
    case invalidEncoding = "invalid_encoding"
    /// Bytes that are no UTF-8 once decoded.
    case invalidUTF8 = "invalid_utf8"
    /// An encoded `.`, `/`, `\` or `;` that is still there after decoding.
    case doubleEncoding = "double_encoding"
    /// The query has not been cut off.
    case query
    /// A `#`: a request's target has no fragment (RFC 9112, section 3.2), and programs differ on what follows it.
    case fragment

    /// One sentence that says what to change.
    public var description: String {
        switch self {
        case .notAbsolute: "The path has to begin with '/'."
        case .tooLong: "The path is longer than \(CanonicalPath.maximumLength) bytes."
        case .dotSegment: "The path holds a segment '.' or '..'; send the path that it leads to."
        case .emptySegment: "The path holds an empty segment; send it without '//' and '/;'."
        case .encodedSlash: "The path holds an encoded slash within a segment."
        case .backslash: "The path holds a backslash."
        case .controlCharacter: "The path holds a control character."
        case .invalidEncoding: "The path holds a '%' that is not followed by two hexadecimal digits."
        case .invalidUTF8: "The path is not valid UTF-8 once decoded."
        case .doubleEncoding: "The path holds a dot, slash, backslash or semicolon that is encoded twice."
        case .query: "The path still holds its query."
        case .fragment: "The path holds a '#'; encode it as '%23'."
        }
    }
}
