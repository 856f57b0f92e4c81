/// What an allowance counts.
public enum AllowanceUnit: String, Hashable, Sendable, Codable, CaseIterable {
    /// Calls.
    case requests
    /// Tokens of a language model.
    case tokens
    /// Money, counted in nano-dollars (10⁻⁹ USD): one token may cost 150 of them.
    case usd
}

/// What one call costs in each unit.
public struct Costs: Hashable, Sendable, Codable {
    /// Calls; 1 unless told otherwise.
    public var requests: Int64
    /// Tokens.
    public var tokens: Int64
    /// Nano-dollars (10⁻⁹ USD).
    public var nanoUSD: Int64

    /// The cost of a call; amounts must not be negative.
    public init(requests: Int64 = 1, tokens: Int64 = 0, nanoUSD: Int64 = 0) {
        self.requests = requests
        self.tokens = tokens
        self.nanoUSD = nanoUSD
    }

    /// One request, nothing else.
    public static let oneRequest = Costs()

    /// The cost in `unit`.
    @inlinable
    public subscript(unit: AllowanceUnit) -> Int64 {
        get {
            switch unit {
            case .requests: requests
            case .tokens: tokens
            case .usd: nanoUSD
            }
        }
        set {
            switch unit {
            case .requests: requests = newValue
            case .tokens: tokens = newValue
            case .usd: nanoUSD = newValue
            }
        }
    }
}
