package import LanyardCore

/// `POST /v1/keys/{id}/credits`, `POST /v1/accounts/{id}/credits`.
package struct CreditBody: Equatable, Sendable {
    package var unit: AllowanceUnit
    /// What is added; taken away where it is negative. Nano-dollars for `usd`. Never 0.
    package var units: Int64
    /// The name of the lifetime quota; nil where there is only one in the unit.
    package var quota: String?
    package var reason: String?

    package init(unit: AllowanceUnit, units: Int64, quota: String? = nil, reason: String? = nil) {
        self.unit = unit
        self.units = units
        self.quota = quota
        self.reason = reason
    }

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> CreditBody {
        try JSONObjectReader.decode(value) { reader in
            let unit: AllowanceUnit? = reader.value("unit", placeholder: nil) {
                try $0.choice(of: AllowanceUnit.self)
            }
            return CreditBody(
                unit: unit ?? .requests,
                // What an amount may look like depends on the unit: without one, nothing can be said of it.
                units: reader.value("amount", placeholder: 1) { amount in
                    if let unit { return try amount.change(in: unit) }
                    switch amount {
                    case .string, .number: return 1
                    case .null, .bool, .array, .object:
                        throw FieldMismatch.expected("an integer, or a string of dollars", found: amount)
                    }
                },
                quota: reader.optional("quota") { try $0.allowanceName() }, reason: reader.optionalReason())
        }
    }
}

extension JSONValue {
    /// An amount that is added or, with a sign, taken away.
    fileprivate func change(in unit: AllowanceUnit) throws -> Int64 {
        let units: Int64
        switch unit {
        case .requests, .tokens:
            let most = LimitDefinition.Bounds.amount.upperBound
            units = try integer(in: -most...most)
        case .usd:
            units = try signedNanoUSD()
            let most = LimitDefinition.Bounds.nanoUSD.upperBound
            guard (-most...most).contains(units) else {
                throw FieldMismatch("must be from \"-\(unit.text(of: most))\" to \"\(unit.text(of: most))\"")
            }
        }
        guard units != 0 else { throw FieldMismatch("must not be 0") }
        return units
    }

    private func signedNanoUSD() throws -> Int64 {
        guard case .string(let text) = self else {
            throw FieldMismatch("expected \(MoneyText.form), as a string; found \(kind)")
        }
        return text.utf8.first == UInt8(ascii: "-")
            ? -(try MoneyText.nanoDollars(text.dropFirst())) : try MoneyText.nanoDollars(text)
    }
}
