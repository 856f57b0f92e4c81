/// A point of civil time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX).
///
/// Used for what people set and read: expiry, creation, audit. Never for rolling windows or staleness, which must not
/// follow a clock that an administrator or NTP can set back: those use ``MonotonicInstant``.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    /// Milliseconds since the Unix epoch.
    public var milliseconds: Int64

    /// Makes a timestamp from milliseconds since the Unix epoch.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads the bare number of milliseconds.
    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// Writes the bare number of milliseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    /// Earlier is less.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The timestamp `milliseconds` later; saturates instead of overflowing.
    public func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
        if overflow { return Timestamp(milliseconds: milliseconds > 0 ? .max : .min) }
        return Timestamp(milliseconds: sum)
    }

    /// The number of whole minutes since the epoch: the grain of usage records.
    package var minute: Int32 {
        Int32(clamping: milliseconds >= 0 ? milliseconds / 60_000 : (milliseconds - 59_999) / 60_000)
    }
}
