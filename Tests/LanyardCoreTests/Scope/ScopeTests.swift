import Foundation
import LanyardCore
import LanyardTesting
import Testing

@Suite("Scopes")
struct ScopeTests {
    static let valid = [
        "a", "invoices:read", "a:b:c:d:e:f:g:h", "a_b.c-d:0", "*", "*:read", "invoices:*", "a:*:c", "a:*:*", "*:*:*:*",
        "and:or", "android", "band", "or:x", "-", ".", "..", "lanyard", "lanyard:*", "lanyard:keys:write",
        "lanyard:keys:write@payments", "lanyard@p", "lanyard:*@0a_b.c-d", "lanyards:x",
        "lanyard:x@" + String(repeating: "p", count: 63), String(repeating: "a", count: 128),
    ]

    @Test("a scope comes back as it was written, also through JSON", arguments: valid)
    func accepted(text: String) throws {
        let scope = try Scope(parsing: text)
        #expect(scope.description == text)
        #expect(Scope(text) == scope)
        let json = try JSONEncoder().encode([scope])
        #expect(try JSONDecoder().decode([String].self, from: json) == [text])
        #expect(try JSONDecoder().decode([Scope].self, from: json) == [scope])
    }

    static let invalid: [(String, ScopeSyntaxError.Reason, Int)] = [
        ("", .empty, 0),
        (":", .emptySegment, 0), ("a:", .emptySegment, 2), (":a", .emptySegment, 0), ("a::b", .emptySegment, 2),
        ("A", .invalidCharacter, 0), ("aB", .invalidCharacter, 1), ("a:b c", .invalidCharacter, 3),
        ("a:é", .invalidCharacter, 2), ("a/b", .invalidCharacter, 1), ("a:(b)", .invalidCharacter, 2),
        ("a\u{0}", .invalidCharacter, 1), ("a:b\n", .invalidCharacter, 3),
        ("a*", .partialWildcard, 1), ("*a", .partialWildcard, 0), ("a:**", .partialWildcard, 2),
        ("and", .reservedWord, 0), ("or", .reservedWord, 0),
        ("a:b:c:d:e:f:g:h:i", .tooManySegments, 16), ("*:*:*:*:*:*:*:*:*", .tooManySegments, 16),
        (String(repeating: "a", count: 129), .tooLong, 128),
        ("a@p", .projectNotAllowed, 1), ("*@p", .projectNotAllowed, 1), ("lanyards:x@p", .projectNotAllowed, 10),
        ("*:lanyard@p", .projectNotAllowed, 9), ("@p", .emptySegment, 0),
        ("lanyard@", .invalidProject, 8), ("lanyard:x@_p", .invalidProject, 10), ("lanyard:x@P", .invalidProject, 10),
        ("lanyard:x@p@q", .invalidProject, 10), ("lanyard:x@p:q", .invalidProject, 10),
        ("lanyard:x@*", .invalidProject, 10), ("lanyard:x@" + String(repeating: "p", count: 64), .invalidProject, 10),
    ]

    @Test("what is no scope is refused with its reason and the place", arguments: invalid)
    func refused(text: String, reason: ScopeSyntaxError.Reason, position: Int) {
        let error = #expect(throws: ScopeSyntaxError.self) { try Scope(parsing: text) }
        #expect(error?.reason == reason)
        #expect(error?.position == position)
        #expect(error?.description.hasPrefix("at byte \(position): expected") == true)
        #expect(Scope(text) == nil)
    }

    @Test("a name is a scope without '*' and '@'")
    func names() throws {
        #expect(try ScopeName(parsing: "invoices:read").isAdministrative == false)
        #expect(try ScopeName(parsing: "lanyard:verify").isAdministrative)
        #expect(ScopeName("lanyard")?.isAdministrative == true)
        #expect(Scope(try ScopeName(parsing: "a:b")) == Scope("a:b"))
        let refused: [(String, ScopeSyntaxError.Reason, Int)] = [
            ("a:*", .wildcardInName, 2), ("*", .wildcardInName, 0), ("lanyard:x@p", .projectNotAllowed, 9),
            ("and", .reservedWord, 0), ("a:", .emptySegment, 2),
        ]
        for (text, reason, position) in refused {
            let error = #expect(throws: ScopeSyntaxError.self) { try ScopeName(parsing: text) }
            #expect(error?.reason == reason && error?.position == position)
            #expect(ScopeName(text) == nil)
        }
    }

    @Test("a scope tells its project, and whether it rules Lanyard itself")
    func properties() {
        #expect(Scope("lanyard:keys:write@payments")?.project == "payments")
        #expect(Scope("lanyard:keys:write")?.project == nil)
        #expect(Scope("a:b")?.project == nil)
        for text in ["lanyard", "lanyard:*", "lanyard:x@p"] { #expect(Scope(text)?.isAdministrative == true) }
        for text in ["*", "*:x", "lanyards", "a:lanyard"] { #expect(Scope(text)?.isAdministrative == false) }
    }

    static let matches: [(String, String, Bool)] = [
        ("a", "a", true), ("a", "b", false), ("a", "a:b", false), ("a:b", "a", false), ("a:b", "a:bc", false),
        ("ab", "a", false), ("*", "a", true), ("*", "a:b:c", true), ("*", "lanyard", false),
        ("*", "lanyard:verify", false),
        ("*", "lanyards", true), ("*:verify", "lanyard:verify", false), ("*:read", "invoices:read", true),
        ("*:read", "read", false), ("*:read", "a:b:read", false), ("a:*", "a", false), ("a:*", "a:b", true),
        ("a:*", "a:b:c:d", true), ("a:*", "ab:c", false), ("a:*:c", "a:b:c", true), ("a:*:c", "a:b:b:c", false),
        ("a:*:c", "a:c", false), ("a:*:c", "a:b:cd", false), ("a:*:*", "a:b", false), ("a:*:*", "a:b:c", true),
        ("a:*:*", "a:b:c:d", true), ("lanyard:*", "lanyard:keys:write", true), ("lanyard:*", "lanyard", false),
        ("lanyard:*:write", "lanyard:keys:write", true), ("lanyard:x@p", "lanyard:x", true),
        ("lanyard:*@p", "lanyard:x:y", true), ("lanyard:x@p", "lanyard:y", false),
    ]

    @Test("a pattern matches the names that it says, and no others", arguments: matches)
    func matching(pattern: String, name: String, isMatch: Bool) throws {
        #expect(try Scope(parsing: pattern).matches(ScopeName(parsing: name)) == isMatch)
    }

    static let containments: [(String, String, Bool)] = [
        ("a", "a", true), ("a", "b", false), ("a:*", "a:b", true), ("a:*", "a:b:c", true), ("a:*", "a:*", true),
        ("a:*", "a:*:*", true), ("a:*:*", "a:*", false), ("a:*", "a", false), ("a:b", "a:*", false),
        ("a:*:c", "a:b:c", true), ("a:*:c", "a:*", false), ("a:*", "a:*:c", true), ("*", "a:b", true), ("*", "*", true),
        ("*", "*:x", true), ("*:x", "*", false), ("*", "lanyard:x", false), ("lanyard:*", "*", false),
        ("lanyard:*", "lanyard:x", true), ("lanyard:*", "lanyard:x@p", true), ("lanyard:x@p", "lanyard:x@p", true),
        ("lanyard:x@p", "lanyard:x", false), ("lanyard:x@p", "lanyard:x@q", false),
        ("lanyard:*@p", "lanyard:x@p", true),
        ("lanyard:*@p", "lanyard:x@q", false), ("lanyard:x@p", "lanyard:*@p", false),
    ]

    @Test("a pattern contains the patterns that match no more than it does", arguments: containments)
    func containment(wide: String, narrow: String, isContained: Bool) throws {
        #expect(try Scope(parsing: wide).contains(Scope(parsing: narrow)) == isContained)
    }

    @Test("no text brings the reading down, and what is read is written as it was")
    func randomTexts() {
        var generator = SeededGenerator(seed: 8)
        let pieces = ["a", "b0", ":", ":", "*", "@", "lanyard", "and", "or", "_", ".", "-", "A", " ", "é", "\u{0}"]
        for _ in 0..<100_000 {
            let text = generator.text(of: pieces, longest: 12)
            if let scope = Scope(text) { #expect(scope.description == text) }
            if let name = ScopeName(text) {
                #expect(Scope(text)?.matches(name) == true)
                #expect(!text.contains("*") && !text.contains("@"))
            }
        }
    }
}
