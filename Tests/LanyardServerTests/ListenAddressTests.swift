import Testing

@testable import LanyardServer

@Suite("Addresses to listen on")
struct ListenAddressTests {
    @Test(
        "what is read is written the same way",
        arguments: ["127.0.0.1:8080", ":0", "[::1]:65535", "localhost:1", "lanyard.example.org:80", "0.0.0.0:8080"])
    func roundTrip(text: String) throws {
        #expect(try ListenAddress(parsing: text).description == text)
    }

    @Test("all addresses are reached by the loopback one")
    func reachable() throws {
        for (text, expected) in [
            (":8080", "127.0.0.1:9"), ("0.0.0.0:8080", "127.0.0.1:9"), ("[::]:0", "[::1]:9"),
            ("10.0.0.1:0", "10.0.0.1:9"),
            ("name:0", "name:9"),
        ] {
            #expect(try ListenAddress(parsing: text).reachable(port: 9).description == expected)
        }
    }
}
