/// One quota, ready to be checked: the definition, who set it, and the account's billing day.
package struct QuotaRule: Hashable, Sendable {
    package let definition: QuotaDefinition
    package let source: AllowanceSource
    package let billingDay: Int

    package init(_ definition: QuotaDefinition, source: AllowanceSource, billingDay: Int) {
        self.definition = definition
        self.source = source
        self.billingDay = billingDay
    }

    package func identity(of subject: Subject) -> QuotaIdentity {
        QuotaIdentity(subject: subject, unit: definition.unit, period: definition.period, source: source)
    }

    package func terms(epoch: Int64) -> QuotaTerms {
        QuotaTerms(amount: definition.amount, epoch: epoch, billingDay: billingDay, alertAt: definition.alertAt)
    }

    /// Whether both count the same units over the same periods, so that what was leased for one serves the other.
    func isSameQuota(as other: QuotaRule) -> Bool {
        definition.unit == other.definition.unit && definition.period == other.definition.period
            && source == other.source
    }
}

/// The quotas of one subject. Immutable and shared: a thousand keys with the same quotas hold one set.
package final class QuotaSet: Hashable, Sendable {
    package let rules: [QuotaRule]
    /// The rules, as decisions read them.
    package let gauges: ContiguousArray<QuotaGauge>

    package static let none = QuotaSet([])

    /// The rules in order: the key's own, its plan's, or an account's.
    package init(_ rules: [QuotaRule]) {
        self.rules = rules
        gauges = ContiguousArray(rules.map(QuotaGauge.init))
    }

    package static func == (left: QuotaSet, right: QuotaSet) -> Bool {
        left === right || left.rules == right.rules
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(rules)
    }
}
