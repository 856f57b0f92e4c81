import Testing

@Suite("Telling code from comments and strings")
struct SourceScannerTests {
    private func code(_ text: String) -> [String] { SourceScanner.lines(of: text).map(\.code) }

    @Test("a string's inside is dropped, or kept when asked for")
    func strings() {
        #expect(code("f(\"a // b\", 1)") == ["f(\"\", 1)"])
        #expect(code("f(\"a \\\" b\") // c") == ["f(\"\") "])
        #expect(code("f(#\"a \" \\\"#, 1)") == ["f(#\"\"#, 1)"])
        let kept = SourceScanner.lines(of: "f(\"a // b\") // c", stringContents: .kept)
        #expect(kept.map(\.code) == ["f(\"a // b\") "])
        #expect(kept.map(\.comment) == [.plain("// c")])
    }

    @Test("an interpolation is code, with its own parentheses and strings")
    func interpolations() {
        #expect(code("\"a \\(f(\"x\" + (b))) c\" + d") == ["\"\\(f(\"\" + (b)))\" + d"])
        #expect(code("#\"a \\(b) \\#(c) d\"#") == ["#\"\\#(c)\"#"])
    }

    @Test("a text over several lines stays a text, quotes and all")
    func multilineStrings() {
        #expect(
            code("let a = \"\"\"\n  \"b\" // c\n  \\(d)\n  \"\"\" + e") == [
                "let a = \"\"\"", "", "\\(d)", "\"\"\" + e",
            ])
    }

    @Test("comments are told by kind, and block comments nest")
    func comments() {
        let lines = SourceScanner.lines(of: "a // b\n/// c\n//// d\n/* e /* f */ g */ h\n/** i\n*/ j")
        #expect(lines.map(\.code) == ["a ", "", "", " h", "", " j"])
        #expect(lines.map(\.givesReason) == [true, false, true, true, false, false])
        #expect(lines.map(\.number) == [1, 2, 3, 4, 5, 6])
    }

    @Test("what the scanner misreads is over at the end of the line")
    func heals() {
        #expect(code("let a = /\"/\nlet b = 1").last == "let b = 1")
    }
}
