/// Why a text is no pattern of paths.
public enum PathPatternError: String, Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// It does not begin with `/`.
    case notAbsolute = "not_absolute"
    /// More than ``PathPattern/maximumLength`` bytes.
    case tooLong = "too_long"
    /// More than ``PathPattern/maximumSegmentCount`` segments.
    case tooManySegments = "too_many_segments"
    /// More than ``PathPattern/maximumDoubleWildcardCount`` segments `**`.
    case tooManyDoubleWildcards = "too_many_double_wildcards"
    /// `**` with other characters in its segment.
    case partialDoubleWildcard = "partial_double_wildcard"
    /// A `%`, `?`, `#`, `\` or a control character.
    case invalidCharacter = "invalid_character"
    /// An empty segment, or one that is `.` or `..`: no path that is judged at all has one.
    case unreachableSegment = "unreachable_segment"

    /// One sentence that says what to change.
    public var description: String {
        switch self {
        case .notAbsolute: "A path pattern has to begin with '/'."
        case .tooLong: "A path pattern has at most \(PathPattern.maximumLength) bytes."
        case .tooManySegments: "A path pattern has at most \(PathPattern.maximumSegmentCount) segments."
        case .tooManyDoubleWildcards:
            "A path pattern has at most \(PathPattern.maximumDoubleWildcardCount) segments '**'."
        case .partialDoubleWildcard: "'**' has to be a whole segment; within a segment write '*'."
        case .invalidCharacter:
            "A path pattern is written as the decoded path, without query: it holds no '%', '?', '#', '\\' "
                + "or control character."
        case .unreachableSegment: "A path pattern holds no empty segment, '.' or '..': paths with these are refused."
        }
    }
}
