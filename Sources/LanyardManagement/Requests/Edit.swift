/// What a change does to one field. Absent and empty are different things, so an optional field is an
/// `Edit<Value?>`: `.keep`, `.set(nil)` and `.set(value)`.
package enum Edit<Value: Sendable>: Sendable {
    /// Leaves it as it is.
    case keep
    /// Puts this in its place.
    case set(Value)

    /// The new value, if there is one.
    package var value: Value? {
        switch self {
        case .keep: nil
        case .set(let value): value
        }
    }

    package func apply(to current: inout Value) {
        switch self {
        case .keep: break
        case .set(let value): current = value
        }
    }
}

extension Edit: Equatable where Value: Equatable {}
