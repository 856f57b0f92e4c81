/// A number of bytes as the configuration writes it: digits, and one of `B`, `KiB`, `MiB`, `GiB`.
package struct ByteCount: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let bytes: Int

    package init(bytes: Int) { self.bytes = bytes }

    package static func kibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 10) }
    package static func mebibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 20) }

    private static let units: [(suffix: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    static let form = "a size such as \"512KiB\", \"64MiB\" or \"2GiB\""

    init(parsing text: String) throws(InvalidSetting) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard
            let count = Int(digits),
            let unit = Self.units.first(where: { text.dropFirst(digits.count) == $0.suffix }),
            case let (bytes, overflows) = count.multipliedReportingOverflow(by: unit.bytes), !overflows
        else {
            throw InvalidSetting("\(ConfigurationProblem.quoted(text)) is no size: expected \(Self.form)")
        }
        self.bytes = bytes
    }

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    /// In the largest unit that divides it.
    package var description: String {
        let unit = Self.units.first { bytes >= $0.bytes && bytes.isMultiple(of: $0.bytes) }
        return "\(bytes / (unit?.bytes ?? 1))\(unit?.suffix ?? "B")"
    }
}
