#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A moment by the wall clock, as log lines show it.
package struct WallTime: Sendable, Hashable {
    package let secondsSinceEpoch: Int
    package let milliseconds: Int

    package init(secondsSinceEpoch: Int, milliseconds: Int) {
        self.secondsSinceEpoch = secondsSinceEpoch
        self.milliseconds = milliseconds
    }

    package static var now: WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(secondsSinceEpoch: Int(time.tv_sec), milliseconds: Int(time.tv_nsec / 1_000_000))
    }

    /// RFC 3339, in UTC: `2026-11-21T03:07:00.000Z`.
    func append(to bytes: inout [UInt8]) {
        var seconds = time_t(secondsSinceEpoch)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let fields: [(value: Int, digits: Int, before: Character)] = [
            (Int(parts.tm_year) + 1900, 4, " "), (Int(parts.tm_mon) + 1, 2, "-"), (Int(parts.tm_mday), 2, "-"),
            (Int(parts.tm_hour), 2, "T"), (Int(parts.tm_min), 2, ":"), (Int(parts.tm_sec), 2, ":"),
            (milliseconds, 3, "."),
        ]
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(contentsOf: field.before.utf8) }
            let digits = "\(field.value)"
            for _ in digits.utf8.count..<max(field.digits, digits.utf8.count) { bytes.append(UInt8(ascii: "0")) }
            bytes.append(contentsOf: digits.utf8)
        }
        bytes.append(UInt8(ascii: "Z"))
    }
}
