// # What waits for the next batch
//
// The keepers of leases, of shared counters and of places in flight each ask a store for many calls at once: one batch is
// under way at a time, and what is wanted meanwhile gathers for the next. So the busier a node is, the more calls share a
// transaction, and a lone one never waits for company. What waits is bounded, for a store that hangs must not gather
// memory.

/// The wishes that wait for a batch, and whether anybody is at work on them. A value: its owner guards it with a lock.
struct WishQueue<Wish> {
    private var waiting: [Wish] = []
    private var isAtWork = false

    /// The most that wait, beyond which the next is refused.
    static var mostWaiting: Int { 20_000 }

    /// What became of a wish that was brought.
    enum Admission {
        /// Somebody is at work, and will come to it.
        case waits
        /// Whoever brought it must see to it that the work begins.
        case startsWork
        case refused
    }

    /// - Parameter always: Whether it is taken however many wait.
    mutating func add(_ wish: Wish, always: Bool = false) -> Admission {
        guard always || waiting.count < Self.mostWaiting else { return .refused }
        waiting.append(wish)
        defer { isAtWork = true }
        return isAtWork ? .waits : .startsWork
    }

    /// The wishes for the next batch, `limit` at most; `nil` where there are none: then nobody is at work any more.
    /// - Parameter belongs: Whether a wish may go with those before it, of which the first is told.
    mutating func next(_ limit: Int, while belongs: (_ first: Wish, _ wish: Wish) -> Bool) -> [Wish]? {
        guard let first = waiting.first else {
            isAtWork = false
            return nil
        }
        let others = waiting.dropFirst().prefix(limit - 1).prefix { belongs(first, $0) }
        let batch = Array(waiting[..<others.endIndex])
        waiting.removeFirst(batch.count)
        return batch
    }

    /// Takes out the wishes from the front for which it is too late.
    mutating func removeFirst(while isLate: (Wish) -> Bool) -> [Wish] {
        let late = Array(waiting.prefix(while: isLate))
        waiting.removeFirst(late.count)
        return late
    }

    /// Takes out every wish of which this is so, wherever it stands.
    mutating func removeAll(where isMeant: (Wish) -> Bool) -> [Wish] {
        let removed = waiting.filter(isMeant)
        waiting.removeAll(where: isMeant)
        return removed
    }
}
