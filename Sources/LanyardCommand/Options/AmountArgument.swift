import ArgumentParser
import LanyardCore
import LanyardWire

/// An amount in a unit, and perhaps the name of the allowance that it is of: `[NAME=][UNIT:]AMOUNT`.
struct AmountArgument: Equatable {
    let name: String?
    let unit: AllowanceUnit
    /// Nano-dollars for `usd`.
    let amount: Int64

    /// - Throws: `ValidationError`, which the argument parser shows as it is.
    init(_ text: Substring) throws {
        var rest = text
        var name: Substring?
        if let equals = rest.firstIndex(of: "=") {
            name = rest[..<equals]
            rest = rest[rest.index(after: equals)...]
        }
        var unit = AllowanceUnit.requests
        if let colon = rest.firstIndex(of: ":") {
            guard let named = AllowanceUnit(rawValue: String(rest[..<colon])) else {
                throw ValidationError(
                    "the unit must be one of \(AllowanceUnit.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            unit = named
            rest = rest[rest.index(after: colon)...]
        }
        self.name = name.map(String.init)
        self.unit = unit
        amount = try unit.amount(rest)
    }
}

extension AllowanceUnit {
    /// Reads an amount in this unit.
    func amount(_ text: Substring) throws -> Int64 {
        switch self {
        case .usd:
            do { return try MoneyText.nanoDollars(text) } catch { throw ValidationError(error.description) }
        case .requests, .tokens:
            guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let amount = Int64(text)
            else { throw ValidationError("the amount of \(rawValue) must be a whole number") }
            return amount
        }
    }

    /// An amount as the API takes it.
    func json(_ amount: Int64) -> JSONValue {
        switch self {
        case .usd: .string(MoneyText.text(nanoDollars: amount))
        case .requests, .tokens: .number(JSONNumber(amount))
        }
    }
}
