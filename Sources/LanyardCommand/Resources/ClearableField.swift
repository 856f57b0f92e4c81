import ArgumentParser
import LanyardWire

/// A field that an `update` can empty: one flag `--clear-…` for each.
protocol ClearableField: EnumerableFlag, RawRepresentable where RawValue == String {
    /// The member of the request that is emptied.
    var member: String { get }
    /// What a request sends to empty it.
    var emptied: Emptied { get }
}

/// What stands for "nothing" in a request.
enum Emptied {
    case null
    case noElements
    case noMembers
}

extension ClearableField {
    static func name(for field: Self) -> NameSpecification {
        .customLong("clear-" + field.rawValue)
    }
}

extension RequestBody {
    /// Empties the fields, each of which must not be given a value too.
    mutating func clear(_ fields: [some ClearableField]) throws(CommandFailure) {
        for field in fields {
            guard !members.contains(where: { $0.name == field.member }) else {
                throw .usage("--clear-\(field.rawValue) and a new value for the same field contradict each other.")
            }
            switch field.emptied {
            case .null: set(field.member, .null)
            case .noElements: set(field.member, .array([]))
            case .noMembers: set(field.member, .object(.init()))
            }
        }
    }
}
