import Foundation
import LanyardCore
import LanyardTesting
import TestSupport
import Testing

@Suite("Path patterns")
struct PathPatternTests {
    static let samples: [(String, [String], [String])] = [
        ("/", ["/"], ["/a", "/a/"]),
        (
            "/v1/invoices", ["/v1/invoices"],
            ["/v1/invoices/", "/v1/invoice", "/v1/invoicesx", "/V1/invoices", "/v1", "/"]
        ),
        ("/v1/invoices/", ["/v1/invoices/"], ["/v1/invoices", "/v1/invoices/a"]),
        (
            "/v1/invoices/**", ["/v1/invoices", "/v1/invoices/", "/v1/invoices/7", "/v1/invoices/7/lines/"],
            ["/v1/invoicesx", "/v1/invoice", "/v1", "/", "/x/v1/invoices"]
        ),
        ("/**", ["/", "/a", "/a/b/c", "/a/"], []),
        ("/v1/*", ["/v1/a", "/v1/a.b"], ["/v1", "/v1/", "/v1/a/", "/v1/a/b", "/v2/a"]),
        ("/*", ["/a"], ["/", "/a/b", "/a/"]),
        ("/*/b", ["/a/b"], ["/b", "/a/b/", "/a/a/b"]),
        ("/v*/x", ["/v/x", "/v1/x", "/v12/x"], ["/x", "/w1/x", "/v1/y"]),
        ("/report-*.pdf", ["/report-.pdf", "/report-1.pdf", "/report-a.pdf.pdf"], ["/report-1.pdfx", "/report1.pdf"]),
        ("/*a*b*", ["/ab", "/xaxbx", "/aabb"], ["/ba", "/a", "/b", "/a/b"]),
        ("/a/**/b", ["/a/b", "/a/x/b", "/a/x/y/b", "/a/b/b"], ["/a", "/b", "/a/b/c", "/ab", "/a/b/"]),
        ("/**/b", ["/b", "/a/b", "/a/a/b"], ["/", "/a", "/b/", "/ab"]),
        ("/**/", ["/", "/a/", "/a/b/"], ["/a", "/a/b"]),
        ("/a/**/**/b", ["/a/b", "/a/x/b"], ["/a"]),
        ("/**/a/**/b/**", ["/a/b", "/x/a/x/b/x", "/a/a/b/b", "/b/a/b"], ["/b/a", "/a", "/b", "/"]),
        ("/**/*", ["/a", "/a/b"], ["/", "/a/"]),
        ("/**/a*/c", ["/a/c", "/x/ab/c", "/a/a/c"], ["/a/b/c", "/c"]),
        ("/a;v=1", ["/a;v=1"], ["/a"]),
        ("/caf\u{e9}", ["/caf\u{e9}", "/caf%C3%A9"], ["/cafe\u{301}", "/cafe"]),
        ("/a b", ["/a b", "/a%20b"], ["/a+b"]),
        ("/*.json", ["/a.json", "/.json", "/a%2Ejson"], ["/a.json/", "/json"]),
    ]

    @Test("a pattern matches the paths that it says, and no others", arguments: samples)
    func matching(pattern: String, matched: [String], unmatched: [String]) throws {
        let pattern = try PathPattern(parsing: pattern)
        for path in matched { #expect(try pattern.matches(CanonicalPath(rawPath: path)), "\(path)") }
        for path in unmatched { #expect(try !pattern.matches(CanonicalPath(rawPath: path)), "\(path)") }
    }

    static let invalid: [(String, PathPatternError)] = [
        ("", .notAbsolute), ("a", .notAbsolute), ("*", .notAbsolute), ("**", .notAbsolute), ("v1/a", .notAbsolute),
        ("/" + String(repeating: "a", count: 512), .tooLong), (String(repeating: "/a", count: 33), .tooManySegments),
        ("/**/a/**/b/**/c/**/d/**", .tooManyDoubleWildcards), ("/a**", .partialDoubleWildcard),
        ("/**a", .partialDoubleWildcard), ("/a**b/c", .partialDoubleWildcard), ("/***", .partialDoubleWildcard),
        ("/a%20b", .invalidCharacter), ("/a?b", .invalidCharacter), ("/a#b", .invalidCharacter),
        ("/a\\b", .invalidCharacter), ("/a\nb", .invalidCharacter), ("/a\u{7f}", .invalidCharacter),
        ("//a", .unreachableSegment), ("/a//b", .unreachableSegment), ("/a/../b", .unreachableSegment),
        ("/.", .unreachableSegment), ("/..;x/a", .unreachableSegment), ("/;a", .unreachableSegment),
    ]

    @Test("what is no pattern is refused with its reason", arguments: invalid)
    func refused(text: String, error: PathPatternError) {
        #expect(throws: error) { try PathPattern(parsing: text) }
        #expect(PathPattern(text) == nil)
        #expect(error.description.hasSuffix("."))
    }

    @Test("patterns up to the limits are read, and come back as they were written")
    func limits() throws {
        let texts = [
            "/" + String(repeating: "a", count: 511), String(repeating: "/a", count: 32), "/**/a/**/b/**/c/**", "/",
            "/é", "/.a", "/*",
        ]
        for text in texts {
            let pattern = try PathPattern(parsing: text)
            #expect(pattern.description == text)
            let json = try JSONEncoder().encode([pattern])
            #expect(try JSONDecoder().decode([PathPattern].self, from: json) == [pattern])
        }
    }

    @Test("patterns that only look alike are different")
    func noNormalisation() throws {
        let composed = try PathPattern(parsing: "/caf\u{e9}")
        let decomposed = try PathPattern(parsing: "/cafe\u{301}")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed, composed]).count == 2)
    }

    /// The definition, read literally and without regard to time.
    private func matches(_ pattern: ArraySlice<Substring>, _ path: ArraySlice<Substring>) -> Bool {
        guard let want = pattern.first else { return path.isEmpty }
        if want == "**" {
            return matches(pattern.dropFirst(), path) || !path.isEmpty && matches(pattern, path.dropFirst())
        }
        guard let segment = path.first else { return false }
        return matches(segment: want, segment) && matches(pattern.dropFirst(), path.dropFirst())
    }

    private func matches(segment pattern: Substring, _ segment: Substring) -> Bool {
        if segment.isEmpty { return pattern.isEmpty }
        func run(_ pattern: Substring, _ text: Substring) -> Bool {
            guard let want = pattern.first else { return text.isEmpty }
            if want == "*" { return run(pattern.dropFirst(), text) || !text.isEmpty && run(pattern, text.dropFirst()) }
            return text.first == want && run(pattern.dropFirst(), text.dropFirst())
        }
        return run(pattern, segment)
    }

    @Test("the matcher agrees with the definition, read literally")
    func oracle() {
        var generator = SeededGenerator(seed: 19)
        let patternPieces = ["/", "/", "a", "b", "*", "/**", "/**", "/a", "/*", "é"]
        let pathPieces = ["/", "/a", "/b", "/", "a", "b", "é", "/ab"]
        var outcomes = [true: 0, false: 0]
        for _ in 0..<100_000 {
            let patternText = "/" + generator.text(of: patternPieces, longest: 8)
            let pathText = "/" + generator.text(of: pathPieces, longest: 8)
            guard let pattern = PathPattern(patternText), let path = try? CanonicalPath(rawPath: pathText)
            else { continue }
            let expected = matches(
                patternText.split(separator: "/", omittingEmptySubsequences: false).dropFirst(),
                pathText.split(separator: "/", omittingEmptySubsequences: false).dropFirst())
            #expect(pattern.matches(path) == expected, "\(pattern) \(path)")
            outcomes[expected, default: 0] += 1
        }
        #expect(outcomes.values.allSatisfy { $0 > 1_000 })
    }

    @Test("a pattern and a path made to take long don't", .timeLimit(.minutes(TestRun.minutes(1))))
    func hostile() throws {
        let stars = String(repeating: "*a", count: 120)
        let bytes = try PathPattern(parsing: "/**/\(stars)/**/\(stars)b")
        let segments = try PathPattern(
            parsing: "/**/a/a/a/a/a/a/**/a/a/a/a/a/a/**/a/a/a/a/a/a/**/a/a/a/a/a/b")
        let longSegment = try CanonicalPath(rawPath: "/" + String(repeating: "a", count: 8000))
        let manySegments = try CanonicalPath(rawPath: String(repeating: "/a", count: 4000))
        for pattern in [bytes, segments] {
            #expect(!pattern.matches(longSegment))
            #expect(!pattern.matches(manySegments))
        }
    }

    @Test("a set matches what one of its patterns matches, and an empty set nothing")
    func sets() throws {
        let set = PathPatternSet(try ["/a/*", "/b/**"].map { try PathPattern(parsing: $0) })
        for path in ["/a/x", "/b", "/b/x/y"] { #expect(try set.matches(CanonicalPath(rawPath: path))) }
        for path in ["/a", "/a/x/y", "/c", "/"] { #expect(try !set.matches(CanonicalPath(rawPath: path))) }
        #expect(set.patterns.map(\.description) == ["/a/*", "/b/**"])
        #expect(PathPatternSet.none.isEmpty && !set.isEmpty)
        #expect(try !PathPatternSet.none.matches(CanonicalPath(rawPath: "/")))
        let json = try JSONEncoder().encode(set)
        #expect(try JSONDecoder().decode(PathPatternSet.self, from: json) == set)
    }

    @Test("no text brings the reading of patterns down")
    func randomTexts() {
        var generator = SeededGenerator(seed: 20)
        let pieces = ["/", "/", "a", "*", "**", ".", ";", "%", "?", "é", "\\", "\u{0}"]
        for _ in 0..<100_000 {
            let text = generator.text(of: pieces, longest: 12)
            guard let pattern = PathPattern(text) else { continue }
            #expect(pattern.description == text)
        }
    }
}
