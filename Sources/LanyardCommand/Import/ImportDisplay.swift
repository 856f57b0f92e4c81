import Synchronization

/// Shows a person how an import goes: a bar that is drawn over at a terminal, a line now and then elsewhere.
final class ImportDisplay: Sendable {
    private struct State {
        var firstLines: Int64?
        var firstBytes: UInt64 = 0
        var began: ContinuousClock.Instant
    }

    private let console: Console
    private let line: ProgressLine
    private let state: Mutex<State>

    init(console: Console) {
        self.console = console
        line = ProgressLine(console: console)
        state = Mutex(State(began: console.instant()))
    }

    /// How often `draw` is worth calling.
    var interval: Duration { console.isErrorTerminal ? .milliseconds(100) : .milliseconds(500) }

    func draw(_ status: ImportCourier.Status) {
        let now = console.instant()
        let start = state.withLock { state in
            if state.firstLines == nil {
                state.firstLines = status.progress.lines
                state.firstBytes = status.progress.end
                state.began = now
            }
            return state
        }
        line.draw { style in
            Self.text(
                status, linesBefore: start.firstLines ?? 0, bytesBefore: start.firstBytes, elapsed: now - start.began,
                style: style)
        }
    }

    func clear() { line.clear() }

    func interrupted(_ failure: CommandFailure) {
        clear()
        for line in failure.lines(style: console.errorStyle).prefix(1) { console.note("\(line) Trying again.") }
    }

    /// `[██████░░░░]  42 %  1234567 lines  51200/s  3 refused  12s left`
    static func text(
        _ status: ImportCourier.Status, linesBefore: Int64, bytesBefore: UInt64, elapsed: Duration, style: Style
    ) -> String {
        let seconds = Double(elapsed.milliseconds) / 1_000
        let lines = status.progress.lines
        var parts: [String] = []
        if let size = status.size, size > 0 {
            let fraction = min(1, Double(status.progress.end) / Double(size))
            parts.append(Bar.progress(fraction, width: ProgressLine.barWidth, style: style))
            parts.append(ProgressLine.percent(fraction))
        }
        parts.append("\(lines) lines")
        // In the first moment every rate is a wild one.
        guard seconds >= 0.5 else { return parts.joined(separator: "  ") }
        parts.append("\(Int(Double(lines - linesBefore) / seconds))/s")
        if status.progress.alreadyThere > 0 { parts.append("\(status.progress.alreadyThere) already there") }
        if status.progress.refused > 0 { parts.append("\(status.progress.refused) refused") }
        if let size = status.size, status.progress.end > bytesBefore, size > status.progress.end {
            let rate = Double(status.progress.end - bytesBefore) / seconds
            // A rate near nothing would make more milliseconds than an integer holds.
            let left = min(Double(size - status.progress.end) / rate * 1_000, 1e15)
            parts.append("\(ShownDuration.text(milliseconds: Int64(left))) left")
        }
        return parts.joined(separator: "  ")
    }
}
