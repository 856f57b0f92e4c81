import Foundation
import Logging
import Synchronization
import Testing

@testable import LanyardTelemetry

/// Keeps lines for a test to read.
final class KeptOutput: LogOutput {
    private let kept = Mutex<[UInt8]>([])

    func write(_ line: [UInt8]) { kept.withLock { $0 += line } }

    var text: String { String(decoding: kept.withLock { $0 }, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }
}

/// Prints as a secret does; its text is nowhere but in `hidden`.
struct Hidden: CustomStringConvertible, Sendable {
    let hidden: String
    var description: String { "<REDACTED>" }
}

struct Fault: Error, CustomStringConvertible {
    let description: String
}

/// A text that must not reach the terminal on which the tests run either: they print the names of their arguments.
struct Hostile: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: String

    init(_ name: String, _ text: String) {
        testDescription = name
        self.text = text
    }
}

@Suite("Log lines")
struct LogHandlerTests {
    private let output = KeptOutput()
    // 2026-11-21T03:07:00.042Z
    private let time = WallTime(secondsSinceEpoch: 1_795_230_420, milliseconds: 42)

    private func logger(json: Bool, source: Bool = false, level: Logger.Level = .trace) -> Logger {
        let time = time
        let drain = LogDrain(output: output, showsSource: source, now: { time }) { line in
            // Stands for the server's search for secrets: here the word itself is one.
            while let range = line.firstRange(of: Array("hush".utf8)) {
                line.replaceSubrange(range, with: "<REDACTED>".utf8)
            }
        }
        return Logger(label: "lanyard.test") { label in
            if json { return JSONLogHandler(label: label, level: level, drain: drain) }
            return TextLogHandler(label: label, level: level, drain: drain)
        }
    }

    private func object() throws -> [String: Any] {
        let line = try #require(output.lines.last)
        return try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test("a JSON line holds time, level, logger, message and metadata, in this order")
    func jsonLine() throws {
        logger(json: true).notice("serving", metadata: ["data": "127.0.0.1:8080", "nested": ["a": ["b", "c"]]])
        #expect(
            output.text
                == #"{"time":"2026-11-21T03:07:00.042Z","level":"notice","logger":"lanyard.test","message":"serving","#
                + #""metadata":{"data":"127.0.0.1:8080","nested":{"a":["b","c"]}}}"# + "\n")
    }

    @Test("a text line holds the same for people")
    func textLine() {
        logger(json: false).info("serving", metadata: ["data": "127.0.0.1:8080", "why": "two words", "none": ""])
        #expect(
            output.text == "2026-11-21T03:07:00.042Z info     lanyard.test  serving  "
                + "data=127.0.0.1:8080 none=\"\" why=\"two words\"\n")
    }

    @Test(
        "what a caller sends can't forge a line", arguments: [true, false],
        [
            Hostile("line feed", "x\n{\"level\":\"critical\"}"), Hostile("carriage return", "x\r\nnext"),
            Hostile("escape", "\u{1b}[2Jgone"), Hostile("separators", "\u{2028}line\u{2029}"),
            Hostile("next line", "\u{85}next"), Hostile("null", "\u{0}"), Hostile("bidi", "\u{202e}desrever"),
            Hostile("quotation mark", "quote\"}\\"), Hostile("delete and C1", "\u{7f}\u{9b}31m"),
        ])
    func forging(json: Bool, _ hostile: Hostile) throws {
        let hostile = hostile.text
        logger(json: json).warning("\(hostile)", metadata: ["\(hostile)": "\(hostile)", "list": ["\(hostile)"]])
        #expect(output.lines.count == 1)
        for scalar in output.text.dropLast().unicodeScalars { #expect(!LogText.isHidden(scalar)) }
        guard json else { return }
        let object = try object()
        #expect(object["message"] as? String == hostile)
        #expect(object["level"] as? String == "warning")
        let metadata = try #require(object["metadata"] as? [String: Any])
        #expect(metadata[hostile] as? String == hostile)
        #expect(metadata["list"] as? [String] == [hostile])
    }

    @Test("metadata can't stand for the time, the level or the message")
    func reservedNames() throws {
        logger(json: true).info("real", metadata: ["message": "false", "level": "false", "time": "false"])
        let object = try object()
        #expect(object["message"] as? String == "real")
        #expect(object["level"] as? String == "info")
    }

    @Test("a value whose type hides it is hidden", arguments: [true, false])
    func hidden(json: Bool) {
        let hidden = Hidden(hidden: "swordfish")
        logger(json: json).info(
            "new \(hidden)", metadata: ["secret": .stringConvertible(hidden), "all": [.stringConvertible(hidden)]])
        #expect(!output.text.contains("swordfish"))
        #expect(output.text.components(separatedBy: "<REDACTED>").count == 4)
    }

    @Test("the last resort sees every part of a line", arguments: [true, false])
    func scrubbing(json: Bool) {
        var logger = logger(json: json)
        logger[metadataKey: "own"] = "hush"
        logger.error(
            "a hush", error: Fault(description: "a hush"), metadata: ["hush": "hush", "deep": ["hush": ["hush"]]])
        #expect(!output.text.contains("hush"))
        #expect(output.text.components(separatedBy: "<REDACTED>").count == 8)
        #expect(output.lines.count == 1)
    }

    @Test("a long text is cut, and never through a word that may be a secret")
    func cutting() throws {
        let word = String(repeating: "S3cret", count: 12)
        let text = String(repeating: "é ", count: LogText.maximumLength / 3 - 10) + word
        #expect(text.utf8.count > LogText.maximumLength)
        logger(json: true).info("\(text)")
        let message = try #require(try object()["message"] as? String)
        #expect(message.hasSuffix("é …"))
        #expect(!message.contains("S3"))
        logger(json: true).info("\(String(repeating: "🔑", count: 2_000))")
        #expect(try #require(try object()["message"] as? String).hasSuffix("🔑…"))
    }

    @Test("nesting and the number of entries are bounded")
    func nesting() throws {
        var value: Logger.Metadata.Value = "deep"
        for _ in 0..<100 { value = ["in": value] }
        let many = Dictionary(uniqueKeysWithValues: (0..<500).map { ("k\($0)", Logger.Metadata.Value.string("v")) })
        for json in [true, false] { logger(json: json).info("x", metadata: ["a": value, "b": .dictionary(many)]) }
        #expect(!output.text.contains("deep"))
        #expect(output.lines.allSatisfy { $0.utf8.count < 2_000 })
    }

    @Test("the event's metadata wins over the provider's, and that over the logger's")
    func precedence() throws {
        let time = time
        let drain = LogDrain(output: output, now: { time }, scrub: { _ in })
        var logger = Logger(label: "x") { label in
            var handler = JSONLogHandler(label: label, level: .info, drain: drain)
            handler.metadataProvider = .init { ["b": "provider", "c": "provider"] }
            return handler
        }
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "b"] = "logger"
        logger.info("x", metadata: ["c": "event"])
        #expect(try object()["metadata"] as? [String: String] == ["a": "logger", "b": "provider", "c": "event"])
    }

    @Test("a logger's level and metadata are its own")
    func valueSemantics() {
        var first = logger(json: false, level: .warning)
        var second = first
        second.logLevel = .debug
        second[metadataKey: "only"] = "second"
        first[metadataKey: "only"] = "first"
        first.info("silent")
        second.info("heard")
        first.warning("heard")
        #expect(output.lines.count == 2)
        #expect(output.lines.first?.contains("only=second") == true)
        #expect(output.lines.last?.contains("only=first") == true)
    }

    @Test("the source is shown when asked for")
    func source() throws {
        logger(json: true, source: true).info("x")
        #expect(try #require(try object()["source"] as? String).contains("LogHandlerTests.swift:"))
    }

    @Test(
        "times are RFC 3339 in UTC",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"), (951_826_554, 7, "2000-02-29T12:15:54.007Z"),
            (253_402_300_799, 999, "9999-12-31T23:59:59.999Z"),
        ])
    func times(seconds: Int, milliseconds: Int, text: String) {
        var bytes: [UInt8] = []
        WallTime(secondsSinceEpoch: seconds, milliseconds: milliseconds).append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
