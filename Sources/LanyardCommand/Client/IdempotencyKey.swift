/// A key that no other call has: 128 random bits.
enum IdempotencyKey {
    static func random() -> String {
        "lanyard-cli-" + [UInt64.random(in: .min ... .max), .random(in: .min ... .max)].map(hexadecimal).joined()
    }

    private static func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
