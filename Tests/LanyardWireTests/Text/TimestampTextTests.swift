import Foundation
import LanyardWire
import Testing

@Suite("Times as text")
struct TimestampTextTests {
    @Test(
        "are read with any offset and fraction, and written in UTC with milliseconds",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"),
            ("2026-11-21T03:07:00Z", 1_795_230_420_000, "2026-11-21T03:07:00.000Z"),
            ("2026-11-21t03:07:00z", 1_795_230_420_000, "2026-11-21T03:07:00.000Z"),
            ("2026-11-21T04:37:00+01:30", 1_795_230_420_000, "2026-11-21T03:07:00.000Z"),
            ("2026-11-20T22:07:00-05:00", 1_795_230_420_000, "2026-11-21T03:07:00.000Z"),
            ("2026-11-21T03:07:00-00:00", 1_795_230_420_000, "2026-11-21T03:07:00.000Z"),
            ("2026-11-21T03:07:00.5Z", 1_795_230_420_500, "2026-11-21T03:07:00.500Z"),
            ("2026-11-21T03:07:00.05Z", 1_795_230_420_050, "2026-11-21T03:07:00.050Z"),
            ("2026-11-21T03:07:00.123999999Z", 1_795_230_420_123, "2026-11-21T03:07:00.123Z"),
            ("2024-02-29T23:59:59.999Z", 1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            ("2000-02-29T00:00:00Z", 951_782_400_000, "2000-02-29T00:00:00.000Z"),
            ("1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(String, Int64, String)])
    func reads(text: String, milliseconds: Int64, canonical: String) throws {
        #expect(try TimestampText.milliseconds(text) == milliseconds)
        #expect(TimestampText.text(milliseconds: milliseconds) == canonical)
    }

    @Test(
        "that do not exist, or are written otherwise, are refused",
        arguments: [
            "", "2026-11-21", "2026-11-21T03:07:00", "2026-11-21T03:07Z", "2026-11-21 03:07:00Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2016-12-31T23:59:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1234567890Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00+01", "2026-01-01T00:00:00Zx", " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z ",
            "26-01-01T00:00:00Z",
            "+2026-01-01T00:00:00Z", "20260101T000000Z", "2026-1-1T00:00:00Z", "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01", "2026-01-01T00:00:00,5Z", "２026-01-01T00:00:00Z", "1795230420",
            "2026-01-01T00:00:00.123456789+01:00:00",
        ])
    func refuses(text: String) {
        #expect(throws: TextFormError.self) { try TimestampText.milliseconds(text) }
    }

    @Test("past what four digits of a year can say, the nearest time is written")
    func clamps() {
        #expect(TimestampText.text(milliseconds: .max) == "9999-12-31T23:59:59.999Z")
        #expect(TimestampText.text(milliseconds: .min) == "0000-01-01T00:00:00.000Z")
    }

    @Test("every day from 1600 to 2500 is the day that Foundation says it is")
    func calendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        let first = try #require(CivilDate(year: 1600, month: 1, day: 1)).daysSinceEpoch
        let last = try #require(CivilDate(year: 2500, month: 12, day: 31)).daysSinceEpoch
        var previous: CivilDate?
        for day in first...last {
            let date = CivilDate(daysSinceEpoch: day)
            #expect(date.daysSinceEpoch == day)
            #expect(date != previous)
            previous = date
            guard day.isMultiple(of: 37) || date.day == 29 else { continue }
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            #expect(parts.year == date.year && parts.month == date.month && parts.day == date.day)
        }
    }

    @Test("random times are written as Foundation writes them and read back")
    func againstFoundation() throws {
        var random = SeededGenerator(seed: 3)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<2_000 {
            // Foundation's dates before 1582 follow the Julian calendar.
            let milliseconds = Int64.random(in: -12_000_000_000_000...TimestampText.range.upperBound, using: &random)
            let seconds = milliseconds / 1_000 * 1_000
            let text = TimestampText.text(milliseconds: milliseconds)
            #expect(try TimestampText.milliseconds(text) == milliseconds)
            let theirs = Date(timeIntervalSince1970: Double(seconds / 1_000)).formatted(style)
            #expect(TimestampText.text(milliseconds: seconds) == theirs)
        }
    }
}
