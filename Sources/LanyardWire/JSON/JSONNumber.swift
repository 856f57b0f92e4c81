/// A JSON number, kept as the text that was sent, so that no digit is lost before somebody says what type it is to have.
package struct JSONNumber: Hashable, Sendable {
    /// As written, by RFC 8259's grammar. Two numbers are equal when they are written alike: `1` is not `1.0` here.
    package let text: String

    /// - Parameter text: a number by RFC 8259's grammar; the parser has seen to it.
    init(validated text: String) {
        self.text = text
    }

    package init(_ value: Int64) {
        text = String(value)
    }

    /// The value, where it is a whole number that `Int64` holds: `5`, `5.0` and `50e-1` are 5; `0.5` is none.
    package var int64: Int64? { Int64(text) ?? scaled(byPowerOfTen: 0) }

    /// The value × 10^`power`, where that is a whole number that `Int64` holds; nothing is ever rounded.
    ///
    /// With a power of 9 this reads dollars as nano-dollars.
    package func scaled(byPowerOfTen power: Int) -> Int64? {
        let parts = Parts(text)
        // Exponents are bounded before they are added to, so that `1e999999999999` is a refusal and no overflow.
        guard let exponent = parts.exponent else { return parts.isZero ? 0 : nil }
        var shift = exponent - parts.fractionDigits + power
        var digits = parts.digits[...]
        while shift < 0, digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            shift += 1
        }
        var value: Int64 = 0
        for digit in digits {
            guard let next = value.timesTenPlus(digit - UInt8(ascii: "0"), negative: parts.isNegative) else {
                return nil
            }
            value = next
        }
        if value == 0 { return 0 }
        guard (0...18).contains(shift) else { return nil }
        for _ in 0..<shift {
            guard let next = value.timesTenPlus(0, negative: parts.isNegative) else { return nil }
            value = next
        }
        return value
    }

    /// The pieces of a number's text: `-12.50e3` is 1250 × 10^(3 - 2), negative.
    private struct Parts {
        var isNegative = false
        /// The digits of the integer and of the fraction.
        var digits: [UInt8] = []
        var fractionDigits = 0
        /// None where it is past everything that could matter.
        var exponent: Int? = 0

        var isZero: Bool { digits.allSatisfy { $0 == UInt8(ascii: "0") } }

        init(_ text: String) {
            digits.reserveCapacity(text.utf8.count)
            var inFraction = false
            for (index, byte) in text.utf8.enumerated() {
                switch byte {
                case UInt8(ascii: "-"): isNegative = true
                case UInt8(ascii: "."): inFraction = true
                case UInt8(ascii: "e"), UInt8(ascii: "E"):
                    exponent = Int(Substring(text.utf8.dropFirst(index + 1)))
                        // Not by its magnitude: the smallest integer has none.
                        .flatMap { (-1_000...1_000).contains($0) ? $0 : nil }
                    return
                default:
                    digits.append(byte)
                    if inFraction { fractionDigits += 1 }
                }
            }
        }
    }
}

extension Int64 {
    /// `self × 10 ± digit`, or none on overflow. It grows away from zero, so that `Int64.min` can be read too.
    fileprivate func timesTenPlus(_ digit: UInt8, negative: Bool) -> Int64? {
        let (product, overflows) = multipliedReportingOverflow(by: 10)
        guard !overflows else { return nil }
        let (sum, passes) =
            negative
            ? product.subtractingReportingOverflow(Int64(digit)) : product.addingReportingOverflow(Int64(digit))
        return passes ? nil : sum
    }
}
