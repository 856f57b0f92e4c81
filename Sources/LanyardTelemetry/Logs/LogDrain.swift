import Logging

/// What all log handlers of a process share: where lines go, what the time is, and who looks for secrets last.
package struct LogDrain: Sendable {
    /// Replaces what must not be shown in a finished line.
    ///
    /// Secrets are kept out of the log by their type, which prints as `<REDACTED>`. This is the last resort for a text
    /// that came in by another way. It is given bytes in which letters, digits and `_` stand as they were logged, and
    /// must leave the line feed at the end alone.
    package typealias Scrubber = @Sendable (inout [UInt8]) -> Void

    private let output: any LogOutput
    private let scrub: Scrubber
    private let now: @Sendable () -> WallTime
    let showsSource: Bool

    package init(
        output: any LogOutput = StandardErrorOutput(),
        showsSource: Bool = false,
        now: @escaping @Sendable () -> WallTime = { .now },
        scrub: @escaping Scrubber
    ) {
        self.output = output
        self.showsSource = showsSource
        self.now = now
        self.scrub = scrub
    }

    /// Renders one line with `render`, and lets it go.
    func write(_ render: (WallTime, inout [UInt8]) -> Void) {
        var line: [UInt8] = []
        line.reserveCapacity(512)
        render(now(), &line)
        line.append(UInt8(ascii: "\n"))
        scrub(&line)
        output.write(line)
    }
}

/// The metadata of one event: the handler's, then the provider's, then the event's own; the later wins.
func merged(
    _ metadata: Logger.Metadata, _ provider: Logger.MetadataProvider?, _ event: LogEvent
) -> [(key: String, value: Logger.Metadata.Value)] {
    var all = metadata
    if let provider { all.merge(provider.get()) { _, new in new } }
    if let own = event.metadata { all.merge(own) { _, new in new } }
    return LogLimits.entries(of: all)
}

/// How much of what is nested a line shows.
enum LogLimits {
    static let entries = 64
    static let depth = 4

    static func entries(of metadata: Logger.Metadata) -> [(key: String, value: Logger.Metadata.Value)] {
        Array(metadata.sorted { $0.key < $1.key }.prefix(entries))
    }
}
