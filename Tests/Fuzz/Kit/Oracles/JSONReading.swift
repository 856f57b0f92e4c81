import Foundation
import LanyardWire

/// What a second parser, and the plainest arithmetic, make of a JSON document.
enum JSONReading {
    /// What the strict parser must not have let pass.
    static func flaw(in value: JSONValue, depth: Int) -> String? {
        switch value {
        case .null, .bool, .number, .string: return nil
        case .array(let elements):
            if depth > 32 { return "it is nested deeper than 32" }
            return elements.lazy.compactMap { flaw(in: $0, depth: depth + 1) }.first
        case .object(let object):
            if depth > 32 { return "it is nested deeper than 32" }
            let names = Set(object.members.map(\.name))
            if names.count < object.members.count { return "a name stands twice in one object" }
            return object.members.lazy.compactMap { flaw(in: $0.value, depth: depth + 1) }.first
        }
    }

    static func isReadByFoundation(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    /// Whether Foundation reads the same; a number beyond `Double` is text to us, and an error there.
    static func agrees(_ value: JSONValue, _ bytes: [UInt8]) -> Bool {
        if hasHugeNumber(value) { return true }
        guard let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) else {
            return false
        }
        return isSame(value, theirs)
    }

    private static func hasHugeNumber(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): Double(number.text)?.isFinite != true
        case .array(let elements): elements.contains(where: hasHugeNumber)
        case .object(let object): object.members.contains { hasHugeNumber($0.value) }
        case .null, .bool, .string: false
        }
    }

    private static func isSame(_ value: JSONValue, _ other: Any) -> Bool {
        switch value {
        case .null: return other is NSNull
        case .bool(let flag): return (other as? NSNumber)?.boolValue == flag
        case .number(let number):
            guard let theirs = (other as? NSNumber)?.doubleValue, let ours = Double(number.text) else { return false }
            return abs(ours - theirs) <= 1e-9 * max(abs(ours), abs(theirs))
        case .string(let text):
            return (other as? String).map { unmarked($0).utf8.elementsEqual(unmarked(text).utf8) } ?? false
        case .array(let elements):
            guard let theirs = other as? [Any], theirs.count == elements.count else { return false }
            return zip(elements, theirs).allSatisfy { isSame($0, $1) }
        case .object(let object):
            guard let theirs = other as? [String: Any] else { return false }
            let unmarkedNames = theirs.map { (unmarked($0.key), $0.value) }
            let found = Dictionary(unmarkedNames, uniquingKeysWith: { first, _ in first })
            // Names that only a mark tells apart are one here.
            if found.count < object.count { return true }
            return object.members.allSatisfy { member in
                found[unmarked(member.name)].map { isSame(member.value, $0) } ?? false
            }
        }
    }

    /// Foundation takes U+FEFF at the start of a string, or behind an escape, for a byte order mark, and drops it.
    private static func unmarked(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: text.unicodeScalars.filter { $0 != "\u{feff}" })
        return String(kept)
    }

    /// A number's text × 10^`power` where that is a whole number of 64 bits, by moving the point in the text.
    static func scaled(_ text: String, byPowerOfTen power: Int) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let halves = text.lowercased().split(separator: "e")
        let parts = halves[0].drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        var digits = String(parts[0]) + fraction
        if digits.allSatisfy({ $0 == "0" }) { return 0 }
        guard let exponent = halves.count == 2 ? Int(halves[1]) : 0, (-2_000...2_000).contains(exponent) else {
            return nil
        }
        var point = parts[0].count + exponent + power
        while point < 0 {
            digits = "0" + digits
            point += 1
        }
        while point > digits.count { digits += "0" }
        let whole = digits.prefix(point).drop { $0 == "0" }
        guard digits.dropFirst(point).allSatisfy({ $0 == "0" }) else { return nil }
        if whole.isEmpty { return 0 }
        return Int64((isNegative ? "-" : "") + whole)
    }
}
