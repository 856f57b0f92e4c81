/// A JSON document, as it was written: members keep their order, numbers their text.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// What kind of value this is, in the words of an error message.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    package var number: JSONNumber? {
        if case .number(let number) = self { number } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The member of that name, where this is an object that has one.
    package subscript(name: String) -> JSONValue? { object?[name] }

    /// Appends this value to a document.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let flag): writer.bool(flag)
        case .number(let number): writer.raw(number.text)
        case .string(let text): writer.string(text)
        case .array(let elements):
            writer.array { writer in
                for element in elements { element.write(to: &writer) }
            }
        case .object(let object):
            writer.object { writer in
                for member in object.members {
                    writer.name(member.name)
                    member.value.write(to: &writer)
                }
            }
        }
    }

    /// This value as a document of its own.
    package func bytes() -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}

/// A document may hold a secret, so nothing of it shows where one is printed, logged or reflected by accident;
/// ``JSONValue/bytes()`` is the way to its text.
extension JSONValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "JSON: \(kind)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["kind": kind]) }
}
