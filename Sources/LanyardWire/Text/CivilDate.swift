/// A date of the proleptic Gregorian calendar.
///
/// The arithmetic counts days in eras of 400 years (146 097 days, after which the calendar repeats) and in years that begin
/// in March, so that the leap day is a year's last and months follow one linear rule. The algorithm is Howard Hinnant's, "chrono-compatible low-level date algorithms".
package struct CivilDate: Hashable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int

    private static let daysPerEra = 146_097
    private static let yearsPerEra = 400
    /// Days from 0000-03-01, where era 0 begins, to 1970-01-01.
    private static let epoch = 719_468

    /// Nil for a date that isn't in the calendar, such as the 29th of February of 2026.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    package var daysSinceEpoch: Int {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: Self.yearsPerEra)
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysPerEra + dayOfEra - Self.epoch
    }

    package static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    package static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }
}

extension BinaryInteger {
    /// Quotient and remainder, where the remainder is never negative.
    func flooredDivision(by divisor: Self) -> (quotient: Self, remainder: Self) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
