// # What a node holds of a quota
//
// Between the ledger, which is exact and asked seldom, and decisions, which are many and ask nobody: the leases that this
// node has withdrawn of one quota, and what it has spent of them. A pure state machine; whoever holds the lock of its
// subject's state calls it, and the keeper of leases carries its wishes to the ledger.
//
// **What it may spend.** `held` is the sum of the amounts of its open leases, `spent` what it has spent of them; it grants
// while `spent + cost <= held`. A lease leaves only by being closed: its amount leaves `held`, and the part of `spent` that
// it covers leaves with it, into a settlement, so what remains spendable never grows by closing. A reservation that
// turns out cheaper lowers `spent` of the period that it was made in; where its lease has been settled already, `spent`
// may fall below nothing, and the next settlement gives that back to the ledger.
//
// **Whose period it is.** Each answer of the authority's says its clock, and when the question was sent; so the
// authority's clock can't be later than that reading plus the time since the question was sent. Leases are spent while
// even then their period has not ended.
//
// **How much it asks for.** What calls wait for, or about a second's worth of demand, whichever is more; the ledger
// bounds it. It asks again when half is gone, so that busy keys never wait, and gives back what nobody has used for ten
// seconds.

package struct QuotaSlot: Sendable {
    /// A lease that is open, as far as this node knows.
    private struct HeldLease: Sendable {
        let id: LeaseID
        let amount: Int64
    }

    /// What the authority said last.
    package struct Standing: Sendable {
        /// Units that the period holds.
        package var limit: Int64
        /// Units that nobody has leased or used.
        package var free: Int64
        /// Units that other nodes have leased.
        package var leasedElsewhere: Int64
        /// The authority's clock when it said so.
        var time: Timestamp
        /// When it was asked.
        var askedAt: MonotonicInstant
        /// Whether the authority goes by this process's own civil clock, which can be set.
        var isLocal: Bool
    }

    /// The period of all that is held and known.
    package private(set) var period: PeriodSpan?
    package private(set) var standing: Standing?
    private var leases: [HeldLease] = []
    package private(set) var held: Int64 = 0
    package private(set) var spent: Int64 = 0
    /// Units that calls wait for, and the fewest that would help one of them.
    private var waiting: Int64 = 0
    private var least: Int64 = .max
    /// A withdrawal that was not answered yet; asked again with the same id until it is.
    private var pending: LedgerBatch.Withdrawal?
    private var closing: [LedgerBatch.Settlement] = []
    /// So many of them, the first, stand in a batch that was not answered yet.
    private var closingSent = 0
    private var adjustments: [LedgerBatch.Adjustment] = []
    /// What is still to be put into ``adjustments``, by period; without one, what passed while the authority was out of
    /// reach.
    private var unbooked: [(period: PeriodSpan?, units: Int64)] = []
    /// When the last question to the authority failed; `nil` once one has not.
    private var failedAt: MonotonicInstant?
    /// What was said of the quota may no longer be so.
    private var isDoubtful = false
    /// It became so after ``pending`` was asked.
    private var isDoubtfulSinceAsked = false
    /// When other nodes were last asked in vain to give back.
    private var recalledInVainAt = MonotonicInstant(nanoseconds: .min / 2)
    /// The definition has changed since ``pending`` was asked.
    private var isPendingOutdated = false
    private var isRecalled = false
    private var isInquired = false
    private var lastChunk: Int64 = 0
    private var lastCost: Int64 = 1
    /// Units charged since ``measuredFrom``: the demand.
    private var charged: Int64 = 0
    private var measuredFrom = MonotonicInstant(nanoseconds: .min)
    private var lastUse = MonotonicInstant(nanoseconds: .min)

    package init() {}
}

// MARK: - Decisions

extension QuotaSlot {
    package enum Verdict: Sendable {
        /// It can be charged at once.
        case covered
        /// The period has no such amount left, as the authority has said within ``knowledgeNanoseconds``.
        case exhausted
        /// The authority must be asked.
        case unknown
        /// The authority can't be asked, as was found out within ``retryNanoseconds``.
        case unreachable
    }

    /// For how long an authority that could not be reached is not tried again.
    package static let retryNanoseconds: Int64 = 250_000_000

    /// For how long a period that was said to be used up is taken to be so. Meanwhile other nodes may give back, and
    /// credits come at once, for they are changes of the key.
    package static let knowledgeNanoseconds: Int64 = 1_000_000_000

    /// Units that can be spent at once.
    package func available(at now: Now) -> Int64 {
        isOver(at: now) ? 0 : held - spent
    }

    package func verdict(on cost: Int64, passesOnOutage: Bool, at now: Now) -> Verdict {
        let available = available(at: now)
        if available >= cost { return .covered }
        if let failedAt, now.monotonic.nanoseconds - failedAt.nanoseconds < QuotaSlot.retryNanoseconds {
            return passesOnOutage ? .covered : .unreachable
        }
        // What is asked for now can bring no more than was free.
        guard let standing, !isOver(at: now), !isDoubtful,
            now.monotonic.nanoseconds - standing.askedAt.nanoseconds < QuotaSlot.knowledgeNanoseconds,
            available.saturatingAdd(standing.free) < cost
        else { return .unknown }
        // Others may give back what they hold, unless they were asked for it already.
        let isRecalled = now.monotonic.nanoseconds - recalledInVainAt.nanoseconds < QuotaSlot.knowledgeNanoseconds
        return standing.leasedElsewhere == 0 || isRecalled ? .exhausted : .unknown
    }

    /// Charges what was found covered.
    package mutating func charge(_ cost: Int64, at now: Now) {
        if available(at: now) >= cost {
            spent += cost
        } else {
            book(cost, in: nil)
        }
        charged = charged.saturatingAdd(cost)
        lastCost = cost
        lastUse = now.monotonic
    }

    /// A call waits for this much, and is about to have it asked for.
    package mutating func wait(for cost: Int64, at now: Now) {
        let lack = cost - max(0, available(at: now))
        guard lack > 0 else { return }
        waiting = waiting.saturatingAdd(lack)
        least = min(least, lack)
        lastUse = now.monotonic
    }

    /// Other nodes were asked to give back, and what they gave did not suffice.
    package mutating func wasRecalledInVain(at now: MonotonicInstant) { recalledInVainAt = now }

    /// Whether it is time to ask for more, so that no call has to wait.
    package var isRunningDry: Bool {
        guard pending == nil, failedAt == nil, let standing, standing.free > 0 else { return false }
        return held - spent < lastChunk / 2
    }

    /// How it stands, counting what this node holds unspent as remaining; `nil` where it was never asked.
    package func reading(at now: Now) -> (limit: Int64, remaining: Int64, period: PeriodSpan)? {
        guard let standing, let period, !isOver(at: now) else { return nil }
        return (standing.limit, max(0, standing.free.saturatingAdd(held - spent)), period)
    }

    /// The authority's clock may have come to the period's end.
    func isOver(at now: Now) -> Bool {
        guard let period, let standing else { return true }
        if period.end.milliseconds == .max { return false }
        // Set forward, this process's clock ends its own periods at once.
        if standing.isLocal, now.wall >= period.end { return true }
        let elapsed = max(0, now.monotonic.nanoseconds - standing.askedAt.nanoseconds)
        // Two clocks drift apart by less than a thousandth.
        let drift = elapsed / 1_000_000_000 + 1
        return standing.time.milliseconds + elapsed / 1_000_000 + 1 + drift >= period.end.milliseconds
    }

    /// How long until the next period, by what the authority's clock was and the time since; `nil` for a lifetime, and
    /// where it was never heard.
    package func millisecondsUntilReset(at now: MonotonicInstant) -> Int64? {
        guard let period, let standing, period.end.milliseconds != .max else { return nil }
        let elapsed = (now.nanoseconds - standing.askedAt.nanoseconds) / 1_000_000
        return max(1, period.end.milliseconds - standing.time.milliseconds - elapsed)
    }
}

// MARK: - Reservations

extension QuotaSlot {
    /// Gives back units of a reservation that was made in `made`.
    package mutating func refund(_ units: Int64, madeIn made: PeriodSpan?) {
        if made == period, !leases.isEmpty {
            spent -= units
        } else {
            book(-units, in: made)
            doubt()
        }
    }

    /// Books units beyond a reservation that was made in `made`: they have been used, whether there was enough or not.
    package mutating func overrun(_ units: Int64, madeIn made: PeriodSpan?, at now: Now) {
        var rest = units
        if made == period {
            let covered = min(rest, max(0, available(at: now)))
            spent += covered
            rest -= covered
        }
        guard rest > 0 else { return }
        book(rest, in: made)
        guard made == period, let free = standing?.free else { return }
        standing?.free = free.saturatingSubtract(rest)
    }

    /// Remembers units to be booked outside any lease, one sum for each period.
    private mutating func book(_ units: Int64, in period: PeriodSpan?) {
        if let index = unbooked.firstIndex(where: { $0.period == period }) {
            unbooked[index].units = unbooked[index].units.saturatingAdd(units)
        } else {
            unbooked.append((period, units))
        }
    }
}

// MARK: - Asking the ledger

extension QuotaSlot {
    /// What a slot needs to know of its quota to name it to the ledger.
    package struct Booking {
        package let quota: QuotaIdentity
        package let terms: QuotaTerms

        package init(quota: QuotaIdentity, terms: QuotaTerms) {
            self.quota = quota
            self.terms = terms
        }
    }

    /// After so long without a call, leases are given back.
    package static let idleNanoseconds: Int64 = 10_000_000_000

    /// Puts what it wants of the ledger into `batch`, the withdrawal last; `true` if there is anything.
    ///
    /// What was put there once stays wanted until ``apply(_:_:at:)``, with the same ids.
    package mutating func ask(
        _ batch: inout LedgerBatch, _ booking: Booking, at now: Now, returning: Bool
    ) -> Bool {
        let isIdle = lastUse.nanoseconds <= now.monotonic.nanoseconds &- QuotaSlot.idleNanoseconds
        let givesBack = returning || isRecalled || isIdle
        isRecalled = false
        if givesBack || isOver(at: now) { closeLeases(booking) } else { closeSpent(booking) }
        // One set of adjustments at a time: while it is not confirmed, what comes gathers for the next.
        if adjustments.isEmpty {
            adjustments = unbooked.filter { $0.units != 0 }.map { part in
                LedgerBatch.Adjustment(
                    id: .make(atMilliseconds: now.wall.milliseconds), quota: booking.quota, period: part.period,
                    terms: booking.terms,
                    units: part.units)
            }
            unbooked = []
        }
        if pending == nil, !returning, waiting > 0 || isInquired || (!givesBack && isRunningDry) {
            pending = withdrawal(booking, at: now)
            isInquired = false
            isPendingOutdated = false
            isDoubtfulSinceAsked = false
            waiting = 0
            least = .max
            charged = 0
            measuredFrom = now.monotonic
        }
        closingSent = closing.count
        batch.settlements += closing
        batch.adjustments += adjustments
        if let pending { batch.withdrawals.append(pending) }
        return !closing.isEmpty || !adjustments.isEmpty || pending != nil
    }

    private func withdrawal(_ booking: Booking, at now: Now) -> LedgerBatch.Withdrawal {
        let elapsed = max(
            QuotaSlot.shortestMeasure, now.monotonic.nanoseconds.saturatingSubtract(measuredFrom.nanoseconds))
        let perSecond = Int64(min(1e18, Double(charged.saturatingAdd(waiting)) * 1e9 / Double(elapsed)))
        let few =
            min(least == .max ? lastCost : max(least, lastCost), .max / QuotaSlot.fewestCalls) * QuotaSlot.fewestCalls
        // Whoever only wants to know how it stands takes nothing.
        let isInquiry = isInquired && waiting == 0 && !isRunningDry
        return LedgerBatch.Withdrawal(
            lease: .make(atMilliseconds: now.wall.milliseconds), quota: booking.quota, terms: booking.terms,
            need: waiting, least: least == .max ? 1 : least, want: isInquiry ? 0 : max(perSecond, few), held: held)
    }

    /// Demand is not measured over less, in nanoseconds.
    private static let shortestMeasure: Int64 = 50_000_000
    /// However seldom it is used, so many calls are leased for, if there are so many.
    private static let fewestCalls: Int64 = 8

    /// What the ledger has answered to a batch.
    package struct Answers: Sendable {
        package var withdrawn: [LeaseID: LedgerOutcome.Withdrawn] = [:]
        /// The authority's clock.
        package var time: Timestamp
        /// Before the batch was sent, and before its clock was read.
        package var askedAt: MonotonicInstant
        package var isLocal: Bool

        package init(to batch: LedgerBatch, _ outcome: LedgerOutcome, askedAt: MonotonicInstant) {
            time = outcome.time
            isLocal = outcome.time == batch.localTime
            self.askedAt = askedAt
            for (withdrawal, answer) in zip(batch.withdrawals, outcome.withdrawals) {
                withdrawn[withdrawal.lease] = answer
            }
        }
    }

    /// How the calls that wait stand after an answer.
    package enum Progress: Sendable {
        case answered
        /// Other nodes hold what they wait for.
        case short
        /// The period is all but over: they must wait for the next.
        case ending
    }

    /// Takes over what the ledger has answered to a batch that held this slot's wishes.
    package mutating func apply(_ answers: Answers, _ booking: Booking, at now: Now) -> Progress {
        failedAt = nil
        closing.removeFirst(closingSent)
        closingSent = 0
        adjustments = []
        guard let asked = pending, let outcome = answers.withdrawn[asked.lease] else { return .answered }
        pending = nil
        isDoubtful = isDoubtfulSinceAsked
        if period != outcome.period { closeLeases(booking) }
        period = outcome.period
        standing = Standing(
            limit: outcome.limit, free: outcome.free, leasedElsewhere: outcome.leasedElsewhere, time: answers.time,
            askedAt: answers.askedAt, isLocal: answers.isLocal)
        if outcome.granted > 0 {
            leases.append(HeldLease(id: asked.lease, amount: outcome.granted))
            held += outcome.granted
            lastChunk = outcome.granted
            if isPendingOutdated { closeLeases(booking) }
        }
        if asked.need > 0, isOver(at: now) { return .ending }
        return outcome.granted < asked.need && outcome.leasedElsewhere > 0 ? .short : .answered
    }

    /// Nobody waits any more.
    package mutating func forgetWaiting() {
        waiting = 0
        least = .max
    }

    /// Somebody wants to know how it stands.
    package mutating func inquire() { isInquired = true }

    /// The ledger that all of this came from is no more: nothing is held, owed or known.
    package mutating func void() { self = QuotaSlot() }

    /// The ledger counts all that was leased as used. What was used outside of any lease it has yet to hear of, and books
    /// once, by the ids that it was told under.
    package mutating func voidLeases() {
        var left = QuotaSlot()
        left.adjustments = adjustments
        left.unbooked = unbooked
        self = left
    }

    /// Whether the ledger should hear of it though no call waits.
    package func wantsAttention(at now: Now) -> Bool {
        let isIdle = lastUse.nanoseconds <= now.monotonic.nanoseconds &- QuotaSlot.idleNanoseconds
        return hasUnfinished || !leases.isEmpty && (isIdle || isRecalled || isOver(at: now))
    }

    /// The ledger could not be asked. What was wanted stays wanted.
    package mutating func fail(at now: MonotonicInstant) {
        failedAt = now
        closingSent = 0
        // Whoever waited is denied; the next one to come waits anew.
        forgetWaiting()
    }

    /// The definition has changed: what is held of it is given back, and what was known is known no longer.
    package mutating func redefine(_ booking: Booking) {
        closeLeases(booking)
        isPendingOutdated = pending != nil
        // Whoever waits does so by the old definition, and will decide by the new one.
        forgetWaiting()
        doubt()
    }

    /// What was said of the quota may no longer be so: credits came.
    package mutating func doubt() {
        isDoubtful = true
        isDoubtfulSinceAsked = true
    }

    /// Another node needs what is unspent.
    package mutating func recall() { isRecalled = true }

    /// Whether nothing would be lost with it.
    package var isEmpty: Bool {
        leases.isEmpty && !hasUnfinished
    }

    /// Whether the ledger has to hear of something though no call waits.
    package var hasUnfinished: Bool {
        pending != nil || !closing.isEmpty || !adjustments.isEmpty || unbooked.contains { $0.units != 0 }
    }

    /// Closes the leases that are wholly spent.
    private mutating func closeSpent(_ booking: Booking) {
        while let first = leases.first, spent >= first.amount {
            leases.removeFirst()
            held -= first.amount
            spent -= first.amount
            close(first, used: first.amount, booking)
        }
    }

    /// Closes all leases, with what was spent of each.
    private mutating func closeLeases(_ booking: Booking) {
        closeSpent(booking)
        for lease in leases {
            let used = min(spent, lease.amount)
            spent -= used
            close(lease, used: used, booking)
        }
        held = 0
        leases = []
        if spent != 0 {
            // Reservations gave back more than the leases that are left had covered, and there were none.
            book(spent, in: period)
            spent = 0
        }
    }

    private mutating func close(_ lease: HeldLease, used: Int64, _ booking: Booking) {
        guard let period else { return }
        let balance = QuotaBalanceID(quota: booking.quota, start: period.start)
        closing.append(
            LedgerBatch.Settlement(lease: lease.id, balance: balance, terms: booking.terms, used: used))
    }
}
