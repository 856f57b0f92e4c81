import LanyardWire
import Testing

@Suite("The strict reader of objects")
struct JSONObjectReaderTests {
    private struct Limit: Equatable {
        var name: String
        var amount: Int64
    }

    private struct Body: Equatable {
        var name: String
        var note: String?
        var amount: Int64?
        var scopes: [String]?
        var limits: [Limit]?
        var owner: Limit?
        var enabled: Bool?
        var window: Int64?
    }

    private func body(_ text: String) throws -> Body {
        try JSONObjectReader.decode(JSONValue.text(text)) { reader in
            Body(
                name: reader.string("name", length: 1...10),
                note: reader.nullableString("note", length: 0...5),
                amount: reader.nullableInt("amount", in: 1...1_000_000_000_000),
                scopes: reader.optionalStrings("scopes", count: 0...3, length: 1...20),
                limits: reader.optionalObjects("limits", count: 0...2) { Self.limit(&$0) },
                owner: reader.optionalObject("owner") { Self.limit(&$0) },
                enabled: reader.optionalBool("enabled"),
                window: reader.nullable("window") { try DurationText.milliseconds($0.text(length: 1...20)) })
        }
    }

    private static func limit(_ reader: inout JSONObjectReader) -> Limit {
        Limit(name: reader.string("name", length: 1...10), amount: reader.int("amount", in: 1...100))
    }

    private func errors(_ text: String) throws -> [String] {
        let error = #expect(throws: InvalidRequest.self) { try body(text) }
        return try #require(error).errors.map(\.description)
    }

    @Test("reads what is there, and null as absence where that is allowed")
    func reads() throws {
        let full = try body(
            """
            {"owner":{"name":"o","amount":2.0},"name":"n","note":"","amount":1e12,"scopes":["a","b"],
             "limits":[{"amount":1,"name":"x"}],"enabled":false,"window":"90s"}
            """)
        #expect(
            full
                == Body(
                    name: "n", note: "", amount: 1_000_000_000_000,
                    scopes: [
                        "a",
                        "b",
                    ], limits: [Limit(name: "x", amount: 1)],
                    owner: Limit(name: "o", amount: 2), enabled: false, window: 90_000))
        let bare = Body(name: "n")
        #expect(try body(#"{"name":"n"}"#) == bare)
        #expect(try body(#"{"name":"n","note":null,"amount":null,"window":null}"#) == bare)
    }

    @Test(
        "null stands for absence only where a field may be null", arguments: ["scopes", "limits", "owner", "enabled"])
    func nulls(name: String) throws {
        #expect(try errors("{\"name\":\"n\",\"\(name)\":null}").first?.contains("found null") == true)
    }

    @Test("names everything that is wrong at once, each with its pointer")
    func collects() throws {
        let found = try errors(
            """
            {"note":"toolong","amount":0.5,"scopes":["a",1,""],"limits":[{"name":"","amount":101},7],
             "owner":{"amount":"2","extra":0},"enabled":"yes","window":"fortnight","nmae":"n"}
            """)
        #expect(
            found == [
                "/name: is required",
                "/note: has 7 characters where 0 to 5 are allowed",
                "/amount: must be an integer from 1 to 1000000000000",
                "/scopes/1: expected a string, found a number",
                "/scopes/2: must not be empty",
                "/limits/0/name: must not be empty",
                "/limits/0/amount: must be an integer from 1 to 100",
                "/limits/1: expected an object, found a number",
                "/owner/name: is required",
                "/owner/amount: expected an integer, found a string",
                "/owner/extra: unknown field \"extra\"",
                "/enabled: expected true or false, found a string",
                "/window: expected \(DurationText.form)",
                "/nmae: unknown field \"nmae\"; did you mean \"name\"?",
            ])
    }

    @Test("a required field that is null is wrong, not absent")
    func nullRequired() throws {
        #expect(try errors(#"{"name":null}"#) == ["/name: expected a string, found null"])
    }

    @Test("bounds arrays, and refuses other types in their place")
    func arrays() throws {
        #expect(
            try errors(#"{"name":"n","scopes":["a","b","c","d"]}"#) == [
                "/scopes: has 4 elements where 0 to 3 are allowed"
            ])
        #expect(try errors(#"{"name":"n","limits":{}}"#) == ["/limits: expected an array, found an object"])
        #expect(try errors(#"{"name":"n","owner":[]}"#) == ["/owner: expected an object, found an array"])
        #expect(try errors("[]") == ["expected an object, found an array"])
    }

    @Test(
        "counts characters as scalars, and refuses control characters",
        arguments: ["\\n", "\\u0000", "\\u007f", "\\u0085"])
    func characters(control: String) throws {
        #expect(try body(#"{"name":"éééééééééé"}"#).name.unicodeScalars.count == 10)
        #expect(try errors(#"{"name":"a\#(control)b"}"#) == ["/name: must not contain control characters"])
    }

    @Test("lists at most twenty errors")
    func most() throws {
        let unknown = (0..<50).map { "\"field\($0)\":0" }.joined(separator: ",")
        #expect(try errors("{\"name\":\"n\",\(unknown)}").count == 20)
    }

    @Test("a look-alike of a known name is unknown")
    func lookAlike() throws {
        let error = #expect(throws: InvalidRequest.self) {
            try JSONObjectReader.decode(JSONValue.text("{\"\u{212A}\":1}")) { $0.optionalInt("K", in: 0...1) }
        }
        #expect(error?.errors.count == 1)
    }

    @Test("no value and no long name comes back in an error")
    func secrets() throws {
        let secret = "lyd_live_" + String(repeating: "k", count: 49)
        let found = try errors(
            """
            {"name":"\(secret)","note":{"a":"\(secret)"},"window":"\(secret)","\(secret)":1,"owner":"\(secret)"}
            """)
        #expect(found.count == 5)
        #expect(!found.joined().contains("kkkkkkkk"))
    }

    @Test("a document shows nothing of itself when it is printed or reflected")
    func redaction() throws {
        let value = try JSONValue.text(#"{"secret":"lyd_live_k"}"#)
        var dumped = ""
        dump(value, to: &dumped)
        dump(value.object, to: &dumped)
        for text in ["\(value)", String(reflecting: value), "\(value.object?.members ?? [])", dumped] {
            #expect(!text.contains("lyd_live"))
        }
    }

    @Test("a patch tells absent from null from a value")
    func patches() throws {
        func patches(_ text: String) throws -> [Patch<Int64>] {
            try JSONObjectReader.decode(JSONValue.text(text)) { reader in
                [reader.patchInt("a", in: 0...5), reader.patchInt("b", in: 0...5)]
            }
        }
        #expect(try patches("{}") == [.absent, .absent])
        #expect(try patches(#"{"b":null,"a":3}"#) == [.value(3), .null])
        let error = #expect(throws: InvalidRequest.self) { try patches(#"{"a":6,"b":"1"}"#) }
        #expect(error?.errors.map(\.pointer.text) == ["/a", "/b"])
        #expect(Patch<Int>.absent.applied(to: 1) == 1)
        #expect(Patch<Int>.null.applied(to: 1) == nil)
        #expect(Patch.value(2).applied(to: 1) == 2)
    }

    @Test("a conversion's own list of errors is set in its place")
    func innerErrors() throws {
        let error = #expect(throws: InvalidRequest.self) {
            try JSONObjectReader.decode(JSONValue.text(#"{"a":[1]}"#)) { reader in
                reader.optional("a") { _ -> Int in throw InvalidRequest(JSONPointer.root.appending(0), "is odd") }
            }
        }
        #expect(error?.errors.map(\.description) == ["/a/0: is odd"])
    }

    @Test(
        "suggests the name that was meant where it is near",
        arguments: [
            ("scope", "scopes"), ("socpes", "scopes"), ("Scopes", "scopes"), ("expires_inn", "expires_in"),
            ("expiresin", "expires_in"),
            ("xyz", nil), ("", nil), ("ab", nil), (String(repeating: "scopes", count: 30), nil),
        ] as [(String, String?)])
    func suggestions(name: String, meant: String?) throws {
        let error = #expect(throws: InvalidRequest.self) {
            try JSONObjectReader.decode(JSONValue.object(of: (name, .null))) { reader in
                _ = reader.member("scopes")
                _ = reader.member("expires_in")
            }
        }
        let detail = try #require(error?.errors.first?.detail)
        if let meant {
            #expect(detail.hasSuffix("did you mean \"\(meant)\"?"))
        } else {
            #expect(!detail.contains("did you mean"))
        }
    }

    @Test("a syntax error becomes an invalid request with its place")
    func syntax() throws {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue.text(#"{"a":1,"a":2}"#) }
        let invalid = InvalidRequest(try #require(error))
        #expect(invalid.errors.map(\.description) == ["/a: the member \"a\" occurs twice (at byte 7)"])
    }
}
