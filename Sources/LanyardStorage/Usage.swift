public import LanyardCore

/// What a key did in a minute, with one outcome.
public struct UsageRow: Sendable, Hashable {
    /// The key; `nil` for attempts that belong to none.
    public var key: KeyID?
    /// Whole minutes since the epoch.
    public var minute: Int32
    /// `ok`, or a denial's code.
    public var outcome: String
    /// How often.
    public var count: Int64
    /// Tokens of granted calls.
    public var tokens: Int64
    /// Nano-dollars of granted calls.
    public var nanoUSD: Int64

    /// The outcome of a grant.
    public static let granted = "ok"

    /// A row.
    public init(key: KeyID?, minute: Int32, outcome: String, count: Int64, tokens: Int64 = 0, nanoUSD: Int64 = 0) {
        self.key = key
        self.minute = minute
        self.outcome = outcome
        self.count = count
        self.tokens = tokens
        self.nanoUSD = nanoUSD
    }
}

/// A question about usage.
public struct UsageQuery: Sendable, Equatable {
    /// How long the pieces of time are.
    public enum Interval: String, Sendable, CaseIterable {
        case minute
        case hour
        case day

        /// Its length in minutes.
        public var minutes: Int32 {
            switch self {
            case .minute: 1
            case .hour: 60
            case .day: 1440
            }
        }
    }

    /// What sums are made for.
    public enum Group: String, Sendable, CaseIterable {
        /// All of it in one.
        case none
        case key
        case account
        case project
    }

    /// Of this key.
    public var key: KeyID?
    /// Of this account's keys.
    public var account: AccountID?
    /// Of this project's keys.
    public var project: ProjectID?
    /// Of these projects' keys alone; `nil` means any, and attempts that belong to no key too.
    public var visibleProjects: [ProjectID]?
    /// Not of this project's keys; attempts that belong to no key stay.
    public var hiddenProject: ProjectID?
    /// Not of keys that were deleted: which project they belonged to is no longer known.
    public var hidesDeletedKeys = false
    /// From this minute on.
    public var fromMinute: Int32
    /// Before this minute.
    public var toMinute: Int32
    /// In pieces of this length, which begin at multiples of it since the epoch (UTC).
    public var interval: Interval
    /// For each of these.
    public var group: Group
    /// Only after this piece and group: where the last page ended.
    public var after: UsagePosition?
    /// How many pieces at most. Outcomes of one piece and group are never split.
    public var limit: Int

    /// A question about all keys.
    public init(fromMinute: Int32, toMinute: Int32, interval: Interval, group: Group = .none, limit: Int = 50) {
        self.fromMinute = fromMinute
        self.toMinute = toMinute
        self.interval = interval
        self.group = group
        self.limit = limit
    }
}

/// A place in an answer about usage.
public struct UsagePosition: Sendable, Hashable {
    /// The first minute of the piece.
    public var minute: Int32
    /// The group's id as text; empty for none.
    public var group: String

    /// A place.
    public init(minute: Int32, group: String) {
        self.minute = minute
        self.group = group
    }
}

/// What was used in one piece of time by one group.
public struct UsageSum: Sendable, Hashable {
    /// The piece and the group.
    public var position: UsagePosition
    /// How often, by outcome.
    public var outcomes: [String: Int64]
    /// Tokens of granted calls.
    public var tokens: Int64
    /// Nano-dollars of granted calls.
    public var nanoUSD: Int64

    /// A sum.
    public init(position: UsagePosition, outcomes: [String: Int64], tokens: Int64, nanoUSD: Int64) {
        self.position = position
        self.outcomes = outcomes
        self.tokens = tokens
        self.nanoUSD = nanoUSD
    }
}
