import Foundation
import LanyardCore
import Testing

@Suite("Prefixes and environments")
struct SecretWordTests {
    static let valid = ["a", "z9", "lyd", "live", "test", "abcdefghijkl", "a00000000000"]
    static let invalid = ["", "A", "1a", "_", "a_b", "a-b", "a b", " a", "a ", "abcdefghijklm", "é", "a\u{0}", "aé"]

    @Test("a letter and up to eleven letters or digits are a prefix and an environment", arguments: valid)
    func accepted(text: String) throws {
        #expect(SecretPrefix(text)?.description == text)
        #expect(EnvironmentName(text)?.description == text)
        #expect(lending(text) { SecretPrefix(utf8: $0) } == SecretPrefix(text))
        #expect(lending(text) { EnvironmentName(utf8: $0) } == EnvironmentName(text))
        let json = try JSONEncoder().encode([text])
        #expect(try JSONDecoder().decode([SecretPrefix].self, from: json).map(\.description) == [text])
        #expect(try JSONEncoder().encode([EnvironmentName(text)]) == json)
    }

    @Test("anything else is neither", arguments: invalid)
    func refused(text: String) throws {
        #expect(SecretPrefix(text) == nil)
        #expect(EnvironmentName(text) == nil)
        #expect(lending(text) { SecretPrefix(utf8: $0) } == nil)
        #expect(lending(text) { EnvironmentName(utf8: $0) } == nil)
        let json = try JSONEncoder().encode([text])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([EnvironmentName].self, from: json) }
    }

    @Test("the words that Lanyard knows are valid")
    func known() {
        #expect(SecretPrefix.lyd == SecretPrefix("lyd"))
        #expect(EnvironmentName.live == EnvironmentName("live"))
        #expect(EnvironmentName.test == EnvironmentName("test"))
        #expect(EnvironmentName.live < .test)
    }

    @Test("a text that can't be decoded is not repeated in the error")
    func noEcho() throws {
        let json = try JSONEncoder().encode(["Secret-In-The-Wrong-Field"])
        let error = #expect(throws: DecodingError.self) { try JSONDecoder().decode([SecretPrefix].self, from: json) }
        #expect(!String(describing: error).contains("Wrong-Field"))
    }
}
