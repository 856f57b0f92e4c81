import ArgumentParser
import LanyardCore
import LanyardWire

/// What a call costs in one unit, on the command line: `[UNIT:]AMOUNT`, such as `3`, `tokens:250` or `usd:0.02`.
struct CostArgument: Sendable, Equatable {
    static let form = "[UNIT:]AMOUNT, such as 3, tokens:250 or usd:0.02"

    let unit: AllowanceUnit
    /// Nano-dollars for `usd`.
    let amount: Int64

    init(_ text: String) throws {
        var rest = text[...]
        var unit = AllowanceUnit.requests
        if let colon = rest.firstIndex(of: ":") {
            guard let named = AllowanceUnit(rawValue: String(rest[..<colon])) else { throw Self.malformed }
            unit = named
            rest = rest[rest.index(after: colon)...]
        }
        let amount: Int64? =
            switch unit {
            case .usd: try? MoneyText.nanoDollars(rest)
            case .requests, .tokens: Int64(rest)
            }
        guard let amount, amount >= 0 else { throw Self.malformed }
        self.unit = unit
        self.amount = amount
    }

    private static var malformed: ValidationError { ValidationError("expected \(form)") }

    /// The API's object of costs; nil where none was given.
    static func json(_ costs: [CostArgument]) -> JSONValue? {
        guard !costs.isEmpty else { return nil }
        return .object(
            JSONObject(
                costs.map { cost in
                    switch cost.unit {
                    case .usd: .init(cost.unit.rawValue, .string(MoneyText.text(nanoDollars: cost.amount)))
                    case .requests, .tokens: .init(cost.unit.rawValue, .number(JSONNumber(cost.amount)))
                    }
                }))
    }

    /// One unit is named once.
    static func validate(_ costs: [CostArgument]) throws {
        guard Set(costs.map(\.unit)).count == costs.count else {
            throw ValidationError("--cost names a unit twice")
        }
    }
}
