import ArgumentParser
import LanyardCore
import LanyardWire

/// A limit on the command line: `[NAME=][UNIT:]AMOUNT/WINDOW`.
///
///     100/60s                   100 requests in any 60 seconds
///     burst=10/1s               the same with a name
///     tokens:100000/60s         another unit: requests, tokens or usd
///     spend=usd:5.00/24h        money in dollars
///
/// Without a name it is called after its unit and window, as `requests-1m`. Two limits of one unit and window can't
/// stand together anyway, so such names don't meet.
struct LimitArgument: Sendable, Equatable {
    static let form =
        "[NAME=][UNIT:]AMOUNT/WINDOW, such as 100/60s, burst=10/1s, tokens:100000/60s or spend=usd:5.00/24h"
    static let valueName = "limit"

    let definition: LimitDefinition

    /// - Throws: `ValidationError`, which the argument parser shows as it is.
    init(_ text: String) throws {
        guard let slash = text.lastIndex(of: "/") else { throw Self.malformed("there is no /WINDOW") }
        var rest = text[..<slash]
        var name: Substring?
        if let equals = rest.firstIndex(of: "=") {
            name = rest[..<equals]
            rest = rest[rest.index(after: equals)...]
        }
        var unit = AllowanceUnit.requests
        if let colon = rest.firstIndex(of: ":") {
            guard let named = AllowanceUnit(rawValue: String(rest[..<colon])) else {
                throw Self.malformed(
                    "the unit must be one of \(AllowanceUnit.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            unit = named
            rest = rest[rest.index(after: colon)...]
        }
        let window = try Self.reading { () throws(TextFormError) in
            try DurationText.milliseconds(text[text.index(after: slash)...])
        }
        let amount = try Self.amount(rest, unit: unit)
        let standardName = "\(unit.rawValue)-\(DurationText.text(milliseconds: window))"
        definition = LimitDefinition(
            name: name.map(String.init) ?? standardName, unit: unit, amount: amount, windowMilliseconds: window)
        if let problem = definition.problem { throw Self.malformed(problem) }
    }

    private static func amount(_ text: Substring, unit: AllowanceUnit) throws -> Int64 {
        switch unit {
        case .usd:
            return try reading { () throws(TextFormError) in try MoneyText.nanoDollars(text) }
        case .requests, .tokens:
            guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let amount = Int64(text)
            else { throw malformed("the amount of \(unit.rawValue) must be a whole number") }
            return amount
        }
    }

    private static func reading(_ body: () throws(TextFormError) -> Int64) throws -> Int64 {
        do { return try body() } catch { throw malformed(error.description) }
    }

    private static func malformed(_ why: String) -> ValidationError {
        ValidationError(why)
    }

    /// As the API takes it.
    var json: JSONValue {
        let amount: JSONValue =
            switch definition.unit {
            case .usd: .string(MoneyText.text(nanoDollars: definition.amount))
            case .requests, .tokens: .number(JSONNumber(definition.amount))
            }
        return .object(
            JSONObject([
                .init("name", .string(definition.name)),
                .init("unit", .string(definition.unit.rawValue)),
                .init("amount", amount),
                .init("window", .string(DurationText.text(milliseconds: definition.windowMilliseconds))),
            ]))
    }

    /// What no list of limits may be, found out before the server is asked.
    static func validate(_ limits: [LimitArgument]) throws {
        if let problem = LimitDefinition.problem(in: limits.map(\.definition)) {
            throw ValidationError("--limit: \(problem)")
        }
    }
}
