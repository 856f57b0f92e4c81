import Foundation
import LanyardCore

/// All that a command sees of the process it runs in: arguments aside, nothing else reaches it.
///
/// Commands take it from `Console.current`, so that a test can run a whole command line against made-up input and look
/// at what was printed.
struct Console: Sendable {
    var environment: [String: String]
    /// The folder in which files are looked for that nobody has named.
    var folder: String
    var input: any ConsoleInput
    var output: any TextSink
    var errors: any TextSink
    /// Whether standard output is a terminal: a person reads it.
    var isOutputTerminal: Bool
    /// Whether standard error is a terminal: progress may be drawn there.
    var isErrorTerminal: Bool
    /// The terminal's columns; nil where there is none, and nothing is cut off.
    var width: Int?
    /// The time of day.
    var now: @Sendable () -> Timestamp
    /// A clock that only goes forward, for rates and for how often progress is told.
    var instant: @Sendable () -> ContinuousClock.Instant
    /// Waits before something is tried again.
    var sleep: @Sendable (Duration) async throws -> Void

    /// The process's own.
    static let process = Console(
        environment: ProcessInfo.processInfo.environment,
        folder: ".",
        input: StandardInput(),
        output: DescriptorSink(descriptor: STDOUT_FILENO),
        errors: DescriptorSink(descriptor: STDERR_FILENO),
        isOutputTerminal: isatty(STDOUT_FILENO) == 1,
        isErrorTerminal: isatty(STDERR_FILENO) == 1,
        width: TerminalWidth.current(environment: ProcessInfo.processInfo.environment),
        now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) },
        instant: { .now },
        sleep: { try await Task.sleep(for: $0) })

    @TaskLocal static var current = Console.process
}

extension Console {
    /// The value of an environment variable that is set and not empty.
    func variable(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// How standard output may be decorated.
    var style: Style { style(isTerminal: isOutputTerminal) }

    /// How standard error may be decorated.
    var errorStyle: Style { style(isTerminal: isErrorTerminal) }

    /// Colours for people only, and not for those who asked for none (no-color.org); box characters where the locale
    /// has them.
    private func style(isTerminal: Bool) -> Style {
        let wantsColours = variable("NO_COLOR") == nil && environment["TERM"] != "dumb"
        let locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? ""
        let isUnicode = locale.lowercased().contains("utf-8") || locale.lowercased().contains("utf8")
        return Style(usesColours: isTerminal && wantsColours, usesUnicode: isUnicode)
    }

    /// Writes a line to standard output.
    func print(_ line: String = "") throws(CommandFailure) {
        try output.write(Array((line + "\n").utf8))
    }

    func print(_ lines: [String]) throws(CommandFailure) {
        for line in lines { try print(line) }
    }

    /// Writes a line to standard error. If that is closed there is nobody left to tell.
    func note(_ line: String) {
        try? errors.write(Array((line + "\n").utf8))
    }
}
