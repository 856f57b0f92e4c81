import LanyardEngine
import Synchronization

/// Shows a person how a copy goes: a bar that is drawn over at a terminal, a line now and then elsewhere.
final class CopyDisplay: Sendable {
    private struct State {
        var pass = 0
        var began: ContinuousClock.Instant
        var lastDrawn: ContinuousClock.Instant
        var isDrawn = false
    }

    private static let barWidth = 24
    private static let lineInterval = Duration.seconds(10)
    private static let drawInterval = Duration.milliseconds(100)

    private let console: Console
    private let state: Mutex<State>

    init(console: Console) {
        self.console = console
        let now = console.instant()
        state = Mutex(State(began: now, lastDrawn: now))
    }

    func draw(_ progress: CopyProgress) {
        let now = console.instant()
        let line = state.withLock { state -> String? in
            if state.pass != progress.pass {
                state.pass = progress.pass
                state.began = now
            }
            let interval = console.isErrorTerminal ? Self.drawInterval : Self.lineInterval
            guard now - state.lastDrawn >= interval else { return nil }
            state.lastDrawn = now
            let text = Self.text(progress, elapsed: now - state.began, style: console.errorStyle)
            guard console.isErrorTerminal else { return text + "\n" }
            state.isDrawn = true
            return "\r" + TextWidth.truncated(text, to: (console.width ?? 80) - 1, style: console.errorStyle)
                + "\u{1B}[K"
        }
        if let line { try? console.errors.write(Array(line.utf8)) }
    }

    /// Takes the bar away, so that what is written next begins on a line of its own.
    func clear() {
        let wasDrawn = state.withLock { state in
            defer { state.isDrawn = false }
            return state.isDrawn
        }
        if wasDrawn { try? console.errors.write(Array("\r\u{1B}[K".utf8)) }
    }

    /// `[██████░░░░]  42 %  pass 1  keys 340000 of 1000000  21400 rows/s`
    static func text(_ progress: CopyProgress, elapsed: Duration, style: Style) -> String {
        // More may have come since they were counted.
        let fraction = progress.total > 0 ? min(1, Double(progress.allRows) / Double(progress.total)) : 1
        let percent = String(Int(fraction * 100))
        var parts = [
            Bar.progress(fraction, width: barWidth, style: style),
            String(repeating: " ", count: 3 - percent.utf8.count) + percent + " %",
            "pass \(progress.pass)", "\(progress.table) \(progress.rows) of \(progress.tableRows)",
        ]
        let seconds = Double(elapsed.milliseconds) / 1_000
        // In the first moment every rate is a wild one.
        if seconds >= 0.5 { parts.append("\(Int(Double(progress.allRows) / seconds)) rows/s") }
        return parts.joined(separator: "  ")
    }
}
