/// Durations as the API, the configuration and the CLI write them: digits and one unit, `"500ms"`, `"90s"`, `"5m"`, `"24h"`, `"90d"`.
package enum DurationText {
    /// The units, the largest first, and their lengths: a day is 24 hours, whatever clocks do.
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// So many digits fit into an integer before their unit is looked at.
    private static let mostDigits = 12

    package static let form = "a duration such as \"500ms\", \"90s\", \"5m\", \"24h\" or \"90d\""

    /// The milliseconds that `text` says.
    package static func milliseconds(_ text: some StringProtocol) throws(TextFormError) -> Int64 {
        let digits = text.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let suffix = text.utf8.dropFirst(digits.count)
        guard (1...mostDigits).contains(digits.count),
            let unit = units.first(where: { $0.suffix.utf8.elementsEqual(suffix) })
        else {
            throw TextFormError("expected \(form)")
        }
        var count: Int64 = 0
        for digit in digits { count = count * 10 + Int64(digit - UInt8(ascii: "0")) }
        let (milliseconds, overflows) = count.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflows else { throw TextFormError("the duration is too long") }
        return milliseconds
    }

    /// The text of a duration, in the largest unit that divides it exactly: 86 400 000 is `"1d"`, 90 000 is `"90s"`.
    ///
    /// - Parameter milliseconds: not negative; a negative one, which no duration of ours is, is written with its sign.
    package static func text(milliseconds: Int64) -> String {
        if milliseconds == 0 { return "0s" }
        let unit = units.first { milliseconds.isMultiple(of: $0.milliseconds) }
        return "\(milliseconds / (unit?.milliseconds ?? 1))\(unit?.suffix ?? "ms")"
    }

    /// The text of a duration that is made of whole milliseconds, as all that are read here are.
    package static func text(_ duration: Duration) -> String {
        text(milliseconds: duration.wholeMilliseconds)
    }
}

extension Duration {
    /// What is finer than a millisecond is dropped; what `Int64` can't hold is the most that it can.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000)
        let (sum, passes) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflows || passes ? (seconds < 0 ? .min : .max) : sum
    }
}
