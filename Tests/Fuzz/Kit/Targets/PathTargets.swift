import LanyardCore

extension FuzzTarget {
    static let paths = [path, pathPattern]

    private static let pathSeeds = [
        "/", "/v1/invoices/7", "/v1/invoices/", "/a%20b/c", "/a/../b", "/a/%2e%2e/b", "//a", "/a//b", "/a%2fb", "/a\\b",
        "/caf%C3%A9", "/café", "/a;v=1/b", "/..;/a", "/a/.", "/a%252e", "/a?b", "/a#b", "/%EF%BF%BD", "/...", "/a..b",
        "*",
        "http://a/b", "/.well-known/x",
    ]
    private static let pathTokens = [
        "/", "//", ".", "..", "/../", "/./", ";", "..;", "%2e", "%2E%2E", "%2f", "%5C", "%25", "%252e%252e", "*", "**",
        "/**", "/*", "?", "#", "\\", "a", "v1", "%3b", "%",
    ]

    private static let path = FuzzTarget(bytes: "path", seeds: pathSeeds, tokens: pathTokens) { bytes in
        let path: CanonicalPath
        do {
            path = try bytes.withUnsafeBytes { raw throws(PathError) in try CanonicalPath(rawPath: raw) }
        } catch {
            return refusal(of: bytes)
        }
        let canonical = path.withBytes { Array($0) }
        if let danger = PathReading.danger(in: canonical) { return .broken("it was let pass with \(danger)") }
        guard canonical == PathReading.decoded(bytes) else { return .broken("the oracle decodes it to another") }
        guard bytes.count <= CanonicalPath.maximumLength else { return .broken("it is longer than it may be") }
        let encoded = PathReading.encoded(canonical)
        if encoded.count <= CanonicalPath.maximumLength {
            let again = encoded.withUnsafeBytes { try? CanonicalPath(rawPath: $0) }
            guard again == path else { return .broken("encoded again it is another path, or none") }
        }
        if !canonical.contains(where: { "%?#".utf8.contains($0) }), !path.description.contains("\u{fffd}") {
            let again = try? CanonicalPath(rawPath: path.description)
            guard again == path else { return .broken("its canonical form is not its own canonical form") }
        }
        guard CanonicalPath.cut(path.description + "?x").utf8.count <= canonical.count else {
            return .broken("the query is not cut off")
        }
        return .accepted
    }

    /// What is refused has a reason: a path that is plain to everyone has to be judged.
    private static func refusal(of bytes: [UInt8]) -> Verdict {
        let plain = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~!$&'()*+,=:@/".utf8)
        let isPlain = bytes.allSatisfy(plain.contains) && bytes.count <= CanonicalPath.maximumLength
        return isPlain && PathReading.danger(in: bytes) == nil ? .broken("a plain path is refused") : .refused
    }

    /// A pattern, a line feed, a path.
    private static let pathPattern = FuzzTarget(
        text: "path-pattern",
        seeds: [
            "/v1/invoices/**\n/v1/invoices/7/lines", "/v1/invoices/**\n/v1/invoices", "/v1/*/lines\n/v1/7/lines",
            "/**\n/", "/v*/report-*.pdf\n/v1/report-.pdf", "/a/**/b/**/c\n/a/x/b/y/z/c", "/v1/keys/*\n/v1/keys/",
            "/**/a/**/a/**/a/**\n/a/a/a/a/a/a/a/a/b", "/*a*a*a*a*b\n/aaaaaaaaaaaaaaaaaaaaaaaa", "/a\n/a/", "/a/\n/a",
            "/a/**/\n/a/b/", "/café/*\n/caf%C3%A9/x", "/a b\n/a%20b",
        ], tokens: pathTokens + ["\n", "\n/", "/**/", "a*", "*a"], share: 3
    ) { text in
        let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let pattern = PathPattern(parts[0]) else { return .refused }
        guard pattern.description == parts[0], PathPattern(pattern.description) == pattern else {
            return .broken("it prints otherwise")
        }
        guard parts.count == 2, let path = try? CanonicalPath(rawPath: parts[1]) else { return .accepted }
        let given = path.withBytes { Array($0) }
        // The oracle takes the product of the lengths in steps, and so does the matcher at most.
        guard given.count <= 1_024 else { return .accepted }
        guard pattern.matches(path) == PathReading.matches(Array(parts[0].utf8), given) else {
            return .broken("\(parts[0]) and \(path) differ from the oracle")
        }
        guard PathPatternSet([pattern]).matches(path) == pattern.matches(path) else {
            return .broken("alone in a set the pattern matches otherwise")
        }
        return .accepted
    }
}
