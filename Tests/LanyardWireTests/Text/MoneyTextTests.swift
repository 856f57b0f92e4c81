import LanyardTesting
import LanyardWire
import Testing

@Suite("Money as text")
struct MoneyTextTests {
    @Test(
        "is read exactly, and written with two decimals or as many as it needs",
        arguments: [
            ("5.00", 5_000_000_000, "5.00"), ("5", 5_000_000_000, "5.00"), ("0", 0, "0.00"),
            ("0.5", 500_000_000, "0.50"),
            ("0.00000015", 150, "0.00000015"), ("0.000000001", 1, "0.000000001"), ("12.340", 12_340_000_000, "12.34"),
            ("007.10", 7_100_000_000, "7.10"), ("9000000000.00", 9_000_000_000_000_000_000, "9000000000.00"),
            ("1.005", 1_005_000_000, "1.005"), ("100000.123456789", 100_000_123_456_789, "100000.123456789"),
        ] as [(String, Int64, String)])
    func reads(text: String, nano: Int64, canonical: String) throws {
        #expect(try MoneyText.nanoDollars(text) == nano)
        #expect(MoneyText.text(nanoDollars: nano) == canonical)
    }

    @Test(
        "is refused with a sign, an exponent, a currency, too many decimals, or beyond nine billion",
        arguments: [
            "", ".", ".5", "5.", "-1", "+1", "1e3", "$5", "5 ", " 5", "1,000.00", "0.0000000001", "1.2.3", "٥", "NaN",
            "9000000000.000000001", "9223372037", "00000000005", "99999999999999999999",
        ])
    func refuses(text: String) {
        #expect(throws: TextFormError.self) { try MoneyText.nanoDollars(text) }
    }

    @Test("random amounts come back as they were")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            let shift = Int64.random(in: 0..<60, using: &random)
            let nano = Int64.random(in: 0...MoneyText.mostNanoDollars, using: &random) >> shift
            #expect(try MoneyText.nanoDollars(MoneyText.text(nanoDollars: nano)) == nano)
        }
    }

    @Test("a negative amount is written with its sign, the smallest included")
    func negative() {
        #expect(MoneyText.text(nanoDollars: -1_500_000_000) == "-1.50")
        #expect(MoneyText.text(nanoDollars: .min) == "-9223372036.854775808")
    }
}
