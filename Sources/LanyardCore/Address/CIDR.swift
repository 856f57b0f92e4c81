/// A network in CIDR form (RFC 4632, RFC 4291): `203.0.113.0/24`, `2001:db8::/32`; a bare address is a network of one.
///
/// A network of IPv4 addresses in their IPv6 form, `::ffff:203.0.113.0/120`, is the IPv4 network that it maps. An IPv6
/// network that is wider than all mapped addresses together, such as `::/0`, holds no IPv4 address: whoever allows "all
/// of IPv6" has not spoken about IPv4.
public struct CIDR: Hashable, Sendable {
    /// The lowest address of the network.
    public let network: IPAddress
    /// How many bits of the IPv6 form all addresses of the network share.
    private let mappedLength: UInt8

    /// How many bits the IPv4 form is shorter than the IPv6 form.
    private static let mappedBits = 96

    private init(network: IPAddress, mappedLength: Int) {
        self.network = network
        self.mappedLength = UInt8(mappedLength)
    }

    /// The network of one address.
    public init(_ address: IPAddress) {
        self.init(network: address, mappedLength: 128)
    }

    /// How many leading bits all addresses of the network share: 0 to 32 (IPv4) or 128 (IPv6).
    public var prefixLength: Int { isV4 ? Int(mappedLength) - Self.mappedBits : Int(mappedLength) }

    /// Whether it is a network of IPv4 addresses.
    public var isV4: Bool { network.isV4 && Int(mappedLength) >= Self.mappedBits }

    /// The highest address of the network.
    public var lastAddress: IPAddress { IPAddress(bits: network.bits | Self.hostBits(Int(mappedLength))) }

    /// Whether `address` is in the network.
    public func contains(_ address: IPAddress) -> Bool {
        network <= address && address <= lastAddress && isV4 == address.isV4
    }

    /// Reads a network, or tells what is wrong with it.
    public init(parsing text: String) throws(CIDRError) {
        self = try text.withBytes { Self.read($0) }.get()
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) -> Result<CIDR, CIDRError> {
        let slash = bytes.firstIndex(of: UInt8(ascii: "/")) ?? bytes.count
        let addressText = bytes.part(0..<slash)
        guard let address = IPAddress(utf8: addressText) else { return .failure(.invalidAddress) }
        guard slash < bytes.count else { return .success(CIDR(address)) }
        // The length counts in the form that was written: `::ffff:203.0.113.0/120` is a /24.
        let isDotted = !addressText.contains(UInt8(ascii: ":"))
        let maximum = isDotted ? 32 : 128
        guard let length = readLength(bytes.part(slash + 1..<bytes.count)), length <= maximum else {
            return .failure(.invalidPrefixLength(maximum: maximum))
        }
        let mappedLength = isDotted ? length + mappedBits : length
        let hostBits = hostBits(mappedLength)
        guard address.bits & hostBits == 0 else {
            let network = IPAddress(bits: address.bits & ~hostBits)
            return .failure(.hostBitsSet(network: CIDR(network: network, mappedLength: mappedLength)))
        }
        return .success(CIDR(network: address, mappedLength: mappedLength))
    }

    private static func readLength(_ digits: UnsafeRawBufferPointer) -> Int? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits[0] != UInt8(ascii: "0") else { return nil }
        var length = 0
        for byte in digits {
            guard byte &- UInt8(ascii: "0") < 10 else { return nil }
            length = length * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return length
    }

    private static func hostBits(_ mappedLength: Int) -> UInt128 {
        mappedLength == 0 ? UInt128.max : 1 << UInt128(128 - mappedLength) - 1
    }
}

extension CIDR: TextCodable {
    /// Reads a network; `nil` if it is none. ``init(parsing:)`` tells why.
    public init?(_ description: String) {
        guard let network = try? Self(parsing: description) else { return nil }
        self = network
    }

    /// The canonical text, always with the length: `203.0.113.7/32`.
    public var description: String { "\(network)/\(prefixLength)" }
}
