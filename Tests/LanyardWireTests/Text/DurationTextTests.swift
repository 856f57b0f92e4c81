import LanyardWire
import Testing

@Suite("Durations as text")
struct DurationTextTests {
    @Test(
        "are read and written in the largest unit that fits exactly",
        arguments: [
            ("500ms", 500, "500ms"), ("1000ms", 1_000, "1s"), ("90s", 90_000, "90s"), ("5m", 300_000, "5m"),
            ("60s", 60_000, "1m"), ("24h", 86_400_000, "1d"), ("90d", 7_776_000_000, "90d"), ("0s", 0, "0s"),
            ("0d", 0, "0s"),
            ("36h", 129_600_000, "36h"), ("007s", 7_000, "7s"),
            ("999999999999ms", 999_999_999_999, "999999999999ms"),
            ("100000000000d", 8_640_000_000_000_000_000, "100000000000d"),
        ] as [(String, Int64, String)])
    func reads(text: String, milliseconds: Int64, canonical: String) throws {
        #expect(try DurationText.milliseconds(text) == milliseconds)
        #expect(DurationText.text(milliseconds: milliseconds) == canonical)
        #expect(try DurationText.milliseconds(canonical) == milliseconds)
    }

    @Test(
        "are refused in any other form",
        arguments: [
            "", "s", "5", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5h", "5S", "5sec", "1h30m", "5w", "5y", "٥s", "5ms\0",
            "1000000000000ms", "0000000000001s", "106751991168d", "999999999999d", "99999999999999999999999s",
        ])
    func refuses(text: String) {
        #expect(throws: TextFormError.self) { try DurationText.milliseconds(text) }
    }
}
