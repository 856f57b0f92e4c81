import LanyardCore
import LanyardTesting
import Testing

@Suite("Base62 and CRC-32")
struct Base62Tests {
    @Test("bytes come back from their digits, whatever they are")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 62)
        for _ in 0..<2_000 {
            let bytes = generator.bytes(longest: 40)
            // 62^4 is less than 2^24, 62^3 more than 2^17: 3 digits for 2 bytes are always enough.
            let width = (bytes.count * 3 + 1) / 2
            let text = try #require(Base62.text(of: bytes, width: width))
            #expect(text.utf8.count == width)
            #expect(Base62.bytes(of: text, count: bytes.count) == bytes)
        }
    }

    @Test("digits agree with plain arithmetic")
    func arithmetic() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let number = generator.next() >> UInt64.random(in: 0..<64, using: &generator)
            var expected = ""
            var rest = number
            for _ in 0..<11 {
                expected = String(UnicodeScalar(Base62.digit(rest % 62))) + expected
                rest /= 62
            }
            let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
            #expect(Base62.text(of: bytes, width: 11) == expected)
        }
    }

    @Test("a number that does not fit is refused in both directions")
    func overflow() {
        #expect(Base62.text(of: [62], width: 1) == nil)
        #expect(Base62.text(of: [61], width: 1) == "z")
        #expect(Base62.bytes(of: "47", count: 1) == [255])
        #expect(Base62.bytes(of: "48", count: 1) == nil)
        let largest = String(repeating: "0", count: 0) + "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1"
        #expect(Base62.bytes(of: largest, count: 32) == [UInt8](repeating: 255, count: 32))
        #expect(Base62.bytes(of: largest.dropLast() + "2", count: 32) == nil)
        #expect(SecretFormat.largestSeed.description == largest)
    }

    @Test("only the 62 digits are digits")
    func digits() {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(Base62.isDigit(byte) == alphabet.contains(byte))
            let value = [byte].withUnsafeBytes { Base62.value(of: $0) }
            #expect(value == alphabet.firstIndex(of: byte).map(UInt64.init))
        }
        #expect(lending("00000000000") { Base62.value(of: $0) } == nil)
        #expect(lending("zzzzzzzzzz") { Base62.value(of: $0) } == Base62.wordRange - 1)
    }

    @Test("the checksum agrees with the definition, bit by bit, at every length and alignment")
    func checksum() {
        func definition(_ bytes: ArraySlice<UInt8>) -> UInt32 {
            var remainder = UInt32.max
            for byte in bytes {
                remainder ^= UInt32(byte)
                for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1 }
            }
            return ~remainder
        }
        var generator = SeededGenerator(seed: 32)
        let bytes = (0..<120).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for start in 0..<9 {
            for end in start...bytes.count {
                let checksum = bytes.withUnsafeBytes { CRC32.checksum(of: $0.part(start..<end)) }
                #expect(checksum == definition(bytes[start..<end]))
            }
        }
    }
}
