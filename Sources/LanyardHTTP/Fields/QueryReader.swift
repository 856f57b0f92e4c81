package import LanyardWire

/// Reads the parameters of a query into a type, as strictly as ``JSONObjectReader`` reads a body: unknown and doubled ones are
/// refused by name, and everything that is wrong is told at once, with `?name` for a pointer.
///
/// A value is converted as if it stood in a body as a string, so that both have one set of rules.
package struct QueryReader {
    private var values: [String: String] = [:]
    private var known: [String] = []
    private var errors: [FieldError] = []

    private init(_ query: Substring) {
        for pair in QueryParameters.pairs(of: query) {
            guard let name = PercentEncoding.decode(pair.name), let value = PercentEncoding.decode(pair.value) else {
                errors.append(FieldError(.query("\(pair.name)"), "is not properly percent-encoded"))
                continue
            }
            if values.updateValue(value, forKey: name) != nil {
                errors.append(FieldError(.query(name), "is there more than once"))
            }
        }
    }

    /// What `body` makes of the query of `target`, if nothing gives cause for an error.
    package static func decode<Value>(
        target: Substring, _ body: (inout QueryReader) -> Value
    ) throws(InvalidRequest) -> Value {
        var reader = QueryReader(QueryParameters.query(of: target))
        let decoded = body(&reader)
        for name in reader.values.keys.sorted() where !reader.known.contains(name) {
            var detail = "unknown parameter \"\(JSONPointer.abbreviated(name))\""
            if let meant = NameSuggestion.nearest(to: name, among: reader.known) {
                detail += "; did you mean \"\(meant)\"?"
            }
            reader.errors.append(FieldError(.query(name), detail))
        }
        guard reader.errors.isEmpty else { throw InvalidRequest(reader.errors) }
        return decoded
    }

    /// The value of a parameter; nil where it is absent or wrong.
    package mutating func optional<Value>(_ name: String, _ convert: (JSONValue) throws -> Value) -> Value? {
        known.append(name)
        guard let value = values[name] else { return nil }
        do {
            return try convert(.string(value))
        } catch {
            errors.append(FieldError(.query(name), "\(error)"))
            return nil
        }
    }

    package mutating func optionalString(_ name: String, length: ClosedRange<Int>) -> String? {
        optional(name) { try $0.text(length: length) }
    }

    package mutating func optionalInt(_ name: String, in range: ClosedRange<Int>) -> Int? {
        optional(name) { value in
            guard let text = value.string, text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }),
                let number = Int(text), range.contains(number)
            else { throw FieldMismatch("must be an integer from \(range.lowerBound) to \(range.upperBound)") }
            return number
        }
    }
}
