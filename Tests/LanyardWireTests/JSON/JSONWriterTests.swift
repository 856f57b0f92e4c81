import LanyardWire
import Testing

@Suite("The JSON writer")
struct JSONWriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("writes members in their order, with commas between them alone")
    func order() {
        let text = written { writer in
            writer.object { writer in
                writer.member("z", "last")
                writer.member("a", 1)
                writer.member("none", String?.none)
                writer.member("no_number", Int?.none)
                writer.object("empty") { _ in }
                writer.array("list") { writer in
                    writer.int(-5)
                    writer.object { $0.member("b", true) }
                    writer.array { _ in }
                    writer.null()
                }
                writer.member("names", ["x", "y"])
                writer.name("raw")
                writer.raw("[1]")
                let list = JSONValue.array([.int(1), .string("")])
                writer.member("value", JSONValue.object(of: ("c", .bool(false)), ("d", list)))
            }
        }
        #expect(
            text == """
                {"z":"last","a":1,"none":null,"no_number":null,"empty":{},"list":[-5,{"b":true},[],null],\
                "names":["x","y"],"raw":[1],"value":{"c":false,"d":[1,""]}}
                """)
    }

    @Test(
        "escapes what has to be escaped and nothing else",
        arguments: [
            ("plain é 😀 \u{7F}", "\"plain é 😀 \u{7F}\""), ("\"\\/", "\"\\\"\\\\/\""),
            ("\u{8}\t\n\u{C}\r", "\"\\b\\t\\n\\f\\r\""), ("\0\u{1F}\u{B}", "\"\\u0000\\u001f\\u000b\""),
            ("a\u{2028}b\u{2029}", "\"a\\u2028b\\u2029\""), ("\u{2027}\u{202A}€", "\"\u{2027}\u{202A}€\""),
            ("\u{E2}\u{2028}", "\"\u{E2}\\u2028\""), ("", "\"\""),
        ])
    func escaping(text: String, json: String) {
        #expect(written { $0.string(text) } == json)
    }

    @Test("writes the extremes of integers")
    func integers() {
        #expect(written { $0.int(Int64.min) } == "-9223372036854775808")
        #expect(written { $0.int(Int64.max) } == "9223372036854775807")
        #expect(written { $0.int(UInt64.max) } == "18446744073709551615")
        #expect(written { $0.int(Int8.min) } == "-128")
        #expect(written { $0.int(UInt8(0)) } == "0")
    }

    @Test("goes on behind bytes that are there already")
    func behind() {
        var writer = JSONWriter(behind: Array("data: ".utf8))
        writer.array { $0.int(1) }
        #expect(writer.bytes == Array("data: [1]".utf8))
    }

    @Test("every scalar of the first plane comes back as it was")
    func roundTrip() throws {
        let text = String(String.UnicodeScalarView((0...0xFFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)))
        var writer = JSONWriter()
        writer.string(text)
        let parsed = try JSONParser.parse(writer.bytes).string
        #expect(parsed?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
    }
}
