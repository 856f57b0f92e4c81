import Foundation
import LanyardCore
import Testing

@Suite("HTTP methods")
struct HTTPMethodNameTests {
    static let valid = [
        "GET", "POST", "M-SEARCH", "VERSION-CONTROL", "A1", "!#$%&'*+-.^_`|~", String(repeating: "A", count: 32),
    ]
    static let invalid = [
        "", "get", "Get", "GET ", " GET", "G ET", "GET/", "G(T", "G\"T", "GET\r\n", "É", "G\u{0}T", "GET,POST", "G=T",
        String(repeating: "A", count: 33),
    ]

    @Test("a token of at most 32 bytes without lower-case letters is a method", arguments: valid)
    func accepted(text: String) throws {
        #expect(HTTPMethodName(text)?.description == text)
        let json = try JSONEncoder().encode([text])
        #expect(try JSONDecoder().decode([HTTPMethodName].self, from: json) == [HTTPMethodName(text)])
    }

    @Test("anything else is none", arguments: invalid)
    func refused(text: String) {
        #expect(HTTPMethodName(text) == nil)
    }
}
