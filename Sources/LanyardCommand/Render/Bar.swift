/// Bars of characters.
enum Bar {
    /// A bar of what was granted, then of what was denied, as long as their share of the largest row says.
    ///
    /// What is more than nothing gets one character at least: a single denial in a busy hour has to be seen.
    static func stacked(granted: Int64, denied: Int64, largest: Int64, width: Int, style: Style) -> (String, String) {
        guard largest > 0, width > 1 else { return ("", "") }
        var first = length(granted, largest: largest, width: width)
        let second = length(denied, largest: largest, width: width)
        // The one character of a small part comes out of the large part, not on top of the full width.
        if first + second > width { first = max(granted > 0 ? 1 : 0, width - second) }
        return (
            String(repeating: style.usesUnicode ? "█" : "#", count: first),
            String(repeating: style.usesUnicode ? "▒" : "x", count: min(second, width - first))
        )
    }

    private static func length(_ value: Int64, largest: Int64, width: Int) -> Int {
        guard value > 0 else { return 0 }
        return max(1, Int((Double(value) / Double(largest) * Double(width)).rounded()))
    }

    /// How far something has come: `[██████░░░░]`.
    static func progress(_ fraction: Double, width: Int, style: Style) -> String {
        let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded(.down))
        let full = String(repeating: style.usesUnicode ? "█" : "#", count: filled)
        let empty = String(repeating: style.usesUnicode ? "░" : ".", count: width - filled)
        return "[\(full)\(empty)]"
    }
}
