extension QuotaStatus {
    /// How a quota stands by the ledger's row for its present period. What nodes have leased and neither spent nor given
    /// back yet counts as used, so that it may become less again.
    ///
    /// It is the definition given that holds: the row's is as old as the last that was asked of it.
    /// - Parameter balance: `nil` where nothing was ever leased, used or credited in this period.
    package init(_ definition: QuotaDefinition, source: AllowanceSource, period: PeriodSpan, balance: QuotaBalance?) {
        let limit = max(0, definition.amount.saturatingAdd(balance?.credits ?? 0))
        let used = balance.map { $0.used.saturatingAdd($0.leased) } ?? 0
        self.init(
            definition: definition, source: source, limit: limit, used: used,
            remaining: max(0, limit.saturatingSubtract(used)), resetsAt: period.resetsAt)
    }
}
