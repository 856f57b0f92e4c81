/// How text that came from elsewhere is put on a terminal.
enum TextWidth {
    /// The text without anything that a terminal would obey instead of showing: a key's name must not be able to move
    /// the cursor, retitle the window or turn the reading direction around.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isCommand) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { shown.append(isCommand(scalar) ? "\u{FFFD}" : scalar) }
        return String(shown)
    }

    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F: true
        case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// How many columns the text takes.
    static func columns(_ text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + columns($1) }
    }

    /// East Asian and emoji characters take two columns (Unicode's UAX #11); the ranges are those in common use.
    private static func columns(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.value < 0x300 { return 1 }
        if first.properties.generalCategory == .nonspacingMark || first.properties.generalCategory == .format {
            return 0
        }
        if first.properties.isEmojiPresentation { return 2 }
        switch first.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }

    /// The text, cut so that it takes at most `most` columns; an ellipsis says that it was.
    static func truncated(_ text: String, to most: Int, style: Style) -> String {
        guard columns(text) > most else { return text }
        guard most > 0 else { return "" }
        var kept = ""
        var used = 0
        for character in text {
            let next = columns(character)
            if used + next > most - 1 { break }
            kept.append(character)
            used += next
        }
        return kept + style.ellipsis
    }
}
