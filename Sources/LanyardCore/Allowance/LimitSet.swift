/// One limit, ready to be checked: the definition, who set it, and where its window lies in the memory of its subject.
package struct LimitRule: Hashable, Sendable {
    package let definition: LimitDefinition
    package let source: AllowanceSource
    package let width: WindowRing.Width
    /// The window's first word in the ``WindowMemory``.
    package let offset: Int

    package var identity: WindowIdentity { WindowIdentity(definition, source: source) }
}

/// What a decision needs of a limit: numbers alone, so that looking at one copies no text and counts no reference.
package struct LimitGauge: Sendable {
    let unit: AllowanceUnit
    let width: WindowRing.Width
    let offset: Int
    let amount: Int64
    let bucketNanoseconds: Int64

    init(_ rule: LimitRule) {
        unit = rule.definition.unit
        width = rule.width
        offset = rule.offset
        amount = rule.definition.amount
        bucketNanoseconds = WindowRing.bucketNanoseconds(windowMilliseconds: rule.definition.windowMilliseconds)
    }
}

/// The limits of one subject. Immutable and shared: a thousand keys with the same limits hold one set.
package final class LimitSet: Hashable, Sendable {
    package let rules: [LimitRule]
    /// The rules, as decisions read them.
    package let gauges: ContiguousArray<LimitGauge>
    /// Words that the windows of these rules take.
    package let words: Int

    package static let none = LimitSet([])

    /// The rules in order: the key's own, its plan's, or an account's.
    package init(_ limits: [(definition: LimitDefinition, source: AllowanceSource)]) {
        var offset = 0
        rules = limits.map { limit in
            let width = WindowRing.Width(amount: limit.definition.amount)
            defer { offset += width.words }
            return LimitRule(definition: limit.definition, source: limit.source, width: width, offset: offset)
        }
        gauges = ContiguousArray(rules.map(LimitGauge.init))
        words = offset
    }

    package static func == (left: LimitSet, right: LimitSet) -> Bool {
        left === right || left.rules == right.rules
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(rules)
    }
}
