/// Whose allowance it is: the owner of a state that outlives any cached copy of a key.
public struct Subject: Hashable, Sendable {
    /// What kind of owner.
    public enum Kind: UInt8, Sendable {
        case key = 1
        case account = 2
    }

    /// What kind of owner.
    public let kind: Kind
    /// The upper 64 bits of the owner's id.
    public let high: UInt64
    /// The lower 64 bits of the owner's id.
    public let low: UInt64

    /// An owner by the parts of its id.
    public init(kind: Kind, high: UInt64, low: UInt64) {
        self.kind = kind
        self.high = high
        self.low = low
    }

    /// A key.
    public init(_ id: KeyID) {
        self.init(kind: .key, high: id.high, low: id.low)
    }

    /// An account.
    public init(_ id: AccountID) {
        self.init(kind: .account, high: id.high, low: id.low)
    }

    /// Feeds the random half of the id.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(low)
    }
}

/// Who set a limit on a subject: the key itself, its plan (which counts for each key), or its account.
public enum AllowanceSource: String, Hashable, Sendable, Codable {
    /// The key.
    case key
    /// The key's plan.
    case plan
    /// The account that keys share.
    case account
}

/// What makes a window the same window after its limit was renamed or resized.
public struct WindowIdentity: Hashable, Sendable {
    /// What it counts.
    public let unit: AllowanceUnit
    /// The window's length in milliseconds.
    public let windowMilliseconds: Int64
    /// Who set the limit.
    public let source: AllowanceSource

    /// An identity by its parts.
    public init(unit: AllowanceUnit, windowMilliseconds: Int64, source: AllowanceSource) {
        self.unit = unit
        self.windowMilliseconds = windowMilliseconds
        self.source = source
    }

    package init(_ limit: LimitDefinition, source: AllowanceSource) {
        self.init(unit: limit.unit, windowMilliseconds: limit.windowMilliseconds, source: source)
    }
}
