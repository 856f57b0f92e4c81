/// Durations as a person reads them, rounded up: whoever waits so long has waited long enough.
enum ShownDuration {
    /// `412ms`, `12s`, `3m 20s`, `2h 5m`, `4d 3h`.
    static func text(milliseconds: Int64) -> String {
        if milliseconds < 1_000 { return "\(max(0, milliseconds))ms" }
        let seconds = milliseconds / 1_000 + (milliseconds.isMultiple(of: 1_000) ? 0 : 1)
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3_600: return "\(seconds / 60)m" + part(seconds % 60, "s")
        case ..<86_400: return "\(seconds / 3_600)h" + part(seconds / 60 % 60, "m")
        default: return "\(seconds / 86_400)d" + part(seconds / 3_600 % 24, "h")
        }
    }

    private static func part(_ count: Int64, _ unit: String) -> String {
        count == 0 ? "" : " \(count)\(unit)"
    }
}
