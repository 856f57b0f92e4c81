/// A day of the proleptic Gregorian calendar in UTC. The arithmetic is Howard Hinnant's `days_from_civil` and
/// `civil_from_days`: exact for every day that a ``Timestamp`` can name, and without Foundation, for denials and quotas
/// need it on the hot path.
struct CivilDate: Hashable {
    var year: Int64
    /// 1 to 12.
    var month: Int64
    /// 1 to 31.
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day `days` days after 1970-01-01.
    init(daysSinceEpoch days: Int64) {
        let (era, dayOfEra) = (days + 719_468).floorDivided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    var daysSinceEpoch: Int64 {
        // The year begins in March, so that the leap day is its last.
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.floorDivided(by: 400)
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The same day of the next month, which must have it.
    var inNextMonth: CivilDate {
        month == 12
            ? CivilDate(year: year + 1, month: 1, day: day) : CivilDate(year: year, month: month + 1, day: day)
    }

    /// The same day of the month before, which must have it.
    var inPreviousMonth: CivilDate {
        month == 1
            ? CivilDate(year: year - 1, month: 12, day: day) : CivilDate(year: year, month: month - 1, day: day)
    }
}

extension Int64 {
    /// Division that rounds down, also below zero.
    func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
