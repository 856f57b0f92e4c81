import Dispatch

/// A moment of the machine's monotonic clock, for time-outs.
struct Moment: Comparable, Sendable {
    private let nanoseconds: UInt64

    private init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    static var now: Moment { Moment(nanoseconds: DispatchTime.now().uptimeNanoseconds) }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    static func + (moment: Moment, duration: Duration) -> Moment {
        let (sum, isBeyond) = moment.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return Moment(nanoseconds: isBeyond ? .max : sum)
    }

    /// Nanoseconds since an earlier moment.
    func since(_ earlier: Moment) -> UInt64 {
        nanoseconds < earlier.nanoseconds ? 0 : nanoseconds - earlier.nanoseconds
    }

    /// For `poll`: rounded up, so that a wait never ends just before its time; -1 would wait for ever.
    var millisecondsLeft: Int32 {
        let left = since(Moment.now)
        return Int32(clamping: left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1))
    }

    var dispatchTime: DispatchTime { DispatchTime(uptimeNanoseconds: nanoseconds) }
}

extension Duration {
    /// Whole nanoseconds; a negative duration is none.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, isBeyond) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return isBeyond ? .max : product.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000)).partialValue
    }

    /// Whole milliseconds, as PostgreSQL's settings take them.
    var milliseconds: UInt64 { nanoseconds / 1_000_000 }
}
