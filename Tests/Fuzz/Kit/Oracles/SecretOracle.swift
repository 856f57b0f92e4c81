import LanyardCore

/// Native secrets and identifiers by the plainest reading of their definition: one digit, one bit after the other.
enum SecretOracle {
    static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func shape(_ bytes: [UInt8]) -> SecretShape {
        if let parts = parts(bytes) {
            let checked = Array(bytes.dropLast(6))
            let isRight = value(parts.digits.prefix(43), bytes: 32) != nil && bytes.suffix(6) == checksum(of: checked)
            return isRight ? .native : .wrongChecksum
        }
        return (1...512).contains(bytes.count) && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7f } ? .foreign : .malformed
    }

    static func parts(_ bytes: [UInt8]) -> (prefix: [UInt8], environment: [UInt8], digits: [UInt8])? {
        let parts = bytes.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false).map(Array.init)
        guard parts.count == 3, isWord(parts[0]), isWord(parts[1]), parts[2].count == 49,
            parts[2].allSatisfy(alphabet.contains)
        else { return nil }
        return (parts[0], parts[1], parts[2])
    }

    static func isWord(_ bytes: [UInt8]) -> Bool {
        let letters = Array("abcdefghijklmnopqrstuvwxyz".utf8)
        guard let first = bytes.first, bytes.count <= 12 else { return false }
        return letters.contains(first)
            && bytes.allSatisfy { letters.contains($0) || Array("0123456789".utf8).contains($0) }
    }

    /// Six digits for the CRC-32 of the text before them.
    static func checksum(of bytes: [UInt8]) -> [UInt8] {
        var crc: UInt32 = 0xffff_ffff
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
        crc = ~crc
        var digits: [UInt8] = []
        for _ in 0..<6 {
            digits.insert(alphabet[Int(crc % 62)], at: 0)
            crc /= 62
        }
        return digits
    }

    /// The number that base62 digits stand for, in so many bytes; nil where it needs more, or a digit is none.
    static func value(_ digits: some Sequence<UInt8>, bytes: Int) -> [UInt8]? {
        var number = [UInt8](repeating: 0, count: bytes)
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            var carry = value
            for place in number.indices.reversed() {
                let product = Int(number[place]) * 62 + carry
                number[place] = UInt8(product & 0xff)
                carry = product >> 8
            }
            if carry > 0 { return nil }
        }
        return number
    }
}
