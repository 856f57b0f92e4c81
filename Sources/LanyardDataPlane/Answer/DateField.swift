import LanyardCore
import NIOCore

/// The `Date` field of answers (RFC 9110, section 6.6.1), made anew once a second.
struct DateField {
    private var bytes: [UInt8] = []
    private var validUntil = NIODeadline.uptimeNanoseconds(0)

    /// The whole field, its line's end included. `wall` is asked only when the second is over.
    mutating func line(at now: NIODeadline, wall: () -> Timestamp) -> [UInt8] {
        if now >= validUntil || bytes.isEmpty {
            let wall = wall()
            bytes = Array("Date: \(wall.imfFixdate)\r\n".utf8)
            let intoSecond = ((wall.milliseconds % 1000) + 1000) % 1000
            validUntil = now + .milliseconds(1000 - intoSecond)
        }
        return bytes
    }
}

extension Timestamp {
    /// `Sat, 21 Nov 2026 03:07:00 GMT`: the form of dates in HTTP (RFC 9110, section 5.6.7).
    var imfFixdate: String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]  // Time began on a Thursday.
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = (milliseconds >= 0 ? milliseconds : milliseconds - 86_399_999) / 86_400_000
        // `2026-11-21T03:07:00.000Z` has the numbers in fixed places, of which the calendar's arithmetic is done once.
        let text = Array(rfc3339.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        let month = Int(part(5..<7)) ?? 1
        let weekday = days[Int((day % 7 + 7) % 7)]
        return "\(weekday), \(part(8..<10)) \(months[month - 1]) \(part(0..<4)) \(part(11..<19)) GMT"
    }
}
