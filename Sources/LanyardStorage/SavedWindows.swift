public import LanyardCore

/// The clock that saved windows are counted by, so that a restart can go on where it stood.
public struct SavedClock: Sendable, Hashable {
    /// The engine's monotonic clock when the windows were saved.
    public var monotonic: MonotonicInstant
    /// Civil time then: all that is left to measure by if the machine was restarted since.
    public var wall: Timestamp
    /// Names the run of the machine; while it is the same, the monotonic clock has simply gone on.
    public var bootID: String
    /// What the engine adds to the machine's `CLOCK_BOOTTIME`, in nanoseconds.
    public var offsetNanoseconds: Int64
    /// Whether everything was saved: a clean shutdown.
    public var isClean: Bool

    /// A saved clock.
    public init(
        monotonic: MonotonicInstant, wall: Timestamp, bootID: String, offsetNanoseconds: Int64, isClean: Bool
    ) {
        self.monotonic = monotonic
        self.wall = wall
        self.bootID = bootID
        self.offsetNanoseconds = offsetNanoseconds
        self.isClean = isClean
    }
}

/// Saved windows with their clock.
public struct SavedWindows: Sendable {
    /// Every window that was not empty.
    public var windows: [SavedWindow]
    /// `nil` if none was ever saved.
    public var clock: SavedClock?

    /// Saved windows.
    public init(windows: [SavedWindow], clock: SavedClock?) {
        self.windows = windows
        self.clock = clock
    }
}
