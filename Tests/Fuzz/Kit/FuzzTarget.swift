/// A parser, and what must hold whatever bytes it is given.
///
/// That nothing crashes is the least of it: a target says what else must be true, mostly against an oracle that does the
/// same in the plainest way. The seeded campaigns of `swift test` and libFuzzer run the same targets.
package struct FuzzTarget: Sendable {
    /// What became of one case.
    package enum Verdict: Hashable, Sendable {
        case accepted
        case refused
        /// A property does not hold: which, and how.
        case broken(String)

        package var isBroken: Bool {
            switch self {
            case .accepted, .refused: false
            case .broken: true
            }
        }
    }

    /// Lower-case letters and hyphens.
    package let name: String
    /// Cases of which most are valid, from which others are made.
    package let seeds: [[UInt8]]
    /// What means something to this parser.
    package let tokens: [[UInt8]]
    /// How many cases it gets, beside the others: fewer where one takes long.
    package let share: Int
    package let check: @Sendable ([UInt8]) -> Verdict

    /// A target whose parser takes bytes.
    package init(
        bytes name: String, seeds: [String], tokens: [String] = [], share: Int = 4,
        check: @escaping @Sendable ([UInt8]) -> Verdict
    ) {
        self.init(
            bytes: name, rawSeeds: seeds.map { Array($0.utf8) }, rawTokens: tokens.map { Array($0.utf8) }, share: share,
            check: check)
    }

    /// A target whose parser takes bytes that are no text.
    package init(
        bytes name: String, rawSeeds: [[UInt8]], rawTokens: [[UInt8]] = [], share: Int = 4,
        check: @escaping @Sendable ([UInt8]) -> Verdict
    ) {
        self.name = name
        seeds = rawSeeds
        tokens = rawTokens
        self.share = share
        self.check = check
    }

    /// A target whose parser takes a string. Bytes that are no UTF-8 become U+FFFD, as at every edge of the product.
    package init(
        text name: String, seeds: [String], tokens: [String] = [], share: Int = 4,
        check: @escaping @Sendable (String) -> Verdict
    ) {
        self.init(bytes: name, seeds: seeds, tokens: tokens, share: share) { bytes in
            check(String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension FuzzTarget {
    /// The parsers that need no part of the server around them; libFuzzer runs these.
    package static let all: [FuzzTarget] =
        secrets + identifiers + scopes + addresses + paths + texts + json + bodies + headers + queries
}
