import LanyardCore
import LanyardTesting
import Testing

@Suite("Canonical paths")
struct CanonicalPathTests {
    static let accepted: [(String, String)] = [
        ("/", "/"), ("/v1/invoices", "/v1/invoices"), ("/v1/invoices/", "/v1/invoices/"), ("/a%20b", "/a b"),
        ("/a b", "/a b"), ("/%61", "/a"), ("/%7Euser", "/~user"), ("/caf%C3%A9", "/café"), ("/café", "/café"),
        ("/.well-known/x", "/.well-known/x"), ("/a.b", "/a.b"), ("/file%2Ejson", "/file.json"), ("/...", "/..."),
        ("/...;x", "/...;x"), ("/..a", "/..a"), ("/a..", "/a.."), ("/a/.b/..c/d", "/a/.b/..c/d"), ("/%2Ea", "/.a"),
        ("/a;v=1/b", "/a;v=1/b"), ("/a;", "/a;"), ("/a%3Bb", "/a;b"), ("/100%25", "/100%"), ("/%2561", "/%61"),
        ("/50%25off", "/50%off"), ("/a%3Fb", "/a?b"), ("/a%23b", "/a#b"), ("/%F0%9F%94%91", "/🔑"),
        ("/a:b@c!$&'()*+,=", "/a:b@c!$&'()*+,="), ("/%25", "/%"),
        ("/" + String(repeating: "a", count: 8191), "/" + String(repeating: "a", count: 8191)),
    ]

    @Test("a path of which there is one reading is decoded once", arguments: accepted)
    func decoding(raw: String, decoded: String) throws {
        let path = try CanonicalPath(rawPath: raw)
        #expect(Array(path.description.utf8) == Array(decoded.utf8))
        #expect(try CanonicalPath(rawPath: raw[...]) == path)
        #expect(try lending(raw) { try CanonicalPath(rawPath: $0) } == path)
    }

    static let refused: [(String, PathError)] = [
        ("", .notAbsolute), ("a", .notAbsolute), ("*", .notAbsolute), ("http://host/a", .notAbsolute),
        ("%2Fa", .notAbsolute), ("/" + String(repeating: "a", count: 8192), .tooLong),
        ("/.", .dotSegment), ("/..", .dotSegment), ("/./a", .dotSegment), ("/a/../b", .dotSegment),
        ("/a/..", .dotSegment), ("/a/./b", .dotSegment), ("/a/%2e%2e/b", .dotSegment), ("/a/%2E./b", .dotSegment),
        ("/a/.%2e/b", .dotSegment), ("/%2e", .dotSegment), ("/a/..;x/b", .dotSegment), ("/a/..;/b", .dotSegment),
        ("/a/.;x", .dotSegment), ("/a/..%3Bx/b", .dotSegment), ("/a/%2e%2e%3bx", .dotSegment),
        ("/a/..;x=../b", .dotSegment),
        ("//", .emptySegment), ("//a", .emptySegment), ("/a//b", .emptySegment), ("/a//", .emptySegment),
        ("/a/;x/b", .emptySegment), ("/;", .emptySegment), ("/a/%3Bx/b", .emptySegment),
        ("/a%2Fb", .encodedSlash), ("/a%2fb", .encodedSlash), ("/%2F", .encodedSlash), ("/..%2F..%2Fb", .encodedSlash),
        ("/a\\b", .backslash), ("/a%5Cb", .backslash), ("/a%5cb", .backslash), ("/..\\b", .backslash),
        ("/a\u{0}b", .controlCharacter), ("/a%00b", .controlCharacter), ("/a%0Ab", .controlCharacter),
        ("/a\rb", .controlCharacter), ("/a%7F", .controlCharacter), ("/a\u{7f}", .controlCharacter),
        ("/a%", .invalidEncoding), ("/a%2", .invalidEncoding), ("/a%zz", .invalidEncoding),
        ("/a%%20", .invalidEncoding), ("/a%u002e", .invalidEncoding), ("/a% 20", .invalidEncoding),
        ("/a%2é", .invalidEncoding), ("/%é", .invalidEncoding),
        ("/%ff", .invalidUTF8), ("/%c3", .invalidUTF8), ("/%c0%ae%c0%ae/b", .invalidUTF8), ("/%c0%af", .invalidUTF8),
        ("/%ed%a0%80", .invalidUTF8), ("/%f5%80%80%80", .invalidUTF8), ("/a\u{fffd}", .invalidUTF8),
        ("/é%a9", .invalidUTF8),
        ("/%252e%252e/b", .doubleEncoding), ("/a%252Fb", .doubleEncoding), ("/a%255Cb", .doubleEncoding),
        ("/..%253bx/b", .doubleEncoding), ("/%25252e", .doubleEncoding), ("/%2525252F", .doubleEncoding),
        ("/%25%32%65", .doubleEncoding), ("/%25%25252e", .doubleEncoding),
        ("/%252%2565", .doubleEncoding), ("/%25%2532e", .doubleEncoding),
        ("/a?b", .query), ("/?", .query), ("/a#b", .fragment), ("/#", .fragment),
    ]

    @Test("a path that can be read in several ways is refused with its reason", arguments: refused)
    func refusal(raw: String, error: PathError) {
        #expect(throws: error, "\(raw)") { try CanonicalPath(rawPath: raw) }
        #expect(throws: error, "\(raw)") { try lending(raw) { try CanonicalPath(rawPath: $0) } }
    }

    @Test("bytes that are no UTF-8 are refused, also without an encoding")
    func invalidBytes() {
        let invalid: [[UInt8]] = [
            [0x2f, 0xff], [0x2f, 0xc3], [0x2f, 0xc0, 0xaf], [0x2f, 0xed, 0xa0, 0x80], [0x2f, 0xc3, 0x25, 0x34, 0x31],
        ]
        for bytes in invalid {
            #expect(throws: PathError.invalidUTF8) { try bytes.withUnsafeBytes { try CanonicalPath(rawPath: $0) } }
        }
    }

    @Test("each reason has a sentence of its own")
    func sentences() {
        #expect(Set(PathError.allCases.map(\.description)).count == PathError.allCases.count)
        for error in PathError.allCases { #expect(error.description.hasSuffix(".")) }
    }

    @Test("the path is what comes before the query; a '#' stays, to be refused")
    func cutting() {
        let targets = [
            ("/a?b=/../c", "/a"), ("/a", "/a"), ("/a?", "/a"), ("?a", ""), ("", ""), ("/a?b?c", "/a"), ("/a#b", "/a#b"),
            ("/a#b?c", "/a#b"), ("/a?b#c", "/a"), ("/é?é", "/é"),
        ]
        for (target, path) in targets {
            #expect(CanonicalPath.cut(target) == path)
            #expect(CanonicalPath.cut(target[...]) == path)
            #expect(lending(target) { String(decoding: CanonicalPath.cut($0), as: UTF8.self) } == path)
        }
    }

    @Test("paths that only look alike are different")
    func noNormalisation() throws {
        #expect(try CanonicalPath(rawPath: "/caf\u{e9}") != CanonicalPath(rawPath: "/cafe\u{301}"))
        #expect(try CanonicalPath(rawPath: "/A") != CanonicalPath(rawPath: "/a"))
        #expect(try CanonicalPath(rawPath: "/%61") == CanonicalPath(rawPath: "/a"))
    }

    /// A program that reads paths more loosely than anyone should: it decodes until nothing is left to decode, takes
    /// backslashes for slashes, drops parameters and empty segments, and climbs at dots.
    private func looseSegments(_ raw: String) -> [String] {
        var text = Array(raw.utf8)
        while true {
            let decoded = decodedOnce(text)
            if decoded == text { break }
            text = decoded
        }
        let unified = text.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
        var segments: [String] = []
        for part in unified.split(separator: UInt8(ascii: "/")) {
            let name = String(decoding: part.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
            switch name {
            case "", ".": break
            case "..": _ = segments.popLast()
            default: segments.append(name)
            }
        }
        return segments
    }

    private func decodedOnce(_ text: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == UInt8(ascii: "%"), index + 2 < text.count,
                let upper = Hexadecimal.value(of: text[index + 1]), let lower = Hexadecimal.value(of: text[index + 2])
            {
                decoded.append(upper << 4 | lower)
                index += 3
            } else {
                decoded.append(text[index])
                index += 1
            }
        }
        return decoded
    }

    @Test("however loosely a program behind reads an accepted path, it sees as many segments in the same places")
    func oneReading() {
        var generator = SeededGenerator(seed: 17)
        let pieces = [
            "/", "/", "/a", ".", "..", "%2e", "%2E", "%2f", "%25", "25", "2e", "2f", "5c", "%5c", "\\", ";", "%3b",
            "3b", "a", "b", "%", "é", "%c3%a9", "%61",
        ]
        var accepted = 0
        for _ in 0..<100_000 {
            let raw = "/" + generator.text(of: pieces, longest: 9)
            guard let path = try? CanonicalPath(rawPath: raw) else { continue }
            accepted += 1
            let strict = path.description.split(separator: "/")
            let loose = looseSegments(raw)
            #expect(strict.count == loose.count, "\(raw)")
            for (ours, theirs) in zip(strict, loose) where !ours.contains("%") {
                #expect(ours.prefix { $0 != ";" } == theirs, "\(raw)")
            }
        }
        #expect(accepted > 2_000)
    }

    @Test("no bytes bring the judging down, and a decoded path that is encoded anew comes out the same")
    func randomBytes() throws {
        var generator = SeededGenerator(seed: 18)
        for _ in 0..<100_000 {
            let bytes = [UInt8(ascii: "/")] + generator.bytes(longest: 12)
            guard let path = try? bytes.withUnsafeBytes({ try CanonicalPath(rawPath: $0) }) else { continue }
            let encoded = path.description.utf8.map { byte in
                byte == UInt8(ascii: "/") ? "/" : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            #expect(try CanonicalPath(rawPath: encoded.joined()) == path)
        }
    }
}
