/// How a quota stands in its present period, as answers show it.
public struct QuotaStatus: Hashable, Sendable {
    /// The quota.
    public let definition: QuotaDefinition
    /// Who set it.
    public let source: AllowanceSource
    /// Units that the period holds: the definition's amount, and credits.
    public let limit: Int64
    /// Units that are used, or leased by other nodes.
    public let used: Int64
    /// Units that are left.
    public let remaining: Int64
    /// When the period ends; `nil` for a lifetime.
    public let resetsAt: Timestamp?

    /// A quota's status.
    public init(
        definition: QuotaDefinition, source: AllowanceSource, limit: Int64, used: Int64, remaining: Int64,
        resetsAt: Timestamp?
    ) {
        self.definition = definition
        self.source = source
        self.limit = limit
        self.used = used
        self.remaining = remaining
        self.resetsAt = resetsAt
    }
}
