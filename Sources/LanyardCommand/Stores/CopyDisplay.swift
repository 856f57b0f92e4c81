import LanyardEngine
import Synchronization

/// Shows a person how a copy goes: a bar that is drawn over at a terminal, a line now and then elsewhere.
final class CopyDisplay: Sendable {
    private struct State {
        var pass = 0
        var began: ContinuousClock.Instant
    }

    private let console: Console
    private let line: ProgressLine
    private let state: Mutex<State>

    init(console: Console) {
        self.console = console
        line = ProgressLine(console: console, drawInterval: .milliseconds(100))
        state = Mutex(State(began: console.instant()))
    }

    func draw(_ progress: CopyProgress) {
        let now = console.instant()
        let began = state.withLock { state in
            if state.pass != progress.pass {
                state.pass = progress.pass
                state.began = now
            }
            return state.began
        }
        line.draw { Self.text(progress, elapsed: now - began, style: $0) }
    }

    func clear() { line.clear() }

    /// `[██████░░░░]  42 %  pass 1  keys 340000 of 1000000  21400 rows/s`
    static func text(_ progress: CopyProgress, elapsed: Duration, style: Style) -> String {
        // More may have come since they were counted.
        let fraction = progress.total > 0 ? min(1, Double(progress.allRows) / Double(progress.total)) : 1
        var parts = [
            Bar.progress(fraction, width: ProgressLine.barWidth, style: style), ProgressLine.percent(fraction),
            "pass \(progress.pass)", "\(progress.table) \(progress.rows) of \(progress.tableRows)",
        ]
        let seconds = Double(elapsed.milliseconds) / 1_000
        // In the first moment every rate is a wild one.
        if seconds >= 0.5 { parts.append("\(Int(Double(progress.allRows) / seconds)) rows/s") }
        return parts.joined(separator: "  ")
    }
}
