import Foundation

/// How many columns the terminal has.
enum TerminalWidth {
    /// A narrower terminal than this is treated as this wide: tables need some room to say anything.
    static let least = 40

    /// Asks the terminal behind standard output, then `COLUMNS`; nil where output is no terminal.
    static func current(environment: [String: String]) -> Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return max(least, Int(size.ws_col)) }
        let columns = environment["COLUMNS"].flatMap { Int($0) } ?? 80
        return max(least, columns)
    }
}
