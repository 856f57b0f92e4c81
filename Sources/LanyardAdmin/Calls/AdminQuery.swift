import LanyardCore
import LanyardHTTP
import LanyardManagement
import LanyardStorage
import LanyardWire

/// A query, read strictly: what is unknown, doubled or malformed is refused by name.
struct AdminQuery {
    private let values: [String: String]

    init(_ query: Substring, known names: [String]) throws(InvalidRequest) {
        values = try QueryParameters.read(query, known: names)
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

    /// A text within the bounds that the field has in a body, too.
    func text(_ name: String, length: ClosedRange<Int>) throws -> String? {
        try asInBody(name) { value throws(FieldMismatch) in try value.text(length: length) }
    }

    /// The name of a project, plan, role or policy.
    func slug(_ name: String) throws -> String? {
        try asInBody(name) { value throws(FieldMismatch) in try value.slug() }
    }

    /// A project by its id or name.
    func project() throws -> Reference<ProjectTag>? {
        try text("project", length: JSONObjectReader.referenceLength).map { Reference($0) }
    }

    /// An account by its id or `external_id`.
    func account() throws -> Reference<AccountTag>? {
        try text("account", length: JSONObjectReader.accountReferenceLength).map { Reference($0) }
    }

    private func asInBody<Value>(
        _ name: String, _ convert: (JSONValue) throws(FieldMismatch) -> Value
    ) throws -> Value? {
        guard let text = values[name] else { return nil }
        do throws(FieldMismatch) {
            return try convert(.string(text))
        } catch {
            throw ManagementError.invalid("?\(name)", error.detail)
        }
    }

    /// A time.
    func timestamp(_ name: String) throws -> Timestamp? {
        try value(name, "an RFC 3339 time") { try TimestampText.timestamp($0) }
    }

    func limit() throws -> Int {
        let range = ListingBounds.limit
        return try value("limit", "\(range.lowerBound) to \(range.upperBound)") { text in
            // `Int` reads a sign, too.
            guard text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
            return Int(text).flatMap { range.contains($0) ? $0 : nil }
        } ?? 50
    }

    /// A page of a list whose cursor is the last item's id.
    func page<Tag: IdentifierTag>(of type: Tag.Type) throws -> Page<Identifier<Tag>> {
        let after = try value("cursor", "the next_cursor of an earlier answer") { Identifier<Tag>($0) }
        return Page(after: after, limit: try limit())
    }
}
