import Foundation
import LanyardCore
import LanyardTesting
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
        let timestamp = Timestamp(milliseconds: milliseconds)
        #expect(try TimestampText.timestamp(text) == timestamp)
        #expect(timestamp.rfc3339 == canonical)
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
        #expect(throws: TextFormError.self) { try TimestampText.timestamp(text) }
    }

    @Test("every day from 1600 to 2500 is the day that Foundation says it is")
    func calendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        let first = try #require(CivilDate(year: 1600, month: 1, day: 1)).daysSinceEpoch
        var expected = first
        for year in 1600...2500 {
            for month in 1...12 {
                for day in 1...31 {
                    guard let date = CivilDate(year: year, month: month, day: day) else { continue }
                    #expect(date.daysSinceEpoch == expected)
                    expected += 1
                }
                #expect(CivilDate(year: year, month: month, day: 0) == nil)
                #expect(CivilDate(year: year, month: month, day: 32) == nil)
            }
        }
        let end = Date(timeIntervalSince1970: Double(expected) * 86_400)
        #expect(
            calendar.dateComponents([.year, .month, .day], from: end) == DateComponents(year: 2501, month: 1, day: 1))
        for day in stride(from: first, to: expected, by: 37) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let ours = CivilDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0)
            #expect(ours?.daysSinceEpoch == day)
        }
    }

    @Test("random times are written as Foundation writes them and read back")
    func againstFoundation() throws {
        var random = SeededGenerator(seed: 3)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<2_000 {
            // Foundation's dates before 1582 follow the Julian calendar.
            let milliseconds = Int64.random(in: -12_000_000_000_000...TimestampText.range.upperBound, using: &random)
            let timestamp = Timestamp(milliseconds: milliseconds)
            #expect(try TimestampText.timestamp(timestamp.rfc3339) == timestamp)
            let seconds = milliseconds / 1_000
            let theirs = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
            #expect(try TimestampText.timestamp(theirs).milliseconds == seconds * 1_000)
        }
    }
}
