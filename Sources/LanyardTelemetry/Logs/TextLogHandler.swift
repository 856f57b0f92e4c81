package import Logging

/// Logs one line for people:
///
/// ```
/// 2026-11-21T03:07:00.000Z info     lanyard.server  serving  data=127.0.0.1:8080 admin=127.0.0.1:8081
/// ```
///
/// A value with anything but visible ASCII, or with a character that means something here, stands in quotation marks.
package struct TextLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let drain: LogDrain

    package init(label: String, level: Logger.Level, drain: LogDrain) {
        self.label = label
        self.drain = drain
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        drain.write { time, line in
            time.append(to: &line)
            line.append(UInt8(ascii: " "))
            line.append(contentsOf: event.level.rawValue.utf8)
            // The longest level, `critical`, has 8 letters; messages begin below each other.
            for _ in event.level.rawValue.utf8.count..<8 { line.append(UInt8(ascii: " ")) }
            line.append(UInt8(ascii: " "))
            LogText.appendEscaped(label, quotes: false, to: &line)
            line.append(contentsOf: "  ".utf8)
            LogText.appendEscaped(event.message.description, quotes: false, to: &line)
            line.append(UInt8(ascii: " "))
            if let error = event.error { Self.append("error", .string("\(error)"), to: &line) }
            for (key, value) in merged(metadata, metadataProvider, event) { Self.append(key, value, to: &line) }
            if drain.showsSource { Self.append("source", .string("\(event.file):\(event.line)"), to: &line) }
            if line.last == UInt8(ascii: " ") { line.removeLast() }
        }
    }

    private static func append(_ key: String, _ value: Logger.Metadata.Value, to line: inout [UInt8]) {
        line.append(UInt8(ascii: " "))
        append(key, to: &line)
        line.append(UInt8(ascii: "="))
        append(value, depth: 1, to: &line)
    }

    private static func append(_ value: Logger.Metadata.Value, depth: Int, to line: inout [UInt8]) {
        switch value {
        case .string(let text):
            append(text, to: &line)
        case .stringConvertible(let value):
            append(value.description, to: &line)
        case .dictionary(let metadata):
            guard depth < LogLimits.depth else { return append(LogText.cutMark, to: &line) }
            line.append(UInt8(ascii: "{"))
            for (index, entry) in LogLimits.entries(of: metadata).enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                append(entry.key, to: &line)
                line.append(UInt8(ascii: ":"))
                append(entry.value, depth: depth + 1, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        case .array(let values):
            guard depth < LogLimits.depth else { return append(LogText.cutMark, to: &line) }
            line.append(UInt8(ascii: "["))
            for (index, value) in values.prefix(LogLimits.entries).enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                append(value, depth: depth + 1, to: &line)
            }
            line.append(UInt8(ascii: "]"))
        }
    }

    private static func append(_ text: String, to line: inout [UInt8]) {
        if isPlain(text) {
            line.append(contentsOf: text.utf8)
        } else {
            line.append(UInt8(ascii: "\""))
            LogText.appendEscaped(text, quotes: true, to: &line)
            line.append(UInt8(ascii: "\""))
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 256
            && text.utf8.allSatisfy { LogText.isWordByte($0) || plainMarks.contains($0) }
    }

    private static let plainMarks = Set(".:/-+@%<>~*#".utf8)
}
