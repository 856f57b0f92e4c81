/// What is known of a metric before it is first counted: a sentence for people, and the ranges of a histogram.
package struct MetricDescription: Sendable {
    /// Says what is counted and in which unit; a line of text.
    package let help: String
    /// The upper ends of the ranges, ascending, in the unit that is shown (durations: seconds). `nil` takes the default.
    package let bounds: [Double]?

    package init(_ help: String, bounds: [Double]? = nil) {
        self.help = help
        self.bounds = bounds
    }
}

/// The ranges of a histogram that nothing more is known about.
enum DefaultBounds {
    /// 1, 2.5 and 5 of each decade, from a microsecond to ten seconds.
    static let durations: [Double] = [
        1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3,
        1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// Powers of four, from 1 to 16 million: counts and sizes.
    static let amounts: [Double] = (0...12).map { Double(1 << (2 * $0)) }
}
