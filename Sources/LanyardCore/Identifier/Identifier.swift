/// A typed identifier: 128 bits, made as a UUIDv7 (RFC 9562, section 5.7), so that those made later sort later and the
/// indexes of a database stay warm.
///
/// Its text is a short prefix that tells the kind, `_`, and 22 base62 characters. They have a fixed width and the
/// alphabet is in ASCII order, so texts sort as values do.
public struct Identifier<Tag: IdentifierTag>: Sendable {
    /// The upper 64 bits: 48 of milliseconds since 1970, 4 of version, 12 random.
    public let high: UInt64
    /// The lower 64 bits: 2 of variant, 62 random.
    public let low: UInt64

    /// An identifier of exactly these bits; for what a database gives back, and for well-known identifiers.
    ///
    /// Well-known identifiers must differ in `low`, for only `low` is hashed.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A fresh UUIDv7.
    ///
    /// - Parameters:
    ///   - milliseconds: Time since 1970 began; what does not fit into 48 bits is clamped (the year 10889).
    ///   - generator: Where the 74 random bits come from.
    public static func make(
        atMilliseconds milliseconds: Int64, using generator: inout some RandomNumberGenerator
    ) -> Self {
        let time = UInt64(min(max(milliseconds, 0), (1 << 48) - 1))
        let version: UInt64 = 7
        let variant: UInt64 = 0b10
        return Self(
            high: time << 16 | version << 12 | generator.next() & 0xfff,
            low: variant << 62 | generator.next() & (1 << 62 - 1))
    }

    /// A fresh UUIDv7 with the system's randomness.
    public static func make(atMilliseconds milliseconds: Int64) -> Self {
        var generator = SystemRandomNumberGenerator()
        return make(atMilliseconds: milliseconds, using: &generator)
    }

    /// The identifier after this one, for many that are made at once: the random bits count up (RFC 9562, section 6.2,
    /// method 2), so they need not be drawn anew. What is counted past the last of the lower 62 is in the
    /// 12 upper ones; past all 74 it begins again, still in the same millisecond.
    package var successor: Self {
        let random: UInt64 = 1 << 62 - 1
        guard low & random == random else { return Self(high: high, low: low + 1) }
        let upper = high & 0xfff == 0xfff ? high & ~0xfff : high + 1
        return Self(high: upper, low: low & ~random)
    }

    /// When the identifier was made, in milliseconds since 1970 began.
    public var millisecondsSinceEpoch: Int64 { Int64(high >> 16) }
}

extension Identifier: Hashable, Comparable {
    /// Whether all 128 bits are the same.
    @inlinable
    public static func == (left: Self, right: Self) -> Bool {
        left.low == right.low && left.high == right.high
    }

    /// Whether `left` sorts first: it was made earlier, or in the same millisecond with smaller random bits.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    /// Feeds the random half only: it tells identifiers apart as well as all of them would, for half the work.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(low)
    }
}
