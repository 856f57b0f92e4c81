package import LanyardCore

/// Reads points in time as RFC 3339 writes them; ``Timestamp/rfc3339`` writes them.
///
/// Read is any offset and a fraction of up to nine digits, of which what is finer than a millisecond is dropped. Refused are
/// dates that don't exist, and the leap second `:60`, which a count of milliseconds since 1970 has no place for.
package enum TimestampText {
    package static let form = "an RFC 3339 time such as \"2026-11-21T03:07:00Z\""

    /// The years 0000 to 9999, which four digits can say.
    package static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// The time that `text` says.
    package static func timestamp(_ text: some StringProtocol) throws(TextFormError) -> Timestamp {
        var scanner = TimestampScanner(text.utf8)
        guard let milliseconds = scanner.timestamp(), range.contains(milliseconds) else {
            throw TextFormError("expected \(form)")
        }
        return Timestamp(milliseconds: milliseconds)
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
