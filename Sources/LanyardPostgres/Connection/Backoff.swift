/// How long to wait before the next attempt to connect: twice as long each time, up to a bound, and never the same for
/// two nodes, so that a server that comes back is not met by all of them at once.
struct Backoff {
    private static let first: Double = 0.05
    private static let longest: Double = 2
    private var failures = 0

    mutating func reset() { failures = 0 }

    mutating func next() -> Duration {
        defer { failures += 1 }
        let bound = min(Self.longest, Self.first * Double(1 << min(failures, 10)))
        return .seconds(bound * Double.random(in: 0.5...1))
    }
}
