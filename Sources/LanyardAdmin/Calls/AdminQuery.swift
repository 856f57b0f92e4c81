import LanyardCore
import LanyardHTTP
import LanyardManagement
import LanyardStorage
import LanyardWire

/// A query, read strictly: what is unknown, doubled or malformed is refused by name.
struct AdminQuery {
    private var values: [String: String] = [:]

    init(_ query: Substring, known names: [String]) throws {
        guard let parameters = QueryParameters.decoded(query) else {
            throw ManagementError.invalid("?", "the query is not properly encoded, or has too many parameters")
        }
        for parameter in parameters {
            guard names.contains(parameter.name) else {
                throw ManagementError.invalid("?\(parameter.name)", "unknown parameter")
            }
            guard values.updateValue(parameter.value, forKey: parameter.name) == nil else {
                throw ManagementError.invalid("?\(parameter.name)", "given more than once")
            }
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// A value that `parse` understands.
    func value<Value>(_ name: String, _ expected: String, _ parse: (String) throws -> Value?) throws -> Value? {
        guard let text = values[name] else { return nil }
        guard let value = try? parse(text) else { throw ManagementError.invalid("?\(name)", "expected \(expected)") }
        return value
    }

    /// One of the words of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type
    ) throws -> Choice? where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try value(name, "one of \(words)") { Choice(rawValue: $0) }
    }

    /// A time.
    func timestamp(_ name: String) throws -> Timestamp? {
        try value(name, "an RFC 3339 time") { try TimestampText.timestamp($0) }
    }

    func limit() throws -> Int {
        let range = ListingBounds.limit
        return try value("limit", "\(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        } ?? 50
    }

    /// A page of a list whose cursor is the last item's id.
    func page<Tag: IdentifierTag>(of type: Tag.Type) throws -> Page<Identifier<Tag>> {
        let after = try value("cursor", "the next_cursor of an earlier answer") { Identifier<Tag>($0) }
        return Page(after: after, limit: try limit())
    }
}
