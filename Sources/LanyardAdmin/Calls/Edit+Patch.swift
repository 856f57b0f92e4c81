import LanyardManagement
import LanyardWire

extension Edit {
    /// A field that a patch may leave out.
    init(_ value: Value?) {
        self = value.map(Edit.set) ?? .keep
    }

    /// A field that a patch may leave out, clear or set.
    init<Wrapped>(_ patch: Patch<Wrapped>) where Value == Wrapped? {
        switch patch {
        case .absent: self = .keep
        case .null: self = .set(nil)
        case .value(let value): self = .set(value)
        }
    }

    /// As above, with the value turned into what the use-case takes.
    init<Wrapped, Other>(_ patch: Patch<Other>, _ transform: (Other) -> Wrapped) where Value == Wrapped? {
        switch patch {
        case .absent: self = .keep
        case .null: self = .set(nil)
        case .value(let value): self = .set(transform(value))
        }
    }
}
