extension Timestamp {
    /// `2026-11-21T03:07:00.000Z` (RFC 3339, UTC, milliseconds).
    public var rfc3339: String {
        let (day, milliseconds) = milliseconds.floorDivided(by: 86_400_000)
        let date = CivilDate(daysSinceEpoch: day)
        let seconds = milliseconds / 1000
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
            + "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
            + ".\(padded(milliseconds % 1000, 3))Z"
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
