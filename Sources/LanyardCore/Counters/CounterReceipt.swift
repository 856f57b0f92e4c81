/// What the counters have answered for one call, to be shown when it is decided anew: the units are charged already, or
/// they did not fit.
package struct CounterReceipt: Sendable {
    /// One subject's limits.
    package struct Part: Sendable {
        let subject: Subject
        /// Those that were asked about: after a change of them the receipt means nothing.
        let limits: LimitSet
        /// For each limit: `nil` where it held the call.
        let refusals: [Refusal?]

        package var isFull: Bool { refusals.contains { $0 != nil } }
    }

    /// A limit that did not hold the call.
    package struct Refusal: Sendable {
        /// From when on it would, if nothing else were admitted; `nil` if it never will.
        let until: MonotonicInstant?
    }

    let costs: Costs
    let parts: [Part]
    package let isCharged: Bool

    /// What it says of a subject, if it is about these costs and the limits that hold now.
    func part(covering costs: Costs, of subject: Subject, _ limits: LimitSet) -> Part? {
        guard covers(costs) else { return nil }
        return parts.first { $0.subject == subject && $0.limits === limits }
    }

    /// Whether calls of these costs take as much of its limits. What they don't limit may differ.
    func covers(_ costs: Costs) -> Bool {
        if self.costs == costs { return true }
        return parts.allSatisfy { part in part.limits.gauges.allSatisfy { costs[$0.unit] == self.costs[$0.unit] } }
    }
}
