// # Reservations
//
// A call to a language model costs what it turns out to cost. So the most that it can cost is charged beforehand, and when
// it has ended, the difference comes back, to the period that it was reserved in: once, whether the call succeeded,
// failed or was given up. A call whose end nobody tells costs what was reserved. What a provider charges beyond the
// reservation has happened: it is booked as used, and holds back the next calls.

/// What was charged for a call whose cost is known only afterwards.
package struct Reservation: Sendable {
    package let costs: Costs
    /// The minute in whose usage it stands.
    package let minute: Int32
    fileprivate let own: [Piece]
    fileprivate let shared: [Piece]
    fileprivate let account: AllowanceState?

    /// What was charged to one quota.
    struct Piece: Sendable {
        let unit: AllowanceUnit
        let period: QuotaPeriod
        let source: AllowanceSource
        /// `nil` where it passed while the authority was out of reach.
        let span: PeriodSpan?
    }

    init(_ costs: Costs, minute: Int32, own: [Piece], shared: [Piece], account: AllowanceState?) {
        self.costs = costs
        self.minute = minute
        self.own = own
        self.shared = shared
        self.account = account
    }
}

extension AllowanceState.Content {
    /// What a charge of `costs` will touch, or its settlement may, whatever was reserved.
    func reservedPieces(_ costs: Costs, now: Now) -> [Reservation.Piece] {
        guard let book = quotas else { return [] }
        return book.set.rules.indices.compactMap { index in
            let rule = book.set.rules[index]
            let unit = rule.definition.unit
            // How many requests a call was is known beforehand.
            guard unit != .requests else { return nil }
            let isCovered = book.slots[index].available(at: now) >= costs[unit]
            return Reservation.Piece(
                unit: unit, period: rule.definition.period, source: rule.source,
                span: isCovered ? book.slots[index].period : nil)
        }
    }
}

extension AllowanceState {
    /// Settles a reservation of this key's: what was not used comes back, what was used beyond it is booked.
    /// - Returns: The states whose keeper must ask the ledger.
    package func settle(_ reservation: Reservation, actual: Costs, at now: Now) -> [AllowanceState] {
        var mustAsk: [AllowanceState] = []
        if settle(reservation.own, reservation.costs, actual, at: now) { mustAsk.append(self) }
        if let account = reservation.account, account.settle(reservation.shared, reservation.costs, actual, at: now) {
            mustAsk.append(account)
        }
        return mustAsk
    }

    private func settle(
        _ pieces: [Reservation.Piece], _ reserved: Costs, _ actual: Costs, at now: Now
    ) -> Bool {
        guard !pieces.isEmpty else { return false }
        return withContent { content in
            guard let book = content.quotas else { return false }
            for piece in pieces {
                let difference = reserved[piece.unit] - actual[piece.unit]
                book.withSlot(unit: piece.unit, period: piece.period, source: piece.source) { slot in
                    if difference > 0 { slot.refund(difference, madeIn: piece.span) }
                    if difference < 0 { slot.overrun(-difference, madeIn: piece.span, at: now) }
                }
            }
            return book.list()
        }
    }
}
