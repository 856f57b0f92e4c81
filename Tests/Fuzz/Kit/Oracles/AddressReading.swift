#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Addresses as the C library reads them, and networks compared bit by bit.
enum AddressReading {
    /// The 16 bytes of the IPv6 form; nil for what `inet_pton` does not read.
    static func bytes(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(0) else { return nil }
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            return [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + withUnsafeBytes(of: &v4) { Array($0) }
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        return withUnsafeBytes(of: &v6) { Array($0) }
    }

    static func isV4(_ bytes: [UInt8]) -> Bool {
        bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
    }

    /// A network's address and how many bits of the IPv6 form it fixes; nil for what is none, or has bits behind them.
    static func network(_ text: String) -> (address: [UInt8], bits: Int)? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let address = bytes(parts[0]) else { return nil }
        guard parts.count == 2 else { return (address, 128) }
        let isDotted = !parts[0].contains(":")
        guard !parts[1].isEmpty, parts[1].utf8.allSatisfy({ "0123456789".utf8.contains($0) }),
            let length = Int(parts[1]), String(length) == parts[1], length <= (isDotted ? 32 : 128)
        else { return nil }
        let bits = isDotted ? 96 + length : length
        let hasHostBits = (bits..<128).contains { bit(address, $0) }
        return hasHostBits ? nil : (address, bits)
    }

    static func contains(_ network: (address: [UInt8], bits: Int), _ address: [UInt8]) -> Bool {
        let isV4Network = isV4(network.address) && network.bits >= 96
        guard isV4Network == isV4(address) else { return false }
        return (0..<network.bits).allSatisfy { bit(network.address, $0) == bit(address, $0) }
    }

    private static func bit(_ bytes: [UInt8], _ index: Int) -> Bool {
        bytes[index / 8] >> UInt8(7 - index % 8) & 1 == 1
    }
}
