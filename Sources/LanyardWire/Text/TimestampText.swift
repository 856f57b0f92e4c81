/// Points in time as RFC 3339 writes them, and as we count them: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Read is any offset and a fraction of up to nine digits, of which what is finer than a millisecond is dropped. Refused are
/// dates that don't exist, and the leap second `:60`, which the count has no place for. Written is always UTC with milliseconds:
/// `2026-11-21T03:07:00.000Z`.
package enum TimestampText {
    package static let form = "an RFC 3339 time such as \"2026-11-21T03:07:00Z\""

    /// What can be written: the years 0000 to 9999.
    package static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    private static let millisecondsPerDay: Int64 = 86_400_000

    /// The time that `text` says, in milliseconds since the epoch.
    package static func milliseconds(_ text: some StringProtocol) throws(TextFormError) -> Int64 {
        var scanner = TimestampScanner(text.utf8)
        guard let milliseconds = scanner.timestamp(), range.contains(milliseconds) else {
            throw TextFormError("expected \(form)")
        }
        return milliseconds
    }

    /// - Parameter milliseconds: outside `range` the nearest time within is written.
    package static func text(milliseconds: Int64) -> String {
        var bytes: [UInt8] = []
        append(milliseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the 24 characters of a time.
    package static func append(_ milliseconds: Int64, to bytes: inout [UInt8]) {
        let milliseconds = min(max(milliseconds, range.lowerBound), range.upperBound)
        let (days, rest) = milliseconds.flooredDivision(by: millisecondsPerDay)
        let date = CivilDate(daysSinceEpoch: Int(days))
        let ofDay = Int(rest)
        bytes.appendPadded(date.year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendPadded(date.month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendPadded(date.day, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.appendPadded(ofDay / 3_600_000, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendPadded(ofDay / 60_000 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendPadded(ofDay / 1_000 % 60, digits: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.appendPadded(ofDay % 1_000, digits: 3)
        bytes.append(UInt8(ascii: "Z"))
    }
}

extension [UInt8] {
    fileprivate mutating func appendPadded(_ value: Int, digits: Int) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}

/// Walks over `date-time` of RFC 3339 section 5.6: each part says where it failed by being nil.
private struct TimestampScanner {
    private var rest: ArraySlice<UInt8>

    init(_ text: some Sequence<UInt8>) {
        // The longest there is: 19 characters, a fraction of 9 with its point, an offset of 6; one more tells that it goes on.
        rest = Array(text.prefix(36))[...]
    }

    mutating func timestamp() -> Int64? {
        guard let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"),
            let day = number(digits: 2), let date = CivilDate(year: year, month: month, day: day),
            take("T") || take("t"),
            let hour = number(digits: 2), hour < 24, take(":"), let minute = number(digits: 2), minute < 60, take(":"),
            let second = number(digits: 2), second < 60,
            let fraction = milliseconds(), let offset = offset(), rest.isEmpty
        else { return nil }
        let seconds = ((date.daysSinceEpoch * 24 + hour) * 60 + minute - offset) * 60 + second
        return Int64(seconds) * 1_000 + Int64(fraction)
    }

    /// `.` and one to nine digits, or nothing.
    private mutating func milliseconds() -> Int? {
        guard take(".") else { return 0 }
        var milliseconds = 0
        var count = 0
        while count < 9, let digit = digit() {
            if count < 3 { milliseconds = milliseconds * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 3)..<3 { milliseconds *= 10 }
        return milliseconds
    }

    /// `Z`, or the minutes by which local time is ahead.
    private mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(digits: 2), hours < 24, take(":"),
            let minutes = number(digits: 2), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private mutating func number(digits: Int) -> Int? {
        var number = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }
}
