import LanyardCore
import LanyardTesting

/// Scopes done the slow way: what a pattern grants is the set of all names, out of a small world of names, that it
/// matches by the plainest reading of its definition.
enum ScopeOracle {
    /// `x` and `y` occur in no pattern of the tests: they stand for all the segments that nobody has thought of.
    static let segments = ["a", "b", "lanyard", "x", "y"]
    static let projects = ["p", "q", "other"]

    static let names: [ScopeName] = {
        var names: [[String]] = [[]]
        var all: [[String]] = []
        for _ in 0..<4 {
            names = names.flatMap { name in segments.map { name + [$0] } }
            all += names
        }
        return all.compactMap { ScopeName($0.joined(separator: ":")) }
    }()

    static func matches(_ pattern: Scope, _ name: ScopeName) -> Bool {
        let body = pattern.description.split(separator: "@")[0].split(separator: ":").map(String.init)
        let given = name.description.split(separator: ":").map(String.init)
        if body[0] == "*" && given[0] == "lanyard" { return false }
        return matches(body[...], given[...])
    }

    private static func matches(_ pattern: ArraySlice<String>, _ name: ArraySlice<String>) -> Bool {
        guard let want = pattern.first else { return name.isEmpty }
        guard let segment = name.first else { return false }
        if want == "*" && pattern.count == 1 { return true }
        return (want == "*" || want == segment) && matches(pattern.dropFirst(), name.dropFirst())
    }

    static func grants(_ scope: Scope, _ name: ScopeName, _ project: String) -> Bool {
        matches(scope, name) && (scope.project == nil || scope.project == project)
    }

    /// A pattern of up to three segments, so that the world of names is deeper than any pattern.
    static func randomScope(using generator: inout SeededGenerator) -> Scope? {
        let pieces = ["a", "b", "*", "lanyard", "*"]
        var segments = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            pieces.randomElement(using: &generator) ?? "a"
        }
        if Bool.random(using: &generator) { segments[0] = "lanyard" }
        let body = segments.joined(separator: ":")
        guard segments[0] == "lanyard", Bool.random(using: &generator) else { return Scope(body) }
        return Scope(body + "@" + (Bool.random(using: &generator) ? "p" : "q"))
    }

    static func randomScopes(using generator: inout SeededGenerator, most: Int) -> [Scope] {
        (0..<Int.random(in: 0...most, using: &generator)).compactMap { _ in randomScope(using: &generator) }
    }
}
