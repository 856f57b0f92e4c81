/// A question's time, in stretches that end where pieces end. A database sorts all that it sums up before it gives the
/// first row, so a page of a long answer would cost as much as the whole; by stretches it costs about what it holds. Each
/// is four times as long as the last: a question about a key that was seldom used has few of them.
package struct UsageStretch {
    /// Where the next one may begin.
    package private(set) var first: Int32
    private let end: Int32
    private let interval: Int64
    private var pieces: Int64

    package init(_ query: UsageQuery) {
        first = max(query.fromMinute, query.after?.minute ?? query.fromMinute)
        end = query.toMinute
        interval = Int64(query.interval.minutes)
        pieces = Int64(min(query.limit, 64))
    }

    /// The next one, where nothing is between ``first`` and `used`.
    package mutating func next(from used: Int32) -> Range<Int32> {
        let start = Int64(used) - (Int64(used) % interval + interval) % interval
        let next = min(Int64(end), start + pieces * interval)
        let minutes = max(first, Int32(clamping: start))..<Int32(clamping: next)
        first = minutes.upperBound
        pieces *= 4
        return minutes
    }
}
