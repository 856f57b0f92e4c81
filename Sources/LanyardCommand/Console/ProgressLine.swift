import Synchronization

/// Where long work stands: at a terminal a line that is drawn over, elsewhere one now and then.
final class ProgressLine: Sendable {
    private struct State {
        var lastDrawn: ContinuousClock.Instant
        var isDrawn = false
    }

    static let barWidth = 24
    /// How often a line is written where it can't be drawn over.
    private static let lineInterval = Duration.seconds(10)

    private let console: Console
    private let drawInterval: Duration
    private let state: Mutex<State>

    /// - Parameter drawInterval: How often it is drawn at a terminal at most.
    init(console: Console, drawInterval: Duration = .zero) {
        self.console = console
        self.drawInterval = drawInterval
        state = Mutex(State(lastDrawn: console.instant()))
    }

    /// Draws what `text` says, unless it is too soon.
    func draw(_ text: (Style) -> String) {
        let now = console.instant()
        let isTerminal = console.isErrorTerminal
        let mustDraw = state.withLock { state in
            guard now - state.lastDrawn >= (isTerminal ? drawInterval : Self.lineInterval) else { return false }
            state.lastDrawn = now
            state.isDrawn = isTerminal
            return true
        }
        guard mustDraw else { return }
        let text = text(console.errorStyle)
        let line =
            isTerminal
            ? "\r\(TextWidth.truncated(text, to: (console.width ?? 80) - 1, style: console.errorStyle))\u{1B}[K"
            : text + "\n"
        try? console.errors.write(Array(line.utf8))
    }

    /// Takes the line away, so that what is written next begins on one of its own.
    func clear() {
        let wasDrawn = state.withLock { state in
            defer { state.isDrawn = false }
            return state.isDrawn
        }
        if wasDrawn { try? console.errors.write(Array("\r\u{1B}[K".utf8)) }
    }

    /// ` 42 %`, of three digits' width.
    static func percent(_ fraction: Double) -> String {
        let percent = String(Int(fraction * 100))
        return String(repeating: " ", count: 3 - percent.utf8.count) + percent + " %"
    }
}
