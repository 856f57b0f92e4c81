import LanyardCore
import LanyardWire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension FuzzTarget {
    static let texts = [timestamp, duration, money]

    private static let timestamp = FuzzTarget(
        text: "timestamp",
        seeds: [
            "2026-11-21T03:07:00Z", "2026-11-21T03:07:00.123456789+05:30", "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999Z", "2024-02-29T00:00:00-00:00", "2023-02-29T00:00:00Z", "1970-01-01t00:00:00z",
            "2026-06-30T23:59:60Z", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1900-02-28T12:00:00.5Z",
        ],
        tokens: [
            "-", ":", "T", "Z", ".", "+00:00", "-23:59", "t", "z", "02-29", "00", "60", "24:00:00", "0000", "9999",
        ]
    ) { text in
        let expected = milliseconds(text)
        guard let time = try? TimestampText.timestamp(text) else {
            return expected == nil ? .refused : .broken("the oracle reads it")
        }
        guard time.milliseconds == expected else {
            return .broken("it is \(time.milliseconds), and to the oracle \(expected.map { "\($0)" } ?? "none")")
        }
        let printed = time.rfc3339
        guard let again = try? TimestampText.timestamp(printed), again == time, again.rfc3339 == printed else {
            return .broken("it prints as \(printed), which reads otherwise")
        }
        return .accepted
    }

    /// By the C library's calendar, from fields at fixed places.
    private static func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        let form = Array("0000-00-00T00:00:00".utf8)
        guard bytes.count > form.count else { return nil }
        for (byte, expected) in zip(bytes, form) {
            switch expected {
            case UInt8(ascii: "0"): guard isDigit(byte) else { return nil }
            case UInt8(ascii: "T"): guard byte | 0x20 == UInt8(ascii: "t") else { return nil }
            default: guard byte == expected else { return nil }
            }
        }
        func number(_ start: Int, _ count: Int) -> Int32 {
            Int32(String(decoding: bytes[start..<start + count], as: UTF8.self)) ?? -1
        }
        var rest = bytes[form.count...]
        var fraction: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: isDigit)
            guard (1...9).contains(digits.count) else { return nil }
            fraction = Int64(String((String(decoding: digits, as: UTF8.self) + "00").prefix(3))) ?? -1
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let offset = minutes(Array(rest)) else { return nil }
        var civil = tm()
        (civil.tm_year, civil.tm_mon, civil.tm_mday) = (number(0, 4) - 1900, number(5, 2) - 1, number(8, 2))
        (civil.tm_hour, civil.tm_min, civil.tm_sec) = (number(11, 2), number(14, 2), number(17, 2))
        let written = civil
        let seconds = timegm(&civil)
        // What does not exist was put right by the library.
        guard civil.tm_year == written.tm_year, civil.tm_mon == written.tm_mon, civil.tm_mday == written.tm_mday,
            civil.tm_hour == written.tm_hour, civil.tm_min == written.tm_min, civil.tm_sec == written.tm_sec
        else { return nil }
        let time = (Int64(seconds) - Int64(offset) * 60) * 1_000 + fraction
        return TimestampText.range.contains(time) ? time : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { "0123456789".utf8.contains(byte) }

    private static func minutes(_ zone: [UInt8]) -> Int? {
        if zone == [UInt8(ascii: "Z")] || zone == [UInt8(ascii: "z")] { return 0 }
        guard zone.count == 6, zone[3] == UInt8(ascii: ":"), [1, 2, 4, 5].allSatisfy({ isDigit(zone[$0]) }),
            let hours = Int(String(decoding: zone[1...2], as: UTF8.self)), hours < 24,
            let minutes = Int(String(decoding: zone[4...5], as: UTF8.self)), minutes < 60
        else { return nil }
        switch zone[0] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -(hours * 60 + minutes)
        default: return nil
        }
    }

    private static let duration = FuzzTarget(
        text: "duration",
        seeds: [
            "500ms", "90s", "5m", "24h", "90d", "0s", "999999999999d", "106751991167d", "1", "s", "1.5s", "-1s", "01s",
        ],
        tokens: ["d", "h", "m", "s", "ms", " ", "-", "+", ".", "0", "1"], share: 2
    ) { text in
        guard let milliseconds = try? DurationText.milliseconds(text) else { return .refused }
        let units: [(String, Int64)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        let expected = units.compactMap { suffix, length -> Int64? in
            guard text.hasSuffix(suffix), text.utf8.dropLast(suffix.utf8.count).allSatisfy(isDigit) else { return nil }
            return Int64(text.dropLast(suffix.count)).map { $0 * length }
        }
        guard expected == [milliseconds] else { return .broken("it is \(milliseconds), and to the oracle \(expected)") }
        let printed = DurationText.text(milliseconds: milliseconds)
        guard (try? DurationText.milliseconds(printed)) == milliseconds else {
            return .broken("it prints as \(printed), which reads otherwise")
        }
        return .accepted
    }

    private static let money = FuzzTarget(
        text: "money",
        seeds: [
            "5.00", "0.00000015", "9000000000.00", "9000000000.000000001", "0", "00.1", "1.", ".1", "-1.00", "$5",
            "1e3",
        ],
        tokens: [".", "0", "9", "00", "-", "e", ",", "000000001"], share: 2
    ) { text in
        guard let nano = try? MoneyText.nanoDollars(text) else { return .refused }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        let padded = fraction + String(repeating: "0", count: max(0, 9 - fraction.utf8.count))
        guard parts.count <= 2, let whole = Int64(parts[0]), let rest = Int64(padded), !fraction.hasPrefix("-"),
            nano == whole * 1_000_000_000 + rest, nano <= MoneyText.mostNanoDollars
        else { return .broken("the oracle reads another amount, or none") }
        let printed = MoneyText.text(nanoDollars: nano)
        guard (try? MoneyText.nanoDollars(printed)) == nano else {
            return .broken("it prints as \(printed), which reads otherwise")
        }
        return .accepted
    }
}
