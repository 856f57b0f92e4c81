import LanyardCore
import Testing

@testable import LanyardServer

@Suite("The last search for secrets")
struct SecretScrubberTests {
    private static let tail = String(repeating: "aZ9", count: 16) + "x"

    private func scrubbed(_ text: String) -> String {
        var bytes = Array(text.utf8)
        SecretScrubber.scrub(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "a native secret is found wherever it stands",
        arguments: [
            ("$", "<REDACTED>"), ("a $ b", "a <REDACTED> b"), ("\"$\"", "\"<REDACTED>\""),
            ("?key=$&x=1\n", "?key=<REDACTED>&x=1\n"), ("$,$", "<REDACTED>,<REDACTED>"), ("k_$", "k_<REDACTED>"),
            ("$tail", "<REDACTED>"), ("Bearer%20$", "Bearer%<REDACTED>"), ("é$é", "é<REDACTED>é"),
            ("abcdefghijklprefixed$", "abcdefghijk<REDACTED>"), ("$_$", "<REDACTED>_<REDACTED>"),
        ])
    func found(form: String, expected: String) {
        #expect(scrubbed(form.replacing("$", with: "lyd_live_" + Self.tail)) == expected)
    }

    @Test("the longest and the shortest words are taken whole")
    func words() {
        #expect(scrubbed("a_b_" + Self.tail) == "<REDACTED>")
        #expect(scrubbed("abcdefghijk2_abcdefghijk3_" + Self.tail) == "<REDACTED>")
    }

    @Test("secrets as they are made are found")
    func realSecrets() throws {
        for _ in 0..<100 {
            let secret = try makeSecret().reveal()
            #expect(scrubbed("new secret: \(secret).") == "new secret: <REDACTED>.")
            #expect(SecretScrubber.holdsSecret(secret))
        }
    }

    private func makeSecret() throws -> Secret {
        let prefix = try #require(SecretPrefix("lyd"))
        let environment = try #require(EnvironmentName("live"))
        return Secret.generate(prefix: prefix, environment: environment)
    }

    @Test("what has another form is left alone")
    func untouched() {
        let digest = String(repeating: "0123456789abcdef", count: 4)
        for text in [
            "", "_", "__", "no secret", "key_0123456789ABCDEFGHIJKL", "sha256:" + digest, "_" + Self.tail,
            "__" + Self.tail, "live_" + Self.tail, "LYD_LIVE_" + Self.tail, "lyd_live_" + Self.tail.dropLast(),
            "lyd__" + Self.tail, Self.tail, "lyd_live_" + Self.tail.prefix(20) + "-" + Self.tail.prefix(20),
        ] {
            #expect(scrubbed(text) == text)
        }
    }
}
