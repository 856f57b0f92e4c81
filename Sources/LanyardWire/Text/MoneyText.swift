import LanyardCore

/// Amounts of US dollars: integers of nano-dollars within (a token may cost 150 of them), decimal text such as `"5.00"` outside.
package enum MoneyText {
    package static let form = "an amount of dollars such as \"5.00\", with at most nine decimals"

    private static let wholeDigits = 10

    /// The largest amount that is read: nine billion dollars, a little less than `Int64` holds.
    package static let mostNanoDollars: Int64 = 9_000_000_000 * 1_000_000_000

    /// The nano-dollars that `text` says: digits, and a point with one to nine digits. No sign, no exponent, no currency.
    package static func nanoDollars(_ text: some StringProtocol) throws(TextFormError) -> Int64 {
        var nano: Int64 = 0
        var fraction = 0
        var whole = 0
        var inFraction = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let (tens, overflows) = nano.multipliedReportingOverflow(by: 10)
                let (sum, passes) = tens.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
                guard !overflows, !passes else { throw tooMuch }
                nano = sum
                if inFraction { fraction += 1 } else { whole += 1 }
            case UInt8(ascii: ".") where !inFraction: inFraction = true
            default: throw malformed
            }
        }
        guard (1...wholeDigits).contains(whole), fraction <= Dollars.decimals, inFraction == (fraction > 0) else {
            throw malformed
        }
        for _ in fraction..<Dollars.decimals {
            let (tens, overflows) = nano.multipliedReportingOverflow(by: 10)
            guard !overflows else { throw tooMuch }
            nano = tens
        }
        guard nano <= mostNanoDollars else { throw tooMuch }
        return nano
    }

    /// The amount in dollars, exactly, with two decimals or as many more as it needs: `"5.00"`, `"0.00000015"`.
    ///
    /// A negative amount, which none of ours is, is written with its sign.
    package static func text(nanoDollars: Int64) -> String {
        Dollars.text(nanoUSD: nanoDollars)
    }

    private static var malformed: TextFormError { TextFormError("expected \(form)") }
    private static var tooMuch: TextFormError { TextFormError("the amount is larger than 9000000000.00") }
}
