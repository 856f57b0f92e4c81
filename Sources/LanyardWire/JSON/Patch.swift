/// What a request that changes an object says of one of its fields: nothing, that it shall be none, or what it shall be.
package enum Patch<Value> {
    /// The field isn't named: it stays as it is.
    case absent
    /// `null`: the field is cleared.
    case null
    case value(Value)

    package var isAbsent: Bool {
        if case .absent = self { true } else { false }
    }

    /// The field after the change.
    package func applied(to current: Value?) -> Value? {
        switch self {
        case .absent: current
        case .null: nil
        case .value(let value): value
        }
    }

    package func map<Other>(_ transform: (Value) -> Other) -> Patch<Other> {
        switch self {
        case .absent: .absent
        case .null: .null
        case .value(let value): .value(transform(value))
        }
    }
}

extension Patch: Sendable where Value: Sendable {}
extension Patch: Equatable where Value: Equatable {}
