public import LanyardCore
import Synchronization

/// A clock that stands still until it is turned by hand, for tests of whatever depends on time. Safe to turn and read
/// from any thread.
///
/// Its two clocks are turned apart where a test needs it: the civil one can be set back, as an administrator or NTP would,
/// while the monotonic one only moves on.
public final class ManualTimeSource: TimeSource {
    private let state: Mutex<State>

    private struct State {
        var now: Now
        var runID: String
    }

    /// A clock that stands at `wall`, by default 2026-01-01T00:00:00Z, and an hour after the machine's start.
    public init(
        wall: Timestamp = Timestamp(milliseconds: 1_767_225_600_000),
        monotonic: MonotonicInstant = MonotonicInstant(nanoseconds: 3_600_000_000_000),
        runID: String = "manual"
    ) {
        state = Mutex(State(now: Now(wall: wall, monotonic: monotonic), runID: runID))
    }

    /// Both clocks, as they stand.
    public func now() -> Now {
        state.withLock { $0.now }
    }

    /// Names the run of the machine; another after ``restartMachine(runID:downtime:)``.
    public var runID: String {
        state.withLock { $0.runID }
    }

    /// Turns both clocks on by the same time. A negative duration is ignored by the monotonic clock, which never goes back.
    public func advance(by duration: Duration) {
        state.withLock { state in
            let nanoseconds = duration.wholeNanoseconds
            state.now.wall = state.now.wall.advanced(byMilliseconds: nanoseconds / 1_000_000)
            state.now.monotonic.nanoseconds += max(0, nanoseconds)
        }
    }

    /// Sets the civil clock alone: forwards or back.
    public func setWall(_ wall: Timestamp) {
        state.withLock { $0.now.wall = wall }
    }

    /// What a restart of the machine does to its clocks: civil time has moved on by `downtime`, and the monotonic clock
    /// begins anew, in a run with another name.
    public func restartMachine(runID: String, downtime: Duration = .zero) {
        state.withLock { state in
            state.runID = runID
            state.now.wall = state.now.wall.advanced(byMilliseconds: downtime.wholeNanoseconds / 1_000_000)
            state.now.monotonic = MonotonicInstant(nanoseconds: 1_000_000_000)
        }
    }
}

extension Duration {
    /// Saturates at what 64 bits hold: 292 years.
    fileprivate var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }
}
