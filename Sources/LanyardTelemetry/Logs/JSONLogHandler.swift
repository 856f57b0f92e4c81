package import Logging

/// Logs one JSON object a line:
///
/// ```json
/// {"time":"2026-11-21T03:07:00.000Z","level":"info","logger":"lanyard.server","message":"serving","metadata":{"data":"127.0.0.1:8080"}}
/// ```
///
/// Metadata has an object of its own, so that no name in it can stand for the time, the level or the message.
package struct JSONLogHandler: LogHandler {
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
            line.append(contentsOf: #"{"time":""#.utf8)
            time.append(to: &line)
            line.append(contentsOf: #"","level":""#.utf8)
            line.append(contentsOf: event.level.rawValue.utf8)
            line.append(UInt8(ascii: "\""))
            Self.append(label, as: "logger", to: &line)
            Self.append(event.message.description, as: "message", to: &line)
            if let error = event.error { Self.append("\(error)", as: "error", to: &line) }
            if drain.showsSource { Self.append("\(event.file):\(event.line)", as: "source", to: &line) }
            let entries = merged(metadata, metadataProvider, event)
            if !entries.isEmpty {
                line.append(contentsOf: #","metadata":"#.utf8)
                Self.append(entries, depth: 1, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ text: String, as name: String, to line: inout [UInt8]) {
        line.append(contentsOf: ",\"\(name)\":".utf8)
        append(text, to: &line)
    }

    private static func append(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        LogText.appendEscaped(text, quotes: true, to: &line)
        line.append(UInt8(ascii: "\""))
    }

    private static func append(
        _ entries: [(key: String, value: Logger.Metadata.Value)], depth: Int, to line: inout [UInt8]
    ) {
        line.append(UInt8(ascii: "{"))
        for (index, entry) in entries.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            append(entry.key, to: &line)
            line.append(UInt8(ascii: ":"))
            append(entry.value, depth: depth + 1, to: &line)
        }
        line.append(UInt8(ascii: "}"))
    }

    private static func append(_ value: Logger.Metadata.Value, depth: Int, to line: inout [UInt8]) {
        switch value {
        case .string(let text):
            append(text, to: &line)
        case .stringConvertible(let value):
            append(value.description, to: &line)
        case .dictionary, .array:
            guard depth <= LogLimits.depth else { return append(LogText.cutMark, to: &line) }
            appendNested(value, depth: depth, to: &line)
        }
    }

    private static func appendNested(_ value: Logger.Metadata.Value, depth: Int, to line: inout [UInt8]) {
        switch value {
        case .dictionary(let metadata):
            append(LogLimits.entries(of: metadata), depth: depth, to: &line)
        case .array(let values):
            line.append(UInt8(ascii: "["))
            for (index, value) in values.prefix(LogLimits.entries).enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                append(value, depth: depth + 1, to: &line)
            }
            line.append(UInt8(ascii: "]"))
        case .string, .stringConvertible:
            append(value, depth: depth, to: &line)
        }
    }
}
