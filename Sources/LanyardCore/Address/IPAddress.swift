/// An IPv4 or IPv6 address, compared as an address and never as text.
///
/// An IPv4 address is kept as the IPv6 address that maps it (RFC 4291, section 2.5.5.2), so `::ffff:1.2.3.4` and
/// `1.2.3.4` are one value, however a socket or a header wrote it. 128 bits, in place.
public struct IPAddress: Hashable, Comparable, Sendable {
    /// The first 64 bits of the IPv6 form.
    let high: UInt64
    /// The last 64 bits of the IPv6 form.
    let low: UInt64

    /// `::ffff:0:0`, before the 32 bits of an IPv4 address.
    static let mappedPrefix: UInt64 = 0xffff << 32

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    init(bits: UInt128) {
        self.init(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }

    /// The IPv6 form as a number.
    var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// An IPv4 address; its first octet is the most significant byte.
    public init(v4 address: UInt32) {
        self.init(high: 0, low: Self.mappedPrefix | UInt64(address))
    }

    /// An IPv6 address from its 16 bytes in network order; `nil` unless there are 16.
    public init?(v6 bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var bits: UInt128 = 0
        for byte in bytes { bits = bits << 8 | UInt128(byte) }
        self.init(bits: bits)
    }

    /// Whether it is an IPv4 address.
    public var isV4: Bool { high == 0 && low >> 32 == Self.mappedPrefix >> 32 }

    /// What one customer is usually given: the address itself for IPv4, its /64 for IPv6.
    package var allotment: IPAddress { isV4 ? self : IPAddress(high: high, low: 0) }

    /// The order of the IPv6 forms.
    public static func < (left: Self, right: Self) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}
