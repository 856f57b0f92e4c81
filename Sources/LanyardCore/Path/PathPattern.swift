/// A pattern of paths, such as `/v1/invoices/**`, matched against the decoded, canonical path.
///
/// - `*` stands for any run of characters within a segment, and may be written several times in it: `/v*/report-*.pdf`.
///   The run may be empty, but a segment that is only `*` needs a character to match: `/v1/keys/*` is each key, and not
///   the list of them at `/v1/keys/`.
/// - `**` as a whole segment stands for any number of segments, none included: `/v1/invoices/**` matches
///   `/v1/invoices`, `/v1/invoices/` and `/v1/invoices/7/lines`.
/// - Everything else stands for itself, in its case. A pattern is written decoded: a space as a space.
public struct PathPattern: Sendable, Hashable, Comparable {
    /// The most bytes of a pattern.
    public static let maximumLength = 512
    /// The most segments of a pattern.
    public static let maximumSegmentCount = 32
    /// The most segments `**` of a pattern.
    public static let maximumDoubleWildcardCount = 4

    /// The pattern as text.
    public let description: String
    private let form: Form

    /// What kind of matching a pattern needs; the first two are nearly all there are.
    private enum Form: UInt8 {
        /// No wildcard: the path is the pattern.
        case literal
        /// The only wildcard is a `**` at the end.
        case subtree
        case general
    }

    /// Reads a pattern, or tells what is wrong with it.
    public init(parsing text: String) throws(PathPatternError) {
        form = try text.withBytes { Self.read($0) }.get()
        description = text
    }

    /// Whether the pattern stands for `path`.
    ///
    /// Allocates nothing. The time is at most proportional to the length of the pattern times that of the path, and for a
    /// pattern whose only wildcard is a final `**` to the pattern alone; see `PathMatcher` for why.
    public func matches(_ path: CanonicalPath) -> Bool {
        var unbounded = Int.max
        return matches(path, budget: &unbounded)
    }

    /// The same, taking its steps from what several patterns share.
    func matches(_ path: CanonicalPath, budget: inout Int) -> Bool {
        description.withBytes { pattern in
            path.withBytes { path in
                switch form {
                case .literal: pattern.holdsSameBytes(as: path)
                case .subtree: Self.isSubtree(pattern.part(0..<pattern.count - Self.subtreeSuffixLength), of: path)
                case .general: PathMatcher.matches(pattern: pattern, path: path, budget: &budget)
                }
            }
        }
    }

    /// The length of `/**`.
    private static let subtreeSuffixLength = 3

    /// Whether `path` is `root`, or lies below it.
    private static func isSubtree(_ root: UnsafeRawBufferPointer, of path: UnsafeRawBufferPointer) -> Bool {
        guard path.count >= root.count, path.part(0..<root.count).holdsSameBytes(as: root) else { return false }
        return path.count == root.count || path[root.count] == PathScanner.slash
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) -> Result<Form, PathPatternError> {
        guard bytes.first == PathScanner.slash else { return .failure(.notAbsolute) }
        guard bytes.count <= maximumLength else { return .failure(.tooLong) }
        guard bytes.allSatisfy(isAllowed) else { return .failure(.invalidCharacter) }
        guard PathScanner.flaw(inSegmentsOf: bytes) == nil else { return .failure(.unreachableSegment) }
        var segmentCount = 0
        var doubleCount = 0
        var start = 1
        while start <= bytes.count {
            let end = PathMatcher.end(ofSegmentAt: start, in: bytes)
            segmentCount += 1
            if PathMatcher.isDoubleWildcard(bytes, start..<end) {
                doubleCount += 1
            } else if holdsDoubleWildcard(bytes.part(start..<end)) {
                return .failure(.partialDoubleWildcard)
            }
            start = end + 1
        }
        guard segmentCount <= maximumSegmentCount else { return .failure(.tooManySegments) }
        guard doubleCount <= maximumDoubleWildcardCount else { return .failure(.tooManyDoubleWildcards) }
        return .success(form(of: bytes))
    }

    private static func form(of bytes: UnsafeRawBufferPointer) -> Form {
        let wildcardCount = bytes.count { $0 == PathMatcher.wildcard }
        if wildcardCount == 0 { return .literal }
        // Two in a row are a whole segment, or the pattern would have been refused.
        let endsWithDouble = bytes.suffix(2).allSatisfy { $0 == PathMatcher.wildcard }
        return wildcardCount == 2 && endsWithDouble ? .subtree : .general
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x1f, 0x7f: false
        case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\\"): false
        default: true
        }
    }

    private static func holdsDoubleWildcard(_ segment: UnsafeRawBufferPointer) -> Bool {
        var previous: UInt8 = 0
        for byte in segment {
            if byte == PathMatcher.wildcard && previous == PathMatcher.wildcard { return true }
            previous = byte
        }
        return false
    }

    // By bytes, as matching is: Swift's own comparison of strings takes different bytes that look alike for equal.

    /// Whether both are the same bytes.
    public static func == (left: Self, right: Self) -> Bool {
        left.description.withBytes { left in right.description.withBytes { left.holdsSameBytes(as: $0) } }
    }

    /// Feeds the bytes.
    public func hash(into hasher: inout Hasher) { description.withBytes { hasher.combine(bytes: $0) } }

    /// The order of the bytes.
    public static func < (left: Self, right: Self) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }
}

extension PathPattern: TextCodable {
    /// Reads a pattern; `nil` if it is none. ``init(parsing:)`` tells why.
    public init?(_ description: String) {
        guard let pattern = try? Self(parsing: description) else { return nil }
        self = pattern
    }
}
