import LanyardWire

/// JSON of the tests.
enum LanyardCommandJSON {
    static func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }
}
