import LanyardCore

extension FuzzTarget {
    static let addresses = [address, cidr]

    private static let addressSeeds = [
        "203.0.113.7", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::7", "::ffff:203.0.113.7",
        "1:2:3:4:5:6:7:8",
        "2001:DB8:0:0:1:0:0:1", "1:2:3:4:5:6:1.2.3.4", "1::8", "fe80::1%eth0", "01.2.3.4", "1:2:3:4:5:6:7::",
    ]
    private static let addressTokens = [
        ":", "::", ".", "ffff", "0", "255", "256", "1.2.3.4", "::ffff:", "[", "]", "%0",
    ]

    private static let address = FuzzTarget(text: "address", seeds: addressSeeds, tokens: addressTokens) { text in
        let expected = AddressReading.bytes(text)
        guard let address = IPAddress(text) else {
            return expected == nil ? .refused : .broken("inet_pton reads it")
        }
        guard let expected else { return .broken("inet_pton does not read it") }
        let printed = address.description
        guard AddressReading.bytes(printed) == expected else { return .broken("inet_pton reads \(printed) as another") }
        guard IPAddress(printed) == address, IPAddress(printed)?.description == printed else {
            return .broken("it prints as \(printed), which reads otherwise")
        }
        guard address.isV4 == AddressReading.isV4(expected), IPAddress(v6: expected) == address else {
            return .broken("its bytes make another address")
        }
        return .accepted
    }

    /// `network [network…] address`: whether it is in one of them.
    private static let cidr = FuzzTarget(
        text: "cidr",
        seeds: [
            "203.0.113.0/24 203.0.113.9", "0.0.0.0/0 ::1", "::/0 1.2.3.4", "::ffff:203.0.113.0/120 203.0.113.1",
            "2001:db8::/32 2001:db8:ffff::1", "10.0.0.0/8 10.0.0.0/9 10.128.0.0/9 10.255.255.255", "1.2.3.4 1.2.3.4",
            "::ffff:0:0/96 255.255.255.255", "::/80 ::ffff:1.2.3.4", "8000::/1 7fff::", "192.168.0.1/32 192.168.0.0",
            "::fffe:0:0/95 1.1.1.1", "::/95 ::fffe:ffff:ffff 1.2.3.4 ::1",
        ],
        tokens: addressTokens + ["/", "/0", "/8", "/32", "/33", "/95", "/96", "/97", "/128", "/129", " ", " 0.0.0.0"],
        share: 3
    ) { text in
        let texts = text.split(separator: " ").map(String.init)
        guard texts.count > 1, texts.count < 64 else { return .refused }
        var networks: [CIDR] = []
        var expected: [(address: [UInt8], bits: Int)] = []
        for text in texts.dropLast() {
            let (network, oracle) = (CIDR(text), AddressReading.network(text))
            guard (network == nil) == (oracle == nil) else { return .broken("\(text): the oracle differs") }
            guard let network, let oracle else { continue }
            let printed = network.description
            guard CIDR(printed) == network, CIDR(printed)?.description == printed else {
                return .broken("\(text) prints as \(printed), which reads otherwise")
            }
            networks.append(network)
            expected.append(oracle)
        }
        guard let address = texts.last.flatMap({ IPAddress($0) }),
            let bytes = AddressReading.bytes(texts[texts.count - 1])
        else { return networks.isEmpty ? .refused : .accepted }
        for (network, oracle) in zip(networks, expected) {
            guard network.contains(address) == AddressReading.contains(oracle, bytes) else {
                return .broken("\(network) and \(address) differ from the oracle")
            }
            guard network.contains(network.network), network.contains(network.lastAddress) || !network.isV4 else {
                return .broken("\(network) does not contain its own ends")
            }
        }
        guard CIDRSet(networks).contains(address) == networks.contains(where: { $0.contains(address) }) else {
            return .broken("the set differs from its networks on \(address)")
        }
        return networks.isEmpty ? .refused : .accepted
    }
}
