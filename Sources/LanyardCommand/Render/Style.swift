/// What an output can show.
struct Style: Sendable, Equatable {
    var usesColours: Bool
    var usesUnicode: Bool

    static let plain = Style(usesColours: false, usesUnicode: true)

    /// The text, inked where colours are shown.
    func inked(_ text: String, _ ink: Ink?) -> String {
        guard usesColours, let ink, !text.isEmpty else { return text }
        return "\u{1B}[\(ink.code)m\(text)\u{1B}[0m"
    }

    /// Stands for what was cut off.
    var ellipsis: String { usesUnicode ? "…" : "~" }
}

/// What a piece of text is, as far as its colour goes.
enum Ink: Sendable {
    case strong
    case faint
    case good
    case warning
    case bad

    /// The parameter of the terminal's "select graphic rendition".
    var code: Int {
        switch self {
        case .strong: 1
        case .faint: 2
        case .good: 32
        case .warning: 33
        case .bad: 31
        }
    }
}
