/// Networks that are asked together whether an address is in one of them.
///
/// They are kept as ranges that neither overlap nor touch, in order, so one binary search answers: its time grows with
/// the logarithm of their number, and nothing is allocated.
public struct CIDRSet: Sendable, Hashable {
    private struct AddressRange: Sendable, Hashable {
        var first: IPAddress
        var last: IPAddress
    }

    /// The networks as they were given, in that order.
    public let cidrs: [CIDR]
    private let ranges: [AddressRange]

    /// The set without networks, which contains no address.
    public static let none = CIDRSet([])

    /// The set of all addresses that are in one of `cidrs`.
    public init(_ cidrs: some Sequence<CIDR>) {
        self.cidrs = Array(cidrs)
        let sorted = self.cidrs.flatMap(Self.ranges(of:)).sorted { $0.first < $1.first }
        var merged: [AddressRange] = []
        for range in sorted {
            if let previous = merged.last, Self.touches(previous, range) {
                merged[merged.count - 1].last = max(previous.last, range.last)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }

    /// Whether there are no networks. An empty set contains nothing; that a key without networks may come from anywhere
    /// is the rule of the one who asks.
    public var isEmpty: Bool { cidrs.isEmpty }

    /// Whether `address` is in one of the networks.
    public func contains(_ address: IPAddress) -> Bool {
        // The first range that begins behind the address; only the one before it can hold the address.
        var lower = 0
        var upper = ranges.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if ranges[middle].first <= address { lower = middle + 1 } else { upper = middle }
        }
        return lower > 0 && address <= ranges[lower - 1].last
    }

    /// One range; for an IPv6 network around the mapped IPv4 addresses the two on either side of them.
    private static func ranges(of cidr: CIDR) -> [AddressRange] {
        let whole = AddressRange(first: cidr.network, last: cidr.lastAddress)
        let mapped = AddressRange(first: IPAddress(v4: 0), last: IPAddress(v4: .max))
        guard !cidr.isV4, whole.first <= mapped.first, mapped.last <= whole.last else { return [whole] }
        // Networks are powers of two: one that is wider than the mapped range has addresses on at least one side.
        var sides: [AddressRange] = []
        if whole.first < mapped.first {
            sides.append(AddressRange(first: whole.first, last: IPAddress(bits: mapped.first.bits - 1)))
        }
        if mapped.last < whole.last {
            sides.append(AddressRange(first: IPAddress(bits: mapped.last.bits + 1), last: whole.last))
        }
        return sides
    }

    /// Whether `next`, which begins no earlier than `previous`, overlaps it or follows it at once.
    private static func touches(_ previous: AddressRange, _ next: AddressRange) -> Bool {
        next.first <= previous.last || next.first.bits - 1 == previous.last.bits
    }
}

extension CIDRSet: Codable {
    /// Reads an array of texts.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode([CIDR].self))
    }

    /// Writes an array of texts.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(cidrs)
    }
}
