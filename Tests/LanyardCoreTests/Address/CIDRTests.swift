import Foundation
import LanyardCore
import LanyardTesting
import Testing

@Suite("Networks")
struct CIDRTests {
    static let canonical: [(String, String)] = [
        ("203.0.113.0/24", "203.0.113.0/24"), ("203.0.113.7", "203.0.113.7/32"), ("203.0.113.7/32", "203.0.113.7/32"),
        ("0.0.0.0/0", "0.0.0.0/0"), ("10.0.0.0/8", "10.0.0.0/8"), ("2001:DB8::/32", "2001:db8::/32"), ("::/0", "::/0"),
        ("::1", "::1/128"), ("::1/128", "::1/128"), ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::ffff:0:0/96", "0.0.0.0/0"), ("::ffff:1.2.3.4", "1.2.3.4/32"), ("::fffe:0:0/95", "::fffe:0:0/95"),
    ]

    @Test("a network is written in its canonical form", arguments: canonical)
    func writing(text: String, expected: String) throws {
        let network = try CIDR(parsing: text)
        #expect(network.description == expected)
        #expect(CIDR(expected) == network)
        let json = try JSONEncoder().encode([network])
        #expect(try JSONDecoder().decode([CIDR].self, from: json) == [network])
    }

    static let invalid: [(String, CIDRError)] = [
        ("", .invalidAddress), ("/24", .invalidAddress), ("1.2.3/24", .invalidAddress), (" 1.2.3.4", .invalidAddress),
        ("1.2.3.4/", .invalidPrefixLength(maximum: 32)), ("1.2.3.4/33", .invalidPrefixLength(maximum: 32)),
        ("1.2.3.0/024", .invalidPrefixLength(maximum: 32)), ("1.2.3.0/+24", .invalidPrefixLength(maximum: 32)),
        ("1.2.3.0/24/24", .invalidPrefixLength(maximum: 32)),
        ("1.2.3.0/255.255.255.0", .invalidPrefixLength(maximum: 32)),
        ("0.0.0.0/00", .invalidPrefixLength(maximum: 32)), ("::/129", .invalidPrefixLength(maximum: 128)),
        ("::/-1", .invalidPrefixLength(maximum: 128)), ("::/ 1", .invalidPrefixLength(maximum: 128)),
        ("::/99999999999999999999", .invalidPrefixLength(maximum: 128)),
        ("::ffff:1.2.3.4/129", .invalidPrefixLength(maximum: 128)),
    ]

    @Test("what is no network is refused with its reason", arguments: invalid)
    func refused(text: String, error: CIDRError) {
        #expect(throws: error) { try CIDR(parsing: text) }
        #expect(CIDR(text) == nil)
    }

    static let hostBits: [(String, String)] = [
        ("203.0.113.7/24", "203.0.113.0/24"), ("10.0.0.5/8", "10.0.0.0/8"), ("1.2.3.4/0", "0.0.0.0/0"),
        ("1.2.3.5/31", "1.2.3.4/31"), ("2001:db8::1/32", "2001:db8::/32"), ("::1/0", "::/0"),
        ("::ffff:203.0.113.7/120", "203.0.113.0/24"), ("::ffff:0:0/95", "::fffe:0:0/95"),
        ("::ffff:1.2.3.4/64", "::/64"),
    ]

    @Test("set host bits are refused, and the network that was meant is named", arguments: hostBits)
    func meantNetwork(text: String, meant: String) throws {
        let error = #expect(throws: CIDRError.self) { try CIDR(parsing: text) }
        #expect(error == .hostBitsSet(network: try CIDR(parsing: meant)))
        #expect(error?.description.hasSuffix(" \(meant)") == true)
    }

    static let members: [(String, String, Bool)] = [
        ("203.0.113.0/24", "203.0.113.0", true), ("203.0.113.0/24", "203.0.113.255", true),
        ("203.0.113.0/24", "203.0.112.255", false), ("203.0.113.0/24", "203.0.114.0", false),
        ("203.0.113.0/24", "::ffff:203.0.113.7", true), ("203.0.113.0/24", "::203.0.113.7", false),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("::/0", "::1", true),
        ("::/0", "1.2.3.4", false), ("::fffe:0:0/95", "1.2.3.4", false), ("::fffe:0:0/95", "::fffe:1:2", true),
        ("2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true), ("2001:db8::/32", "2001:db9::", false),
        ("1.2.3.4", "1.2.3.4", true), ("1.2.3.4", "1.2.3.5", false), ("::1", "::1", true), ("::1", "::2", false),
    ]

    @Test("a network holds its addresses from the first to the last, of its own family alone", arguments: members)
    func membership(network: String, address: String, isMember: Bool) throws {
        let network = try CIDR(parsing: network)
        let address = try #require(IPAddress(address))
        #expect(network.contains(address) == isMember)
        #expect(CIDRSet([network]).contains(address) == isMember)
    }

    @Test("an empty set contains nothing")
    func empty() throws {
        #expect(CIDRSet.none.isEmpty)
        #expect(!CIDRSet.none.contains(IPAddress(v4: 0)))
        #expect(CIDRSet.none == CIDRSet([]))
    }

    @Test("a set keeps its networks as they were given")
    func kept() throws {
        let texts = ["10.0.0.0/8", "10.1.0.0/16", "::/0", "10.0.0.0/8"]
        let set = CIDRSet(try texts.map { try CIDR(parsing: $0) })
        #expect(set.cidrs.map(\.description) == texts)
        #expect(!set.isEmpty)
        let json = try JSONEncoder().encode(set)
        #expect(try JSONDecoder().decode([String].self, from: json) == texts)
        #expect(try JSONDecoder().decode(CIDRSet.self, from: json) == set)
    }

    private func random(using generator: inout SeededGenerator) -> CIDR? {
        let isV4 = Bool.random(using: &generator)
        // Networks of a small corner, so that they overlap, touch and nest; now and then one that is very wide.
        let length = isV4 ? Int.random(in: 24...32, using: &generator) : Int.random(in: 90...128, using: &generator)
        let text =
            isV4
            ? "10.0.0.\(UInt8.random(in: 0...255, using: &generator))"
            : "::\(["ffff", "fffe", "0", "1"].randomElement(using: &generator) ?? "0"):0:\(UInt8.random(in: 0...31, using: &generator))"
        let width = Int.random(in: 0..<40, using: &generator) == 0 ? 0 : length
        do {
            return try CIDR(parsing: "\(text)/\(width)")
        } catch {
            switch error {
            case .hostBitsSet(let network): return network
            case .invalidAddress, .invalidPrefixLength: return nil
            }
        }
    }

    @Test("a set contains exactly what one of its networks contains")
    func oracle() throws {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<400 {
            let networks = (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in random(using: &generator) }
            let set = CIDRSet(networks)
            // The edges of every network and their neighbours, and addresses anywhere.
            var addresses = networks.flatMap { network in
                [network.network, network.lastAddress].flatMap { edge -> [IPAddress] in
                    [edge, neighbour(of: edge, by: 1), neighbour(of: edge, by: -1)]
                }
            }
            addresses += (0..<20).map { _ in IPAddress(v4: 0x0a00_0000 | UInt32.random(in: 0...511, using: &generator))
            }
            for address in addresses {
                #expect(set.contains(address) == networks.contains { $0.contains(address) }, "\(networks) \(address)")
            }
        }
    }

    private func neighbour(of address: IPAddress, by step: Int) -> IPAddress {
        var groups = withUnsafeBytes(of: UInt128(0)) { Array($0) }
        let text = expanded(address)
        var number: UInt128 = 0
        for byte in text { number = number << 8 | UInt128(byte) }
        number = step > 0 ? number &+ 1 : number &- 1
        for index in groups.indices { groups[index] = UInt8(truncatingIfNeeded: number >> UInt128(120 - 8 * index)) }
        return IPAddress(v6: groups) ?? address
    }

    /// The 16 bytes of an address, by way of its text.
    private func expanded(_ address: IPAddress) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        let text = address.isV4 ? "::ffff:\(address)" : address.description
        inet_pton(AF_INET6, text, &bytes)
        return bytes
    }

    @Test("a whole address family is two neighbouring halves")
    func adjacency() throws {
        let halves = CIDRSet(try ["0.0.0.0/1", "128.0.0.0/1"].map { try CIDR(parsing: $0) })
        for address in ["0.0.0.0", "127.255.255.255", "128.0.0.0", "255.255.255.255"] {
            #expect(halves.contains(try #require(IPAddress(address))))
        }
        #expect(!halves.contains(try #require(IPAddress("::"))))
        let both = CIDRSet(try ["::/0", "0.0.0.0/0"].map { try CIDR(parsing: $0) })
        for address in ["::", "1.2.3.4", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::fffe:ffff:ffff", "::1:0:0:0"] {
            #expect(both.contains(try #require(IPAddress(address))))
        }
    }

    @Test("no text brings the reading down, and what is read is written so that it is read again")
    func randomTexts() {
        var generator = SeededGenerator(seed: 9)
        let pieces = ["0", "1", "24", "255", ":", "::", ".", "/", "1.2.3.0", "db8", "ffff", "128", "é", "-"]
        for _ in 0..<100_000 {
            guard let network = CIDR(generator.text(of: pieces, longest: 8)) else { continue }
            #expect(CIDR(network.description) == network)
        }
    }
}
