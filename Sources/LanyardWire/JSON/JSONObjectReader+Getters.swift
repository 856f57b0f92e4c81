extension JSONObjectReader {
    // MARK: Any type

    /// A required field. `placeholder` stands in for it where it is missing or wrong, and is never seen.
    package mutating func value<Value>(
        _ name: String, placeholder: @autoclosure () -> Value, _ convert: (JSONValue) throws -> Value
    ) -> Value {
        guard let value = member(name) else {
            fail(name, "is required")
            return placeholder()
        }
        return converting(value, name, convert) ?? placeholder()
    }

    /// An optional field: nil where it is absent or null.
    package mutating func optional<Value>(_ name: String, _ convert: (JSONValue) throws -> Value) -> Value? {
        guard let value = member(name), value != .null else { return nil }
        return converting(value, name, convert)
    }

    package mutating func patch<Value>(_ name: String, _ convert: (JSONValue) throws -> Value) -> Patch<Value> {
        switch member(name) {
        case nil: return .absent
        case .null: return .null
        case let value?:
            return converting(value, name, convert).map(Patch.value) ?? .absent
        }
    }

    // MARK: Strings

    /// - Parameter length: in Unicode scalars, as JSON Schema counts them.
    package mutating func string(_ name: String, length: ClosedRange<Int>) -> String {
        value(name, placeholder: "") { try $0.text(length: length) }
    }

    package mutating func optionalString(_ name: String, length: ClosedRange<Int>) -> String? {
        optional(name) { try $0.text(length: length) }
    }

    package mutating func patchString(_ name: String, length: ClosedRange<Int>) -> Patch<String> {
        patch(name) { try $0.text(length: length) }
    }

    // MARK: Integers and booleans

    package mutating func int(_ name: String, in range: ClosedRange<Int64>) -> Int64 {
        value(name, placeholder: range.lowerBound) { try $0.integer(in: range) }
    }

    package mutating func optionalInt(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        optional(name) { try $0.integer(in: range) }
    }

    package mutating func patchInt(_ name: String, in range: ClosedRange<Int64>) -> Patch<Int64> {
        patch(name) { try $0.integer(in: range) }
    }

    package mutating func optionalBool(_ name: String) -> Bool? {
        optional(name) { try $0.boolean() }
    }

    // MARK: Arrays and objects

    /// An array, each of whose elements is converted by itself, so that each can be at fault by itself.
    package mutating func optionalArray<Element>(
        _ name: String, atMost most: Int, _ convert: (JSONValue) throws -> Element
    ) -> [Element]? {
        guard let value = member(name), value != .null else { return nil }
        return elements(of: value, name, atMost: most, convert)
    }

    package mutating func patchArray<Element>(
        _ name: String, atMost most: Int, _ convert: (JSONValue) throws -> Element
    ) -> Patch<[Element]> {
        switch member(name) {
        case nil: .absent
        case .null: .null
        case let value?: elements(of: value, name, atMost: most, convert).map(Patch.value) ?? .absent
        }
    }

    package mutating func optionalStrings(
        _ name: String, atMost most: Int, length: ClosedRange<Int>
    ) -> [String]? {
        optionalArray(name, atMost: most) { try $0.text(length: length) }
    }

    /// An object inside this one: nil where it is absent or null, or no object.
    package mutating func optionalObject<Value>(
        _ name: String, _ body: (inout JSONObjectReader) -> Value
    ) -> Value? {
        guard let value = member(name), value != .null else { return nil }
        return nested(value, at: pointer.appending(name), body)
    }

    /// An array of objects, each read like this one.
    package mutating func optionalObjects<Value>(
        _ name: String, atMost most: Int, _ body: (inout JSONObjectReader) -> Value
    ) -> [Value]? {
        guard let value = member(name), value != .null else { return nil }
        return objects(in: value, name, atMost: most, body)
    }

    package mutating func patchObjects<Value>(
        _ name: String, atMost most: Int, _ body: (inout JSONObjectReader) -> Value
    ) -> Patch<[Value]> {
        switch member(name) {
        case nil: .absent
        case .null: .null
        case let value?: objects(in: value, name, atMost: most, body).map(Patch.value) ?? .absent
        }
    }

    private mutating func elements<Element>(
        of value: JSONValue, _ name: String, atMost most: Int, _ convert: (JSONValue) throws -> Element
    ) -> [Element]? {
        guard let elements = array(value, name, atMost: most) else { return nil }
        var converted: [Element] = []
        converted.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            if let element = converting(element, name, index: index, convert) { converted.append(element) }
        }
        return converted
    }

    private mutating func objects<Value>(
        in value: JSONValue, _ name: String, atMost most: Int, _ body: (inout JSONObjectReader) -> Value
    ) -> [Value]? {
        guard let elements = array(value, name, atMost: most) else { return nil }
        let place = pointer.appending(name)
        var decoded: [Value] = []
        for (index, element) in elements.enumerated() {
            if let element = nested(element, at: place.appending(index), body) { decoded.append(element) }
        }
        return decoded
    }

    private mutating func array(_ value: JSONValue, _ name: String, atMost most: Int) -> [JSONValue]? {
        guard case .array(let elements) = value else {
            fail(name, "expected an array, found \(value.kind)")
            return nil
        }
        guard elements.count <= most else {
            fail(name, "has \(elements.count) elements, more than \(most)")
            return nil
        }
        return elements
    }
}
