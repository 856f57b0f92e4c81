package import LanyardCore

extension JSONWriter {
    package mutating func member(_ name: String, _ moment: Timestamp) {
        member(name, moment.rfc3339)
    }

    /// Writes null for nil.
    package mutating func member(_ name: String, _ moment: Timestamp?) {
        member(name, moment?.rfc3339)
    }

    /// Values that are written as one string each, such as scopes and networks.
    package mutating func texts(_ name: String, _ values: some Sequence<some CustomStringConvertible>) {
        array(name) { writer in
            for value in values { writer.string(value.description) }
        }
    }

    /// A whole number of requests or tokens; dollars as a string.
    package mutating func amount(_ name: String, _ amount: Int64, in unit: AllowanceUnit) {
        switch unit {
        case .requests, .tokens: member(name, amount)
        case .usd: member(name, MoneyText.text(nanoDollars: amount))
        }
    }
}
