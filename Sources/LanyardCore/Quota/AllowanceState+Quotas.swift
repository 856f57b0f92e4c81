// What the keeper of leases does with a state: it carries its wishes to the ledger, and the answers back.

extension AllowanceState {
    /// What the quotas want of the ledger; empty if nothing.
    package func askLedger(by node: NodeID, at now: Now, returning: Bool = false) -> LedgerBatch {
        let subject = subject
        return withContent { content in
            var batch = LedgerBatch(node: node, localTime: now.wall)
            guard let book = content.quotas else { return batch }
            book.isListed = false
            let epoch = content.epoch
            book.forEachSlot { rule, slot, isRetired in
                let booking = QuotaSlot.Booking(rule, of: subject, epoch: epoch)
                _ = slot.ask(&batch, booking, at: now, returning: returning || isRetired)
            }
            return batch
        }
    }

    /// What came of asking.
    package struct LedgerProgress: Sendable {
        /// There is more to ask.
        package var wantsMore = false
        /// Leases are held, or something is unfinished: the keeper must look after it.
        package var mustBeKept = false
        /// Quotas that calls wait for and that other nodes hold.
        package var short: [QuotaIdentity] = []
        /// Quotas that calls wait for and whose period is all but over.
        package var ending: [QuotaIdentity] = []
    }

    /// Takes over the ledger's answers to a batch that this state's wishes stood in.
    package func takeAnswers(_ answers: QuotaSlot.Answers, at now: Now) -> LedgerProgress {
        let subject = subject
        return withContent { content in
            var progress = LedgerProgress()
            guard let book = content.quotas else { return progress }
            let epoch = content.epoch
            book.forEachSlot { rule, slot, _ in
                let booking = QuotaSlot.Booking(rule, of: subject, epoch: epoch)
                switch slot.apply(answers, booking, at: now) {
                case .answered: break
                case .short: progress.short.append(booking.quota)
                case .ending: progress.ending.append(booking.quota)
                }
            }
            progress.wantsMore = book.hasUnfinished && book.list()
            progress.mustBeKept = !book.isEmpty
            return progress
        }
    }

    /// A call waits until the ledger was asked for what it lacks.
    package func waitForLeases(_ costs: Costs, at now: Now) {
        withContent { content in
            content.quotas?.forEachSlot { rule, slot, isRetired in
                if !isRetired { slot.wait(for: costs[rule.definition.unit], at: now) }
            }
        }
    }

    /// Other nodes were asked to give back what is leased of a quota, and what they gave did not suffice.
    package func wasRecalledInVain(_ quota: QuotaIdentity, at now: MonotonicInstant) {
        withContent { content in
            content.quotas?.withSlot(unit: quota.unit, period: quota.period, source: quota.source) { slot in
                slot.wasRecalledInVain(at: now)
            }
        }
    }

    /// The ledger could not be asked.
    package func ledgerFailed(at now: MonotonicInstant) {
        withContent { content in
            content.quotas?.isListed = false
            content.quotas?.forEachSlot { _, slot, _ in slot.fail(at: now) }
        }
    }

    /// The keeper had no room for it, and must be told again.
    package func wasNotListed() {
        withContent { $0.quotas?.isListed = false }
    }

    /// The next question to the ledger asks how every quota stands.
    package func inquireQuotas() {
        forEachSlot { $0.inquire() }
    }

    /// What is unspent of a quota is to be given back; `true` if the keeper must be told.
    package func recallLeases(of quota: QuotaIdentity) -> Bool {
        withContent { content in
            guard let book = content.quotas else { return false }
            book.withSlot(unit: quota.unit, period: quota.period, source: quota.source) { $0.recall() }
            return book.list()
        }
    }

    /// Every lease counts as used, or, where the ledger that they came from is no more, all that it was to hear of is
    /// void with them.
    package func voidLeases(withBookings: Bool) {
        forEachSlot { withBookings ? $0.void() : $0.voidLeases() }
    }

    /// Whether the ledger should hear of it though no call waits, and the keeper must be told.
    package func listForLedger(at now: Now) -> Bool {
        withContent { content in
            guard let book = content.quotas, book.wantsAttention(at: now) else { return false }
            return book.list()
        }
    }

    /// Whether leases are held, or something is unfinished.
    package var holdsLeases: Bool {
        withContent { content in content.quotas.map { !$0.isEmpty } ?? false }
    }

    package var hasQuotas: Bool {
        withContent { $0.quotas != nil }
    }

    private func forEachSlot(_ body: (inout QuotaSlot) -> Void) {
        withContent { content in
            content.quotas?.forEachSlot { _, slot, _ in body(&slot) }
        }
    }
}
