/// Why a text is no network in CIDR form.
public enum CIDRError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What comes before the `/` is no IPv4 or IPv6 address.
    case invalidAddress
    /// What follows the `/` is no whole number from 0 to 32 (IPv4) or 128 (IPv6).
    case invalidPrefixLength(maximum: Int)
    /// The address has bits set behind the network's length; `network` is what was probably meant.
    ///
    /// Guessing would be wrong either way: the writer of `10.0.0.5/8` may have meant one host or 16 million.
    case hostBitsSet(network: CIDR)

    /// One sentence that says what to write instead.
    public var description: String {
        switch self {
        case .invalidAddress:
            "expected an IPv4 or IPv6 address, or one with '/' and the network's length"
        case .invalidPrefixLength(let maximum):
            "expected a whole number from 0 to \(maximum) after '/'"
        case .hostBitsSet(let network):
            "the address has bits set behind the network's length; for the whole network write \(network)"
        }
    }
}
