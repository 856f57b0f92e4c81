import LanyardWire

/// A JSON document over several lines, for people.
enum JSONIndented {
    static func text(_ value: JSONValue) -> String {
        var lines = ""
        append(value, indent: 0, to: &lines)
        return lines
    }

    private static func append(_ value: JSONValue, indent: Int, to text: inout String) {
        switch value {
        case .array(let elements) where !elements.isEmpty && !elements.allSatisfy(\.isScalar):
            appendLines(elements, "[", "]", indent: indent, to: &text) { element, text in
                append(element, indent: indent + 1, to: &text)
            }
        case .object(let object) where !object.isEmpty:
            appendLines(object.members, "{", "}", indent: indent, to: &text) { member, text in
                text += String(decoding: JSONValue.string(member.name).bytes(), as: UTF8.self) + ": "
                append(member.value, indent: indent + 1, to: &text)
            }
        case .array, .object, .null, .bool, .number, .string:
            text += String(decoding: value.bytes(), as: UTF8.self)
        }
    }

    private static func appendLines<Element>(
        _ elements: [Element], _ opening: String, _ closing: String, indent: Int, to text: inout String,
        _ body: (Element, inout String) -> Void
    ) {
        text += opening
        for (index, element) in elements.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + String(repeating: "  ", count: indent + 1)
            body(element, &text)
        }
        text += "\n" + String(repeating: "  ", count: indent) + closing
    }
}

extension JSONValue {
    fileprivate var isScalar: Bool {
        switch self {
        case .null, .bool, .number, .string: true
        case .array, .object: false
        }
    }
}
