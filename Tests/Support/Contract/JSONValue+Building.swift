package import LanyardWire

extension JSONValue {
    package static func int(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }

    package static func object(of members: (String, JSONValue)...) -> JSONValue {
        .object(JSONObject(members.map { JSONObject.Member($0.0, $0.1) }))
    }

    /// The value of a text that is known to be JSON.
    package static func text(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }
}
