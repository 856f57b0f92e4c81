import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Elapsed seconds, and seconds of CPU that the process used meanwhile.
func measure(_ body: () async throws -> Void) async rethrows -> (elapsed: Double, cpu: Double) {
    let start = (ContinuousClock.now, processSeconds())
    try await body()
    return since(start)
}

/// The same of a body that waits for nothing.
func measureNow(_ body: () -> Void) -> (elapsed: Double, cpu: Double) {
    let start = (ContinuousClock.now, processSeconds())
    body()
    return since(start)
}

private func since(_ start: (ContinuousClock.Instant, Double)) -> (elapsed: Double, cpu: Double) {
    let elapsed = start.0.duration(to: .now).components
    return (Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18, processSeconds() - start.1)
}

private func processSeconds() -> Double {
    var usage = rusage()
    #if os(Linux)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
        getrusage(RUSAGE_SELF, &usage)
    #endif
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
}

/// Bytes that are in memory now. Linux only.
func residentBytes() -> Int {
    #if os(Linux)
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
    #else
        return 0
    #endif
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func format(_ value: Double) -> String { String(format: "%.1f", value) }
