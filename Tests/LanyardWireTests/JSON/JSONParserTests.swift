import LanyardWire
import Testing

@Suite("The JSON parser")
struct JSONParserTests {
    static func parse(_ text: String) throws(JSONSyntaxError) -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    @Test(
        "reads every form of value",
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("\t\r\nfalse\n", .bool(false)),
            ("\"\"", .string("")), ("[]", .array([])), ("{}", .object(JSONObject())), ("[ ]", .array([])),
            ("{ }", .object(JSONObject())),
            (
                "[null,[[]],{\"a\":{}}]",
                .array([.null, .array([.array([])]), .object(of: ("a", .object(JSONObject())))])
            ),
            ("{\"a\":1,\"\":2}", .object(of: ("a", .int(1)), ("", .int(2)))),
            ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", .string("\"\\/\u{8}\u{C}\n\r\t")),
            ("\"\\u0000\"", .string("\0")), ("\"\\u00e9\\u00E9é\"", .string("ééé")),
            ("\"\\uD83D\\uDE00\"", .string("😀")), ("\"\\uDBFF\\uDFFF\"", .string("\u{10FFFF}")),
            ("\"\u{7F}\u{2028}\u{FFFF}\"", .string("\u{7F}\u{2028}\u{FFFF}")),
            ("\"a\\u0041b\"", .string("aAb")),
        ] as [(String, JSONValue)])
    func forms(text: String, value: JSONValue) throws {
        #expect(try Self.parse(text) == value)
    }

    @Test(
        "reads numbers and keeps their text",
        arguments: [
            "0", "-0", "1", "-1", "10", "1234567890123456789012345678901234567890", "0.5", "-0.0", "1.25", "1e5",
            "1E+5",
            "1e-5", "0e1", "0E0", "-1.5e300", "1e999999",
        ])
    func numbers(text: String) throws {
        #expect(try Self.parse(text).number?.text == text)
        #expect(try Self.parse("[\(text)]").array?.first?.number?.text == text)
    }

    @Test(
        "refuses what RFC 8259 does not allow, and says where",
        arguments: [
            ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("nul", .unexpectedEnd, 3),
            ("nulx", .unexpectedCharacter, 3),
            ("True", .unexpectedCharacter, 0), ("NaN", .unexpectedCharacter, 0), ("Infinity", .unexpectedCharacter, 0),
            ("+1", .unexpectedCharacter, 0), (".5", .unexpectedCharacter, 0), ("'a'", .unexpectedCharacter, 0),
            ("01", .invalidNumber, 1), ("-01", .invalidNumber, 2), ("-", .unexpectedEnd, 1), ("-a", .invalidNumber, 1),
            ("1.", .unexpectedEnd, 2), ("1.a", .invalidNumber, 2), ("1e", .unexpectedEnd, 2),
            ("1e+", .unexpectedEnd, 3),
            ("1e+a", .invalidNumber, 3), ("0x1", .trailingBytes, 1), ("1 2", .trailingBytes, 2),
            ("1,", .trailingBytes, 1), ("{}x", .trailingBytes, 2), ("[]]", .trailingBytes, 2),
            ("null\0", .trailingBytes, 4),
            ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3),
            ("[1,]", .unexpectedCharacter, 3), ("[,1]", .unexpectedCharacter, 1), ("[1 2]", .unexpectedCharacter, 3),
            ("[1}", .unexpectedCharacter, 2), ("]", .unexpectedCharacter, 0),
            ("{", .unexpectedEnd, 1), ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5),
            ("{\"a\":1", .unexpectedEnd, 6), ("{\"a\":1,", .unexpectedEnd, 7), ("{\"a\":1,}", .unexpectedCharacter, 7),
            ("{a:1}", .unexpectedCharacter, 1), ("{1:1}", .unexpectedCharacter, 1),
            ("{\"a\" 1}", .unexpectedCharacter, 5),
            ("{\"a\":1]", .unexpectedCharacter, 6), ("{\"a\",1}", .unexpectedCharacter, 4),
            ("{,}", .unexpectedCharacter, 1),
            ("\"", .unexpectedEnd, 1), ("\"a", .unexpectedEnd, 2), ("\"\\", .unexpectedEnd, 2),
            ("\"\\\"", .unexpectedEnd, 3),
            ("\"\\u12", .unexpectedEnd, 5), ("\"\\u12g4\"", .invalidEscape, 1), ("\"\\x\"", .invalidEscape, 1),
            ("\"\\U0041\"", .invalidEscape, 1), ("\"\\u+041\"", .invalidEscape, 1),
            ("\"a\nb\"", .controlCharacter, 2), ("\"\\n\u{1F}\"", .controlCharacter, 3),
            ("\"\0\"", .controlCharacter, 1),
            ("\"\\uD800\"", .loneSurrogate, 1), ("\"\\uDC00\"", .loneSurrogate, 1),
            ("\"a\\uD800x\"", .loneSurrogate, 2),
            ("\"\\uD800\\n\"", .loneSurrogate, 1), ("\"\\uD800\\uD800\"", .loneSurrogate, 1),
            ("\"\\uDC00\\uD800\"", .loneSurrogate, 1), ("\"\\uD800\\u0041\"", .loneSurrogate, 1),
            ("// c\n1", .unexpectedCharacter, 0), ("1/**/", .trailingBytes, 1), ("\u{FEFF}1", .unexpectedCharacter, 0),
            ("\u{A0}1", .unexpectedCharacter, 0), ("1\u{C}", .trailingBytes, 1),
        ] as [(String, JSONSyntaxError.Code, Int)])
    func refusals(text: String, code: JSONSyntaxError.Code, offset: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try Self.parse(text) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    @Test(
        "refuses strings that are not UTF-8, at the first wrong byte",
        arguments: [
            ([0x80], 0), ([0x61, 0xFF], 1), ([0xC3], 0), ([0xC3, 0x28], 0), ([0xC0, 0xAF], 0), ([0xE0, 0x80, 0xAF], 0),
            ([0xED, 0xA0, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0), ([0xC3, 0xA9, 0xE2, 0x82], 2), ([0xF8], 0),
            ([0x5C, 0x6E, 0xC3, 0xA9, 0xFE], 4),
        ] as [([UInt8], Int)])
    func invalidUTF8(content: [UInt8], offset: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse([0x22] + content + [0x22]) }
        #expect(error?.code == .invalidUTF8)
        #expect(error?.offset == offset + 1)
    }

    @Test(
        "names the place of an error by a JSON pointer",
        arguments: [
            ("[1, {\"a/b~c\": [true, x]}]", "/1/a~1b~0c/1"), ("{\"a\":{\"\":01}}", "/a/"), ("{\"a\" 1}", "/a"),
            ("{\"a\":[1,2", "/a"), ("x", ""),
        ])
    func pointers(text: String, pointer: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try Self.parse(text) }
        #expect(error?.pointer.text == pointer)
    }

    @Test(
        "refuses a name that occurs twice, however it is written",
        arguments: [
            ("{\"a\":1,\"a\":1}", "/a", 7), ("{\"x\":[{\"a\":1,\"b\":2,\"\\u0061\":3}]}", "/x/0/a", 19),
            ("{\"\":1,\"\":2}", "/", 6), ("{\"é\":1,\"e\u{301}\":2}", "/e\u{301}", 8),
        ])
    func duplicates(text: String, pointer: String, offset: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try Self.parse(text) }
        #expect(error?.code == .duplicateMember)
        #expect(error?.pointer.text == pointer)
        #expect(error?.offset == offset)
    }

    @Test("finds a duplicate among very many names, first, middle or last", arguments: [0, 15, 16, 17, 500, 998])
    func duplicateAmongMany(index: Int) throws {
        let names = (0..<999).map { "\"name\($0)\":\($0)" }
        #expect(try Self.parse("{\(names.joined(separator: ","))}").object?.count == 999)
        let error = #expect(throws: JSONSyntaxError.self) {
            try Self.parse("{\(names.joined(separator: ",")),\"name\(index)\":0}")
        }
        #expect(error?.code == .duplicateMember)
        #expect(error?.pointer.text == "/name\(index)")
    }

    @Test("an error shows no long name, for it may be a secret in the wrong place")
    func longNames() {
        let secret = "lyd_live_" + String(repeating: "k", count: 49)
        let error = #expect(throws: JSONSyntaxError.self) { try Self.parse("{\"\(secret)\":1,\"\(secret)\":2}") }
        #expect(error?.code == .duplicateMember)
        #expect(error.map { "\($0)" }?.contains("kkkkkkkk") == false)
    }

    @Test("bounds depth")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try Self.parse(nested(32))
        #expect(throws: JSONSyntaxError.self) { try Self.parse(nested(33)) }
        // Depth is left again: siblings don't add up.
        _ = try Self.parse("[" + Array(repeating: nested(31), count: 40).joined(separator: ",") + "]")
        let error = #expect(throws: JSONSyntaxError.self) {
            try Self.parse(String(repeating: "{\"a\":", count: 100_000))
        }
        #expect(error?.code == .tooDeep)
        #expect(error?.offset == 32 * 5)
    }

    @Test("bounds numbers, members and values")
    func bounds() throws {
        _ = try Self.parse(String(repeating: "1", count: 64))
        #expect(throws: JSONSyntaxError.self) { try Self.parse(String(repeating: "1", count: 65)) }
        var limits = JSONLimits.standard
        limits.members = 2
        limits.values = 4
        #expect(try JSONParser.parse(Array("{\"a\":1,\"b\":[2]}".utf8), limits: limits)["a"] == .int(1))
        for (text, code) in [
            ("{\"a\":1,\"b\":2,\"c\":3}", JSONSyntaxError.Code.tooManyMembers), ("[1,2,3,4]", .tooManyValues),
        ] {
            let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array(text.utf8), limits: limits) }
            #expect(error?.code == code)
        }
    }

    @Test("reads bytes that do not lie in one piece")
    func scattered() throws {
        let bytes = Array("{\"a\":[1,2]}".utf8)
        #expect(try JSONParser.parse(bytes.lazy.map { $0 })["a"] == .array([.int(1), .int(2)]))
        #expect(try JSONParser.parse(bytes[5..<10]) == .array([.int(1), .int(2)]))
    }

    @Test("a member is found by its exact name alone")
    func exactNames() throws {
        let value = try Self.parse("{\"\u{212A}ey\":1}")
        #expect(value["Key"] == nil)
        #expect(value["\u{212A}ey"] == .int(1))
    }
}
