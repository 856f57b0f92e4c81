public import LanyardCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The machine's clocks: `CLOCK_REALTIME` for civil time, and for windows a clock that nobody can set and that goes on
/// while the machine sleeps (`CLOCK_BOOTTIME` on Linux, `CLOCK_MONOTONIC` on macOS, where it includes sleep).
public struct SystemTimeSource: TimeSource {
    /// The run of the machine, by the kernel's own name for it.
    public let runID: String

    /// Reads the run's name once.
    public init() {
        runID = SystemTimeSource.readRunID()
    }

    /// Reads both clocks.
    public func now() -> Now {
        Now(
            wall: Timestamp(milliseconds: SystemTimeSource.nanoseconds(CLOCK_REALTIME) / 1_000_000),
            monotonic: MonotonicInstant(nanoseconds: SystemTimeSource.nanoseconds(SystemTimeSource.suspendAwareClock)))
    }

    #if canImport(Darwin)
        private static let suspendAwareClock = CLOCK_MONOTONIC
    #else
        private static let suspendAwareClock = CLOCK_BOOTTIME
    #endif

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func readRunID() -> String {
        #if canImport(Darwin)
            var size = 0
            guard sysctlbyname("kern.bootsessionuuid", nil, &size, nil, 0) == 0, size > 0 else { return "unknown" }
            var bytes = [UInt8](repeating: 0, count: size)
            guard sysctlbyname("kern.bootsessionuuid", &bytes, &size, nil, 0) == 0 else { return "unknown" }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        #else
            let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return "unknown" }
            defer { close(descriptor) }
            var bytes = [UInt8](repeating: 0, count: 64)
            let count = read(descriptor, &bytes, bytes.count)
            return String(decoding: bytes.prefix(max(0, count)).prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self)
        #endif
    }
}
