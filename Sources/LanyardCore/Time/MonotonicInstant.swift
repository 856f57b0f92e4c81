/// A point on a clock that only moves forward and goes on while the machine sleeps (`CLOCK_BOOTTIME`), in nanoseconds.
///
/// Its zero has no meaning; only differences and order do. The engine keeps it continuous over restarts, so that a
/// rolling window that was saved before a restart means the same after it.
public struct MonotonicInstant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock's own zero.
    public var nanoseconds: Int64

    /// Makes an instant from nanoseconds since the clock's own zero.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Earlier is less.
    public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant `milliseconds` later.
    package func advanced(byMilliseconds milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: nanoseconds &+ milliseconds &* 1_000_000)
    }
}

/// Both clocks, read together: what a decision takes as `now`.
public struct Now: Hashable, Sendable {
    /// Civil time, for expiry and records.
    public var wall: Timestamp
    /// Monotonic time, for windows, staleness and time-outs.
    public var monotonic: MonotonicInstant

    /// Puts two readings together.
    public init(wall: Timestamp, monotonic: MonotonicInstant) {
        self.wall = wall
        self.monotonic = monotonic
    }
}

/// Where time comes from. The engine has the system's; tests bring one that they turn by hand.
public protocol TimeSource: Sendable {
    /// Reads both clocks. Costs two `clock_gettime` calls on a real machine (about 40 ns).
    func now() -> Now
    /// Names the run of the machine within which the monotonic clock goes on; another run's instants mean nothing.
    var runID: String { get }
}

extension TimeSource {
    /// For clocks that are turned by hand: one run without end.
    public var runID: String { "manual" }
}
