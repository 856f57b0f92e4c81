/// How long to wait between attempts to connect: twice as long after each, and never the same for many nodes, which would
/// otherwise come back all at once.
struct Backoff {
    private let settings: ValkeySettings
    private var failures = 0

    private static let mostDoublings = 20

    init(_ settings: ValkeySettings) {
        self.settings = settings
    }

    /// A connection has held.
    mutating func reset() { failures = 0 }

    /// How long to wait after such an end.
    mutating func next(
        after error: ValkeyError?, jitter: Double = .random(in: 0.5...1)
    ) -> Duration {
        defer { failures = min(failures + 1, Self.mostDoublings) }
        let isRefused = error?.code == .unauthorized
        let whole =
            isRefused
            ? settings.refusedBackoff : min(settings.longestBackoff, settings.shortestBackoff * (1 << failures))
        return whole * jitter
    }
}
