import LanyardWire
import Testing

@Suite("A JSON number")
struct JSONNumberTests {
    @Test(
        "is an integer where it is one exactly, however it is written",
        arguments: [
            ("0", 0), ("-0", 0), ("0.000", 0), ("-0e7", 0), ("0e99999999999999999999", 0), ("5", 5), ("5.0", 5),
            ("50e-1", 5),
            ("0.5e1", 5), ("5E+2", 500), ("1e18", 1_000_000_000_000_000_000), ("-12.50e2", -1250),
            ("9223372036854775807", .max), ("-9223372036854775808", .min), ("-922337203685477580.8e1", .min),
            ("0.00000000000000000000000001e26", 1), ("100000000000000000000000000e-26", 1),
            ("1e0000000000000000000000005", 100_000),
            ("0.5", nil), ("1e-1", nil), ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1e19", nil),
            ("1e99999999999999999999", nil), ("1e-99999999999999999999", nil), ("1.00000000000000000000000001", nil),
        ] as [(String, Int64?)])
    func integers(text: String, value: Int64?) throws {
        #expect(try JSONValue.text(text).number?.int64 == value)
    }

    @Test(
        "scales exactly or not at all",
        arguments: [
            ("5.00", 5_000_000_000), ("0.00000015", 150), ("0.000000001", 1), ("0.0000000001", nil), ("1e-9", 1),
            ("9223372036.854775807", .max), ("9223372036.854775808", nil),
        ] as [(String, Int64?)])
    func scaling(text: String, value: Int64?) throws {
        #expect(try JSONValue.text(text).number?.scaled(byPowerOfTen: 9) == value)
    }

    @Test("an exponent of any size is no number that fits, and ends nobody's process")
    func absurdExponents() throws {
        for exponent in ["-9223372036854775808", "9223372036854775807", "-99999999999999999999", "1001", "-1001"] {
            let value = try JSONParser.parse(Array("1e\(exponent)".utf8))
            guard case .number(let number) = value else {
                Issue.record("no number")
                continue
            }
            #expect(number.int64 == nil)
            #expect(number.scaled(byPowerOfTen: 9) == nil)
        }
    }
}
