import Foundation
import LanyardCore
import LanyardTesting
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("IP addresses")
struct IPAddressTests {
    static let canonical: [(String, String)] = [
        ("0.0.0.0", "0.0.0.0"), ("203.0.113.7", "203.0.113.7"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::7", "2001:db8::7"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("::ffff:1.2.3.4", "1.2.3.4"),
        ("::FFFF:102:304", "1.2.3.4"), ("0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"), ("::1.2.3.4", "::102:304"),
        ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("::ffff:0:1.2.3.4", "::ffff:0:102:304"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ]

    @Test("an address is written in its canonical form", arguments: canonical)
    func writing(text: String, expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == expected)
        #expect(IPAddress(expected) == address)
        #expect(lending(text) { IPAddress(utf8: $0) } == address)
        let json = try JSONEncoder().encode([address])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(expected)\"]")
        #expect(try JSONDecoder().decode([IPAddress].self, from: json) == [address])
    }

    @Test(
        "what is no bare address is refused",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.00", "1..2.3", ".1.2.3",
            "1.2.3.",
            "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80", "1.2.3.4/32", "0x1.2.3.4", "1.2.3.-4", "+1.2.3.4", "1234.1.1.1", ":",
            ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2::3", ":1",
            "1:", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "12345::", "g::", "::1%eth0", "fe80::1%1", "[::1]", "[::1]:80",
            "::1.2.3", "::1.2.3.4.5", "::1.2.3.4:5", "1.2.3.4::", "::01.2.3.4", "1:2:3:4:5:6:7:1.2.3.4",
            "::ffff:1.2.3.256",
            "::ffff:1.2.3.4 ", "localhost", "1.2.3.٤", "::é", "1.2.3.4\u{0}", "::1\u{0}", "::1/128",
        ])
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("an IPv4 address and the IPv6 address that maps it are one")
    func mapped() throws {
        let plain = try #require(IPAddress("1.2.3.4"))
        let mapped = try #require(IPAddress("::ffff:1.2.3.4"))
        #expect(plain == mapped)
        #expect(plain.hashValue == mapped.hashValue)
        #expect(plain == IPAddress(v4: 0x0102_0304))
        #expect(plain == IPAddress(v6: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4]))
        #expect(plain.isV4)
        #expect(IPAddress("::1.2.3.4") != plain)
        #expect(IPAddress("::1.2.3.4")?.isV4 == false)
        #expect(IPAddress(v6: [1, 2, 3, 4]) == nil)
        #expect(IPAddress(v6: [UInt8](repeating: 0, count: 16))?.description == "::")
    }

    /// What the C library makes of a text: the bytes of the IPv6 form.
    private func library(_ text: String) -> [UInt8]? {
        if text.utf8.contains(0) { return nil }
        var octets = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &octets) == 1 {
            return [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + octets
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }

    @Test("texts are read as inet_pton reads them, good and bad")
    func libraryAgrees() {
        var generator = SeededGenerator(seed: 4)
        let pieces = [
            "0", "1", "25", "255", "256", "ffff", "a", "F", ":", ":", "::", ".", ".", "1.2.3.4", "db8", " ", "%", "g",
        ]
        var accepted = 0
        for _ in 0..<100_000 {
            let text = generator.text(of: pieces, longest: 16)
            let expected = library(text).flatMap { IPAddress(v6: $0) }
            #expect(IPAddress(text) == expected, "\(text)")
            accepted += expected == nil ? 0 : 1
        }
        #expect(accepted > 300)
    }

    @Test("every address is written as inet_ntop writes it, and read again")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            // Many zero groups, so that there is something to shorten.
            let bytes = (0..<8).flatMap { _ -> [UInt8] in
                let group = Bool.random(using: &generator) ? 0 : UInt16.random(in: 0...0xffff, using: &generator) >> 4
                return [UInt8(group >> 8), UInt8(group & 0xff)]
            }
            let address = try #require(IPAddress(v6: bytes))
            #expect(IPAddress(address.description) == address)
            // The library dots the addresses of an obsolete form (RFC 4291, section 2.5.5.1), too.
            if bytes.prefix(12).allSatisfy({ $0 == 0 }) || address.isV4 { continue }
            var text = [CChar](repeating: 0, count: 64)
            inet_ntop(AF_INET6, bytes, &text, 64)
            let written = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            #expect(address.description == written)
        }
        for _ in 0..<1_000 {
            let address = IPAddress(v4: UInt32.random(in: 0 ... .max, using: &generator))
            #expect(IPAddress(address.description) == address)
            #expect(IPAddress("::ffff:\(address)") == address)
        }
    }

    @Test("addresses sort by their numbers")
    func order() throws {
        let sorted = try ["::", "::1", "0.0.0.0", "1.2.3.4", "255.255.255.255", "1::", "ffff::"].map { text in
            try #require(IPAddress(text))
        }
        #expect(sorted.shuffled().sorted() == sorted)
    }
}
