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
        guard let slash = text.lastIndex(of: "/") else { throw ValidationError("there is no /WINDOW") }
        let amount = try AmountArgument(text[..<slash])
        let window: Int64
        do {
            window = try DurationText.milliseconds(text[text.index(after: slash)...])
        } catch {
            throw ValidationError(error.description)
        }
        let standardName = "\(amount.unit.rawValue)-\(DurationText.text(milliseconds: window))"
        definition = LimitDefinition(
            name: amount.name ?? standardName, unit: amount.unit, amount: amount.amount, windowMilliseconds: window)
        if let problem = definition.problem { throw ValidationError(problem) }
    }

    /// As the API takes it.
    var json: JSONValue {
        .object(
            JSONObject([
                .init("name", .string(definition.name)),
                .init("unit", .string(definition.unit.rawValue)),
                .init("amount", definition.unit.json(definition.amount)),
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
