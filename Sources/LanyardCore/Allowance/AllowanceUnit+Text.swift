/// Amounts as people and programs outside write them: money in dollars, everything else in whole numbers.
extension AllowanceUnit {
    /// The amount's text: `10000`, or dollars such as `5.00`.
    package func text(of amount: Int64) -> String {
        switch self {
        case .requests, .tokens: "\(amount)"
        case .usd: Dollars.text(nanoUSD: amount)
        }
    }
}

/// Dollars as text.
package enum Dollars {
    package static let decimals = 9
    package static let nanoPerDollar: Int64 = 1_000_000_000

    /// The amount in dollars, exactly, with two decimals or as many more as it needs: `5.00`, `0.00000015`, `-1.00`.
    package static func text(nanoUSD: Int64) -> String {
        let (dollars, nano) = nanoUSD.magnitude.quotientAndRemainder(dividingBy: UInt64(nanoPerDollar))
        var digits = String(nano)
        digits = String(repeating: "0", count: decimals - digits.utf8.count) + digits
        while digits.utf8.count > 2, digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
        return "\(nanoUSD < 0 ? "-" : "")\(dollars).\(digits)"
    }
}
