import LanyardTesting
import TestSupport
import Testing

@testable import LanyardAdmin

@Suite("Cutting a stream into lines")
struct LineSplitterTests {
    private func split(_ pieces: [[UInt8]], longest: Int = 100) -> [LineSplitter.Line] {
        var splitter = LineSplitter(longest: longest)
        var lines = pieces.flatMap { splitter.append($0) }
        if let last = splitter.finish() { lines.append(last) }
        return lines
    }

    private func text(_ text: String) -> LineSplitter.Line { .text(Array(text.utf8)) }

    @Test("lines end with a line feed, a carriage return before it is no part of them, and the last needs neither")
    func ends() {
        #expect(split([Array("a\nb\r\n\nc".utf8)]) == [text("a"), text("b"), text(""), text("c")])
        #expect(split([Array("a\n".utf8)]) == [text("a")])
        #expect(split([Array("a\r".utf8), Array("\nb".utf8)]) == [text("a"), text("b")])
        #expect(split([]) == [])
        #expect(split([Array("\n".utf8)]) == [text("")])
    }

    @Test("a line may be as long as allowed and no longer, and a line after one that is too long is whole again")
    func length() {
        #expect(split([Array("1234\n".utf8)], longest: 4) == [text("1234")])
        #expect(split([Array("12345\n67\n".utf8)], longest: 4) == [.tooLong, text("67")])
        #expect(split([Array("123".utf8), Array("45".utf8), Array("6\n7".utf8)], longest: 4) == [.tooLong, text("7")])
        #expect(split([Array("12345".utf8)], longest: 4) == [.tooLong])
    }

    @Test("wherever the stream is cut, the lines are the same")
    func cuts() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let length = Int.random(in: 0..<200, using: &random)
            // Few different bytes, so that every kind of neighbour comes up.
            let bytes = (0..<length).map { _ in Array("ab\r\n".utf8).randomElement(using: &random) ?? 0 }
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...min(9, rest.count), using: &random)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(split(pieces, longest: 6) == split([bytes], longest: 6))
        }
    }
}
