import Foundation
package import LanyardWire

/// As much of JSON Schema 2020-12 as `openapi.yaml` uses. A member that a schema doesn't name is an error even where JSON
/// Schema would let it pass: an answer with a misspelt member must not look right.
package struct SchemaValidator: Sendable {
    package let contract: Contract

    package init(contract: Contract) {
        self.contract = contract
    }

    /// What is wrong with `value` by the named schema, each with its place.
    package func problems(_ value: JSONValue, _ schema: String) throws -> [String] {
        try problems(value, contract.schema(schema), at: "")
    }

    /// What is wrong with `value` by a schema of the document.
    package func problems(_ value: JSONValue, _ schema: JSONValue, at place: String = "") throws -> [String] {
        let schema = try contract.resolved(schema)
        var found: [String] = []
        if let parts = schema["allOf"]?.array {
            let merged = try parts.map(contract.resolved)
            found += try objectProblems(value, merged, at: place)
        }
        for keyword in ["anyOf", "oneOf"] {
            guard let choices = schema[keyword]?.array,
                choices.contains(where: { $0["required"] == nil || $0["type"] != nil })
            else { continue }
            let results = try choices.map { try problems(value, $0, at: place) }
            if !results.contains(where: \.isEmpty) { found += ["\(place): none of \(keyword): \(results)"] }
        }
        found += typeProblems(value, schema, at: place)
        if schema["properties"] != nil { found += try objectProblems(value, [schema], at: place) }
        if let items = schema["items"], let elements = value.array {
            for (index, element) in elements.enumerated() {
                found += try problems(element, items, at: "\(place)/\(index)")
            }
        }
        return found
    }

    private func objectProblems(_ value: JSONValue, _ schemas: [JSONValue], at place: String) throws -> [String] {
        guard let object = value.object else { return ["\(place): no object"] }
        let properties = schemas.flatMap { $0["properties"]?.object?.members ?? [] }
        let required = schemas.flatMap { $0["required"]?.array?.compactMap(\.string) ?? [] }
        var found = required.filter { object[$0] == nil }.map { "\(place)/\($0): missing" }
        for member in object.members {
            if let property = properties.first(where: { $0.name == member.name }) {
                found += try problems(member.value, property.value, at: "\(place)/\(member.name)")
            } else if !schemas.contains(where: { $0["additionalProperties"].map { $0 != .bool(false) } ?? false }) {
                found.append("\(place)/\(member.name): not in the schema")
            }
        }
        return found
    }

    private func typeProblems(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        var found: [String] = []
        let types = schema["type"]?.array?.compactMap(\.string) ?? (schema["type"]?.string).map { [$0] } ?? []
        if !types.isEmpty, !types.contains(where: value.isOfType) { found.append("\(place): no \(types)") }
        if let choices = schema["enum"]?.array, !choices.contains(value) { found.append("\(place): not in enum") }
        if let constant = schema["const"], constant != value { found.append("\(place): not the const") }
        if let text = value.string {
            if let pattern = schema["pattern"]?.string, text.range(of: pattern, options: .regularExpression) == nil {
                found.append("\(place): \(text) does not match \(pattern)")
            }
            let length = Int64(text.unicodeScalars.count)
            if let most = schema["maxLength"]?.number?.int64, length > most { found.append("\(place): too long") }
            if let least = schema["minLength"]?.number?.int64, length < least { found.append("\(place): too short") }
        }
        if let number = value.number.flatMap({ Double($0.text) }) {
            if let most = schema["maximum"]?.number.flatMap({ Double($0.text) }), number > most {
                found.append("\(place): too large")
            }
            if let least = schema["minimum"]?.number.flatMap({ Double($0.text) }), number < least {
                found.append("\(place): too small")
            }
        }
        if let elements = value.array {
            let count = Int64(elements.count)
            if let most = schema["maxItems"]?.number?.int64, count > most { found.append("\(place): too many") }
            if let least = schema["minItems"]?.number?.int64, count < least { found.append("\(place): too few") }
        }
        return found
    }
}

extension JSONValue {
    fileprivate func isOfType(_ type: String) -> Bool {
        switch self {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .number(let number): type == "number" || (type == "integer" && number.int64 != nil)
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }
}
