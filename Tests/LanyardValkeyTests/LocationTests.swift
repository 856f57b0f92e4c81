import Testing

@testable import LanyardValkey

@Suite("Where a counter server is")
struct LocationTests {
    private func refusal(_ text: String) -> ValkeyLocation.Refusal? {
        do throws(ValkeyLocation.Refusal) {
            _ = try ValkeyLocation(parsing: text)
            return nil
        } catch {
            return error
        }
    }

    @Test("an address is read in all its parts")
    func parts() throws {
        let location = try ValkeyLocation(parsing: "valkeys://m%40e@Counters.example:7000/3?cafile=%2Fetc%2Fca.pem")
        #expect(location.host == "counters.example")
        #expect(location.port == 7000)
        #expect(location.user == "m@e")
        #expect(location.database == 3)
        #expect(location.isEncrypted)
        #expect(location.authorityFile == "/etc/ca.pem")
        #expect(location.warning == nil)
        let short = try ValkeyLocation(parsing: "redis://localhost")
        #expect((short.port, short.user, short.database) == (6379, nil, 0))
        #expect(!short.isEncrypted)
        #expect(try ValkeyLocation(parsing: "rediss://[2001:db8::1]").host == "2001:db8::1")
    }

    @Test("an address is told without its parameters, in a form that is read as the same")
    func description() throws {
        let texts = [
            "valkeys://u@h:1/2?cafile=/secret": "valkeys://u@h:1/2", "redis://[::1]": "valkey://[::1]:6379/0",
            "rediss://a%2Fb@h": "valkeys://a%2Fb@h:6379/0", "valkey://h/?tls=off": "valkey://h:6379/0",
        ]
        for (text, expected) in texts { #expect(try ValkeyLocation(parsing: text).description == expected) }
        let location = try ValkeyLocation(parsing: "rediss://a%2Fb%40@h:9/1")
        #expect(try ValkeyLocation(parsing: location.description) == location)
    }

    @Test(
        "an address with a password is refused, and never repeated",
        arguments: [
            "valkey://u:swordfish@localhost", "valkey://:swordfish@localhost/1", "valkeys://u:@h",
            "valkeys://u@h?password=swordfish", "valkeys://u:sword/fish@h", "valkeys://u:sword@fish@h",
        ])
    func passwords(text: String) {
        #expect(refusal(text) == .hasPassword)
        #expect(refusal(text)?.description.contains("fish") == false)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "valkeys://", "valkeys:///1", "valkeys://@h", "valkeys://h:0", "valkeys://h:65536", "valkeys://h:",
            "valkeys://h:x", "valkeys://h/x", "valkeys://h/-1", "valkeys://h/99999999999999999999", "valkeys://h/1/2",
            "valkeys://[::1", "valkeys://[h]", "valkeys://[::1]x", "valkeys://h h", "valkeys://u%@h",
            "valkeys://u%00@h",
            "valkeys://h\n", "valkeys://ü", "valkeys://u%FF@h", "valkeys://a,b",
        ])
    func malformed(text: String) {
        #expect(refusal(text) == .malformed)
    }

    @Test("another scheme and unknown parameters are refused")
    func unknown() {
        #expect(refusal("http://localhost") == .notAURL)
        #expect(refusal("localhost:6379") == .notAURL)
        #expect(refusal("valkeys://h?verify=none") == .unknownParameter)
        #expect(refusal("valkeys://h?tls=off") == .unknownParameter)
        #expect(refusal("valkey://localhost?tls=on") == .unknownParameter)
        #expect(refusal("valkey://localhost?cafile=/ca") == .unknownParameter)
        #expect(refusal("valkeys://h?cafile=/a&cafile=/b") == .unknownParameter)
    }

    @Test(
        "plain text to another machine is refused",
        arguments: ["valkey://db.example", "redis://10.0.0.1", "valkey://127.0.0.1.example", "valkey://[::2]"])
    func plainText(text: String) throws {
        #expect(refusal(text) == .readableOnTheWay)
        #expect(try ValkeyLocation(parsing: "\(text)?tls=off").warning?.contains("tls=off") == true)
    }

    @Test("plain text on this machine is taken", arguments: ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"])
    func local(host: String) throws {
        #expect(try ValkeyLocation(parsing: "valkey://\(host)").warning == nil)
    }

    @Test("a password's description and mirror tell nothing")
    func passwordDescription() {
        let password = ValkeyPassword.text("swordfish")
        var text = ""
        dump(password, to: &text)
        #expect(!"\(password) \(String(reflecting: password)) \(text)".contains("swordfish"))
    }
}
