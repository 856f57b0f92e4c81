// Of a field that need not be there, `optional…` reads one that must not be null, and `nullable…` one for which null says the
// same as its absence. Where null and absence differ, `patch` tells them apart.

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

    package mutating func optional<Value>(_ name: String, _ convert: (JSONValue) throws -> Value) -> Value? {
        guard let value = member(name) else { return nil }
        return converting(value, name, convert)
    }

    package mutating func nullable<Value>(_ name: String, _ convert: (JSONValue) throws -> Value) -> Value? {
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

    // MARK: Strings: their lengths are in Unicode scalars, as JSON Schema counts them

    package mutating func string(_ name: String, length: ClosedRange<Int>) -> String {
        value(name, placeholder: "") { try $0.text(length: length) }
    }

    package mutating func optionalString(_ name: String, length: ClosedRange<Int>) -> String? {
        optional(name) { try $0.text(length: length) }
    }

    package mutating func nullableString(_ name: String, length: ClosedRange<Int>) -> String? {
        nullable(name) { try $0.text(length: length) }
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

    package mutating func nullableInt(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        nullable(name) { try $0.integer(in: range) }
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
        _ name: String, count: ClosedRange<Int>, _ convert: (JSONValue) throws -> Element
    ) -> [Element]? {
        guard let elements = elements(name, count: count) else { return nil }
        var converted: [Element] = []
        converted.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            if let element = converting(element, name, index: index, convert) { converted.append(element) }
        }
        return converted
    }

    package mutating func optionalStrings(
        _ name: String, count: ClosedRange<Int>, length: ClosedRange<Int>
    ) -> [String]? {
        optionalArray(name, count: count) { try $0.text(length: length) }
    }

    /// An array of objects, each read like this one.
    package mutating func optionalObjects<Value>(
        _ name: String, count: ClosedRange<Int>, _ body: (inout JSONObjectReader) -> Value
    ) -> [Value]? {
        guard let elements = elements(name, count: count) else { return nil }
        let place = pointer.appending(name)
        var decoded: [Value] = []
        for (index, element) in elements.enumerated() {
            if let element = nested(element, at: place.appending(index), body) { decoded.append(element) }
        }
        return decoded
    }

    /// An object inside this one; nil where it is absent, or no object.
    package mutating func optionalObject<Value>(
        _ name: String, _ body: (inout JSONObjectReader) -> Value
    ) -> Value? {
        guard let value = member(name) else { return nil }
        return nested(value, at: pointer.appending(name), body)
    }

    private mutating func elements(_ name: String, count: ClosedRange<Int>) -> [JSONValue]? {
        switch member(name) {
        case nil: return nil
        case .array(let elements)?:
            if count.contains(elements.count) { return elements }
            fail(name, "has \(elements.count) elements where \(count.lowerBound) to \(count.upperBound) are allowed")
            return nil
        case let value?:
            fail(name, "expected an array, found \(value.kind)")
            return nil
        }
    }
}
