import LanyardCore
import LanyardStorage

/// The engine's clock: the machine's, moved so that it goes on where the store's windows were last saved.
///
/// Within one run of the machine the monotonic clock simply went on while the process was away. After a restart of the
/// machine it began anew, and civil time is all there is to tell how long that took; if civil time went backwards
/// meanwhile, no time is taken to have passed: windows stay full longer, never shorter.
struct EngineClock: Sendable {
    let source: any TimeSource
    let offsetNanoseconds: Int64

    init(source: any TimeSource, resuming saved: SavedClock?) {
        self.source = source
        guard let saved else {
            offsetNanoseconds = 0
            return
        }
        if saved.bootID == source.runID, saved.bootID != "unknown" {
            offsetNanoseconds = saved.offsetNanoseconds
            return
        }
        let now = source.now()
        let away = max(0, now.wall.milliseconds - saved.wall.milliseconds)
        let resumed = saved.monotonic.advanced(byMilliseconds: away)
        offsetNanoseconds = resumed.nanoseconds - now.monotonic.nanoseconds
    }

    func now() -> Now {
        var now = source.now()
        now.monotonic.nanoseconds += offsetNanoseconds
        return now
    }

    func saved(isClean: Bool) -> SavedClock {
        let now = now()
        return SavedClock(
            monotonic: now.monotonic, wall: now.wall, bootID: source.runID, offsetNanoseconds: offsetNanoseconds,
            isClean: isClean)
    }
}
