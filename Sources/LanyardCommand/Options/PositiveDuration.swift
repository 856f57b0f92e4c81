import ArgumentParser
import LanyardWire

/// A duration as the API writes it, of more than nothing.
struct PositiveDuration: ExpressibleByArgument, Sendable {
    let milliseconds: Int64

    static let standardTimeout = PositiveDuration(milliseconds: 30_000)

    init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    init?(argument: String) {
        // A year is more than any command waits or looks back, and far from what a sum could overflow at.
        let most: Int64 = 366 * 86_400_000
        guard let milliseconds = try? DurationText.milliseconds(argument), (1...most).contains(milliseconds) else {
            return nil
        }
        self.milliseconds = milliseconds
    }

    var duration: Duration { .milliseconds(milliseconds) }

    /// What help shows as the default.
    var defaultValueDescription: String { DurationText.text(milliseconds: milliseconds) }
}
