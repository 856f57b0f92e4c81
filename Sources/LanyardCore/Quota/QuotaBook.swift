/// What a decision needs of a quota: looking at one copies no text and counts no reference.
package struct QuotaGauge: Sendable {
    let unit: AllowanceUnit
    let passesOnOutage: Bool

    init(_ rule: QuotaRule) {
        unit = rule.definition.unit
        passesOnOutage = rule.definition.onOutage == .allow
    }
}

/// The slots of a subject's quotas. Most subjects have none, so it is an object of its own; it is reached under the lock
/// of the subject's state alone.
final class QuotaBook {
    private(set) var set: QuotaSet
    var slots: ContiguousArray<QuotaSlot>
    /// Slots of quotas that are no longer defined, until what they held is given back.
    private var retired: [(rule: QuotaRule, slot: QuotaSlot)] = []
    /// In the list of the leases' keeper.
    var isListed = false

    init(_ set: QuotaSet) {
        self.set = set
        slots = ContiguousArray(repeating: QuotaSlot(), count: set.rules.count)
    }

    /// Goes by other definitions from now on. What was leased under a changed one is not spent any more.
    func redefine(_ new: QuotaSet, of subject: Subject, epoch: Int64) {
        var old = Array(zip(set.rules, slots).map { (rule: $0, slot: $1) }) + retired
        slots = ContiguousArray(
            new.rules.map { rule in
                guard let index = old.firstIndex(where: { $0.rule.isSameQuota(as: rule) }) else { return QuotaSlot() }
                var (previous, slot) = old.remove(at: index)
                if previous == rule {
                    slot.doubt()
                } else {
                    slot.redefine(QuotaSlot.Booking(rule, of: subject, epoch: epoch))
                    previous = rule
                }
                return slot
            })
        set = new
        retired = old.compactMap { part in
            var slot = part.slot
            slot.redefine(QuotaSlot.Booking(part.rule, of: subject, epoch: epoch))
            return slot.isEmpty ? nil : (part.rule, slot)
        }
    }

    /// Runs `body` on every slot, those of quotas that are no longer defined too.
    func forEachSlot(_ body: (QuotaRule, inout QuotaSlot, _ isRetired: Bool) -> Void) {
        for index in slots.indices { body(set.rules[index], &slots[index], false) }
        for index in retired.indices { body(retired[index].rule, &retired[index].slot, true) }
        retired.removeAll { $0.slot.isEmpty }
    }

    /// The slot of a quota that is or was defined.
    func withSlot(unit: AllowanceUnit, period: QuotaPeriod, source: AllowanceSource, _ body: (inout QuotaSlot) -> Void)
    {
        forEachSlot { rule, slot, _ in
            let definition = rule.definition
            if definition.unit == unit, definition.period == period, rule.source == source { body(&slot) }
        }
    }

    /// Notes that the keeper must ask the ledger; `true` if the caller must tell it.
    func list() -> Bool {
        defer { isListed = true }
        return !isListed
    }

    /// Whether the ledger should hear of it though no call waits.
    func wantsAttention(at now: Now) -> Bool {
        !retired.isEmpty || slots.contains { $0.wantsAttention(at: now) }
    }

    var hasUnfinished: Bool {
        !retired.isEmpty || slots.contains(where: \.hasUnfinished)
    }

    var isEmpty: Bool { retired.isEmpty && slots.allSatisfy(\.isEmpty) }
}

extension QuotaSlot.Booking {
    init(_ rule: QuotaRule, of subject: Subject, epoch: Int64) {
        self.init(quota: rule.identity(of: subject), terms: rule.terms(epoch: epoch))
    }
}

/// How a quota stands, inside a decision: the set is shared, so that no definition is copied on the hot path.
package struct QuotaReading: Sendable {
    package let set: QuotaSet
    package let index: Int
    package let limit: Int64
    package let remaining: Int64
    package let period: PeriodSpan

    package var status: QuotaStatus {
        let rule = set.rules[index]
        return QuotaStatus(
            definition: rule.definition, source: rule.source, limit: limit, used: max(0, limit - remaining),
            remaining: remaining, resetsAt: period.resetsAt)
    }
}
