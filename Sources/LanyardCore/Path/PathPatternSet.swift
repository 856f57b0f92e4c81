/// Patterns of paths that are asked together whether one of them stands for a path.
public struct PathPatternSet: Sendable, Hashable {
    /// The patterns as they were given, in that order.
    public let patterns: [PathPattern]

    /// The set without patterns, which matches no path.
    public static let none = PathPatternSet([])

    /// A set of these patterns.
    public init(_ patterns: some Sequence<PathPattern>) {
        self.patterns = Array(patterns)
    }

    /// Whether there are no patterns. An empty set matches nothing; that a key without patterns may call any path is the
    /// rule of the one who asks.
    public var isEmpty: Bool { patterns.isEmpty }

    /// Whether one of the patterns stands for `path`. Takes the time of all patterns until one matches, but at most half a
    /// million steps together: patterns that need more, which no ordinary ones do, match nothing.
    public func matches(_ path: CanonicalPath) -> Bool {
        var budget = PathMatcher.stepBudget
        for pattern in patterns where pattern.matches(path, budget: &budget) { return true }
        return false
    }
}

extension PathPatternSet: Codable {
    /// Reads an array of texts.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode([PathPattern].self))
    }

    /// Writes an array of texts.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(patterns)
    }
}
