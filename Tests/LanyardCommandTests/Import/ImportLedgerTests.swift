import LanyardWire
import Testing

@testable import LanyardCommand

@Suite("Cutting a stream into lines")
struct LineSplitterTests {
    private func lines(_ pieces: [String], longest: Int = 100) -> [LineSplitter.Line] {
        var splitter = LineSplitter(longest: longest)
        var lines = pieces.flatMap { splitter.feed(Array($0.utf8)) }
        if let last = splitter.finish() { lines.append(last) }
        return lines
    }

    @Test("the lines are the same however the pieces fall")
    func pieces() {
        let text = "one\n\n  \r\nfour\nä five\nlast"
        let whole = lines([text])
        #expect(
            whole.map { String(decoding: $0.bytes, as: UTF8.self) } == ["one", "", "  \r", "four", "ä five", "last"])
        #expect(whole.map(\.isBlank) == [false, true, true, false, false, false])
        #expect(whole.map(\.start) == [0, 4, 5, 9, 14, 22])
        #expect(whole.map(\.end) == [4, 5, 9, 14, 22, 26])
        for size in 1...8 {
            let bytes = Array(text.utf8)
            var splitter = LineSplitter(longest: 100)
            var cut: [LineSplitter.Line] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                cut += splitter.feed(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            if let last = splitter.finish() { cut.append(last) }
            #expect(cut == whole)
        }
    }

    @Test("a newline at the end begins no line, and nothing is no line")
    func ends() {
        #expect(lines(["a\n"]).count == 1)
        #expect(lines([""]).isEmpty)
    }

    @Test("a line that is too long is passed over, and the next one is whole")
    func tooLong() {
        let found = lines(["123456", "7890\nab", "c\n"], longest: 5)
        #expect(found.map(\.isTooLong) == [true, false])
        #expect(found[0].bytes == Array("12345".utf8))
        #expect(found[0].end == 11)
        #expect(found[1].bytes == Array("abc".utf8))
        #expect(lines(["12345\n"], longest: 5).map(\.isTooLong) == [false])
    }
}

@Suite("What has become of each line of an import")
struct ImportLedgerTests {
    private func ledger(_ lines: Int, resuming: ImportProgress? = nil) -> ImportLedger {
        var ledger = ImportLedger(resuming: resuming)
        var splitter = LineSplitter(longest: ImportLedger.longestLine)
        let text = (1...lines).map { "line \($0)\n" }.joined()
        for line in splitter.feed(Array(text.utf8)) { ledger.take(line) }
        return ledger
    }

    private func refused(_ line: Int64, _ code: String) -> ImportAnswer {
        .refused(
            line: line, problem: .object(JSONObject([.init("code", .string(code)), .init("id", .string("key_1"))])))
    }

    private func send(_ ledger: inout ImportLedger, most: Int = .max) -> String? {
        ledger.nextBytes(most: most).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("lines are given out once, and settled in their order")
    func order() throws {
        var ledger = ledger(3)
        ledger.connect()
        #expect(send(&ledger, most: 8) == "line 1\nline 2\n")
        #expect(send(&ledger) == "line 3\n")
        #expect(send(&ledger) == nil)
        #expect(try ledger.settle(.imported(line: 1, id: "a")) == [.init(line: 1, outcome: .imported(id: "a"))])
        #expect(ledger.awaitsAnswer)
        _ = try ledger.settle(refused(2, "invalid_request"))
        _ = try ledger.settle(.imported(line: 3, id: "c"))
        #expect(try ledger.settle(.summary(imported: 2, refused: 1)).isEmpty)
        #expect(ledger.isSettled && !ledger.awaitsAnswer)
        #expect(ledger.progress.lines == 3)
        #expect(ledger.progress.end == 21)
        #expect((ledger.progress.imported, ledger.progress.refused) == (2, 1))
    }

    @Test("an answer that is not the next line's, or comes before the line was sent, is a mismatch")
    func mismatch() throws {
        var ledger = ledger(3)
        ledger.connect()
        #expect(throws: ImportLedger.Mismatch.self) { try ledger.settle(.imported(line: 1, id: "a")) }
        _ = send(&ledger, most: 1)
        #expect(throws: ImportLedger.Mismatch.self) { try ledger.settle(.imported(line: 2, id: "a")) }
        _ = try ledger.settle(.imported(line: 1, id: "a"))
        #expect(throws: ImportLedger.Mismatch.self) { try ledger.settle(.imported(line: 1, id: "a")) }
        #expect(throws: ImportLedger.Mismatch.self) { try ledger.settle(.imported(line: 2, id: "a")) }
        #expect(throws: ImportLedger.Mismatch.self) { try ledger.settle(.summary(imported: 2, refused: 0)) }
    }

    @Test("a new connection gets what is not settled, and counts from one again")
    func reconnect() throws {
        var ledger = ledger(3)
        ledger.connect()
        _ = send(&ledger)
        _ = try ledger.settle(.imported(line: 1, id: "a"))
        ledger.connect()
        #expect(send(&ledger) == "line 2\nline 3\n")
        #expect(try ledger.settle(refused(1, "digest_exists")) == [.init(line: 2, outcome: .alreadyThere(id: "key_1"))])
        _ = try ledger.settle(.imported(line: 2, id: "c"))
        _ = try ledger.settle(.summary(imported: 1, refused: 1))
        #expect(ledger.progress.alreadyThere == 1)
        #expect(ledger.progress.refused == 0)
    }

    @Test("a digest that exists is refused, unless the line may have been sent before")
    func digestExists() throws {
        var fresh = ledger(2)
        fresh.connect()
        _ = send(&fresh, most: 1)
        #expect(try fresh.settle(refused(1, "digest_exists")).first?.outcome != .alreadyThere(id: "key_1"))
        #expect(fresh.progress.refused == 1)
        // Line 2 was never sent on the first connection.
        fresh.connect()
        _ = send(&fresh)
        _ = try fresh.settle(refused(1, "digest_exists"))
        #expect(fresh.progress.refused == 2)

        var resumed = ledger(1, resuming: ImportProgress(lines: 5))
        resumed.connect()
        _ = send(&resumed)
        let settled = try resumed.settle(refused(1, "digest_exists"))
        #expect(settled == [.init(line: 6, outcome: .alreadyThere(id: "key_1"))])
    }

    @Test("blank lines are counted and not sent")
    func blank() throws {
        var ledger = ImportLedger()
        var splitter = LineSplitter(longest: 100)
        for line in splitter.feed(Array("\na\n \nb\n\n".utf8)) { ledger.take(line) }
        ledger.connect()
        #expect(send(&ledger) == "a\nb\n")
        #expect(try ledger.settle(.imported(line: 1, id: "x")).map(\.line) == [2])
        #expect(try ledger.settle(.imported(line: 2, id: "y")).map(\.line) == [4])
        #expect(ledger.isSettled)
    }

    @Test("lines that are too long are refused here, in their turn")
    func tooLong() throws {
        var ledger = ImportLedger()
        var splitter = LineSplitter(longest: 5)
        for line in splitter.feed(Array("123456\na\n123456\n123456\nb\n123456\n".utf8)) { ledger.take(line) }
        #expect(ledger.settleRefusedHere().map(\.line) == [1])
        ledger.connect()
        #expect(send(&ledger) == "a\nb\n")
        #expect(try ledger.settle(.imported(line: 1, id: "x")).map(\.line) == [2, 3, 4])
        #expect(try ledger.settle(.imported(line: 2, id: "x")).map(\.line) == [5, 6])
        #expect(ledger.isSettled)
        #expect(ledger.progress.refused == 4)
        #expect(try ledger.settle(.summary(imported: 2, refused: 0)).isEmpty)
    }

    @Test("no more is taken than has room, and answers make room")
    func room() throws {
        var ledger = ledger(ImportLedger.mostLines)
        #expect(!ledger.hasRoom)
        ledger.connect()
        _ = send(&ledger, most: 1)
        _ = try ledger.settle(.imported(line: 1, id: "x"))
        #expect(ledger.hasRoom)

        var wide = ImportLedger()
        var splitter = LineSplitter(longest: ImportLedger.longestLine)
        let line = [UInt8](repeating: 0x61, count: ImportLedger.longestLine) + [0x0A]
        var count = 0
        while wide.hasRoom, count < 10_000 {
            for line in splitter.feed(line) { wide.take(line) }
            count += 1
        }
        // A batch of the server fits, or both sides would wait for each other.
        #expect(count > 1_000 && count < 1_300)
    }

    @Test("progress survives being written down, and nothing else is taken for it")
    func progress() throws {
        let progress = ImportProgress(
            lines: 12, start: 100, end: 120, fingerprint: .max, imported: 9, alreadyThere: 1, refused: 2)
        #expect(ImportProgress(progress.json) == progress)
        for text in ["{}", #"{"version":2}"#, "[]", #"{"version":1,"lines":-1}"#] {
            #expect(ImportProgress(try LanyardCommandJSON.parse(text)) == nil)
        }
    }
}

@Suite("How an import is shown")
struct ImportDisplayTests {
    private func text(_ progress: ImportProgress, size: UInt64?, seconds: Double) -> String {
        ImportDisplay.text(
            .init(progress: progress, size: size), linesBefore: 0, bytesBefore: 0, elapsed: .seconds(seconds),
            style: .plain)
    }

    @Test("a bar by the file's size, with the rate and the time that is left")
    func file() {
        let progress = ImportProgress(lines: 5_000, end: 250_000, imported: 4_997, refused: 3)
        #expect(
            text(progress, size: 1_000_000, seconds: 10)
                == "[██████░░░░░░░░░░░░░░░░░░]   25 %  5000 lines  500/s  3 refused  30s left")
        #expect(text(progress, size: 100_000_000, seconds: 10).hasSuffix("1h 6m left"))
        #expect(
            text(progress, size: 250_000, seconds: 10)
                == "[████████████████████████]  100 %  5000 lines  500/s  3 refused")
    }

    @Test("without a size no share and no time, and no rate in the first moment")
    func pipe() {
        #expect(
            text(ImportProgress(lines: 7, alreadyThere: 2), size: nil, seconds: 2) == "7 lines  3/s  2 already there")
        #expect(text(ImportProgress(), size: 100, seconds: 0) == "[░░░░░░░░░░░░░░░░░░░░░░░░]    0 %  0 lines")
    }
}
