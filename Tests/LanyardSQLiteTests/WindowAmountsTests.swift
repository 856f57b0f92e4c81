import LanyardStorage
import Testing

@Suite("The bytes of a saved window")
struct WindowAmountsTests {
    @Test("all numbers come back", arguments: [[], [0], [Int64.max, .min, -1, 0, 127, 128, 16_383, 16_384]])
    func roundTrip(amounts: [Int64]) {
        #expect(WindowAmounts.amounts(WindowAmounts.bytes(amounts)) == amounts)
    }

    @Test("a quiet window takes a byte a bucket")
    func size() {
        #expect(WindowAmounts.bytes([Int64](repeating: 1, count: 33)).count == 33)
    }

    @Test(
        "bytes that are no such numbers are refused",
        arguments: [[0x80], [1, 0xFF], [UInt8](repeating: 0xFF, count: 11), [UInt8](repeating: 0x80, count: 10) + [0]])
    func garbage(bytes: [UInt8]) {
        #expect(WindowAmounts.amounts(bytes) == nil)
    }
}
