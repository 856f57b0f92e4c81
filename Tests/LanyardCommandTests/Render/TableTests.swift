import Testing

@testable import LanyardCommand

@Suite("Tables")
struct TableTests {
    private let columns: [Table.Column] = [
        .init("ID"), .init("NAME", isFlexible: true), .init("COUNT", alignment: .right),
        .init("NOTE", isFlexible: true),
    ]
    private let rows: [[Table.Cell]] = [
        ["key_1", "billing cron of the north", "5", "the first"],
        ["key_22", "x", "1200", "a rather long note that goes on"],
    ]

    @Test("columns are aligned, and nothing is cut where there is no terminal")
    func whole() {
        var table = Table(columns, width: nil, style: .plain)
        #expect(
            table.lines(rows) == [
                "ID      NAME                       COUNT  NOTE",
                "key_1   billing cron of the north      5  the first",
                "key_22  x                           1200  a rather long note that goes on",
            ])
    }

    @Test("at a terminal flexible columns give way, the widest first, and ids stay whole")
    func cut() {
        var table = Table(columns, width: 50, style: .plain)
        let lines = table.lines(rows)
        #expect(
            lines == [
                "ID      NAME              COUNT  NOTE",
                "key_1   billing cron of…      5  the first",
                "key_22  x                  1200  a rather long no…",
            ])
        #expect(lines.allSatisfy { $0.count <= 50 })
    }

    @Test("a terminal that is narrower than what can't give way is never written past")
    func narrow() {
        var table = Table(columns, width: 20, style: .plain)
        let lines = table.lines(rows)
        #expect(lines.allSatisfy { TextWidth.columns($0) <= 20 }, "\(lines)")
        #expect(lines[1].hasPrefix("key_1   billing"))
    }

    @Test("optional columns are left out where there is no room, the last first, before anything is cut to nothing")
    func optional() {
        let columns: [Table.Column] = [
            .init("ID"), .init("NAME", isFlexible: true), .init("HINT", isOptional: true),
            .init("WHEN", isFlexible: true, isOptional: true),
        ]
        let row: [Table.Cell] = ["key_12345678", "billing cron", "x7Qa", "2026-03-01 09:30Z"]
        func lines(_ width: Int?) -> [String] {
            var table = Table(columns, width: width, style: .plain)
            return table.lines([row])
        }
        #expect(lines(nil)[1] == "key_12345678  billing cron  x7Qa  2026-03-01 09:30Z")
        #expect(lines(51)[1] == "key_12345678  billing cron  x7Qa  2026-03-01 09:30Z")
        #expect(lines(40)[1] == "key_12345678  billing …  x7Qa  2026-03-…")
        #expect(lines(36) == ["ID            NAME          HINT", "key_12345678  billing cron  x7Qa"])
        #expect(lines(24) == ["ID            NAME", "key_12345678  billing c…"])
    }

    @Test("rows that come later stand beneath the first ones")
    func later() {
        var table = Table([.init("A"), .init("B")], width: nil, style: .plain)
        #expect(table.lines([["one", "two"]]) == ["A    B", "one  two"])
        #expect(table.lines([["1", "2"]]) == ["1    2"])
    }

    @Test("characters of two columns are counted as two, combining ones as none")
    func wide() {
        var table = Table([.init("A", isFlexible: true), .init("B")], width: nil, style: .plain)
        #expect(table.lines([["日本", "1"], ["e\u{301}a", "2"]]) == ["A     B", "日本  1", "e\u{301}a    2"])
        #expect(TextWidth.truncated("日本語", to: 4, style: .plain) == "日…")
        #expect(TextWidth.truncated("abc", to: 3, style: .plain) == "abc")
        #expect(TextWidth.truncated("abcd", to: 3, style: Style(usesColours: false, usesUnicode: false)) == "ab~")
    }

    @Test(
        "nothing that comes from elsewhere can command the terminal",
        arguments: ["\u{1B}[2J", "a\nb", "a\rb", "\u{9B}31m", "\u{202E}gnp.exe", "\u{7}", "a\u{2066}b"])
    func commands(text: String) {
        let shown = Table.Cell(text).text
        #expect(shown.unicodeScalars.count == text.unicodeScalars.count)
        #expect(shown.contains("\u{FFFD}"))
        #expect(!shown.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
    }

    @Test("colours wrap the text and count for nothing")
    func colours() {
        var table = Table([.init("A"), .init("B")], width: 20, style: Style(usesColours: true, usesUnicode: true))
        #expect(
            table.lines([[.init("x", .bad), .init("y", .good)]]) == [
                "\u{1B}[1mA\u{1B}[0m  \u{1B}[1mB\u{1B}[0m", "\u{1B}[31mx\u{1B}[0m  \u{1B}[32my\u{1B}[0m",
            ])
    }

    @Test("colours are for terminals alone, and not for those who asked for none")
    func whenColours() {
        var console = Console.process
        console.isOutputTerminal = true
        console.environment = ["LANG": "en_US.UTF-8"]
        #expect(console.style == Style(usesColours: true, usesUnicode: true))
        console.environment = ["NO_COLOR": "1", "LC_ALL": "C", "LANG": "en_US.UTF-8"]
        #expect(console.style == Style(usesColours: false, usesUnicode: false))
        console.environment = ["NO_COLOR": "", "TERM": "dumb"]
        #expect(!console.style.usesColours)
        console.environment = [:]
        console.isOutputTerminal = false
        #expect(!console.style.usesColours)
    }
}

@Suite("Objects in full")
struct DetailsTests {
    @Test("fields stand beneath each other, and what says nothing is left out where asked")
    func lines() {
        var details = Details()
        details.add("id", "key_1")
        details.add("in flight", "8")
        details.addUnlessEmpty("plan", "-")
        details.addUnlessEmpty("roles", "")
        #expect(details.lines(style: .plain) == ["id         key_1", "in flight  8"])
    }
}

@Suite("Bars")
struct BarTests {
    private func bar(_ granted: Int64, _ denied: Int64, of largest: Int64, width: Int = 10) -> String {
        let parts = Bar.stacked(granted: granted, denied: denied, largest: largest, width: width, style: .plain)
        return parts.0 + parts.1
    }

    @Test("a bar is as long as its share, and the denied come behind the granted")
    func shares() {
        #expect(bar(50, 50, of: 100) == "█████▒▒▒▒▒")
        #expect(bar(25, 0, of: 100) == "███")
        #expect(bar(0, 30, of: 100) == "▒▒▒")
        #expect(bar(0, 0, of: 100) == "")
        #expect(bar(0, 0, of: 0) == "")
    }

    @Test("what is more than nothing is seen, and never makes the bar too long")
    func small() {
        #expect(bar(1, 0, of: 1_000_000) == "█")
        #expect(bar(999_999, 1, of: 1_000_000) == "█████████▒")
        #expect(bar(1, 999_999, of: 1_000_000) == "█▒▒▒▒▒▒▒▒▒")
        #expect(bar(.max / 2, .max / 2, of: .max).count == 10)
    }

    @Test("without box characters plain ones do")
    func ascii() {
        let style = Style(usesColours: false, usesUnicode: false)
        let parts = Bar.stacked(granted: 1, denied: 1, largest: 2, width: 4, style: style)
        #expect(parts.0 + parts.1 == "##xx")
        #expect(Bar.progress(0.5, width: 4, style: style) == "[##..]")
    }
}

@Suite("JSON for people")
struct JSONIndentedTests {
    @Test("objects and lists of objects are spread over lines, lists of plain values are not")
    func indented() throws {
        let value = try LanyardCommandJSON.parse(#"{"a":[{"b":1},{}],"c":["x","y"],"d":{},"e":[],"f":null}"#)
        #expect(
            JSONIndented.text(value) == """
                {
                  "a": [
                    {
                      "b": 1
                    },
                    {}
                  ],
                  "c": ["x","y"],
                  "d": {},
                  "e": [],
                  "f": null
                }
                """)
    }
}
