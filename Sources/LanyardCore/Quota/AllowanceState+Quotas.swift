// What the keeper of leases does with a state: it carries its wishes to the ledger, and the answers back.

extension AllowanceState {
    /// Puts what the quotas want of the ledger into `batch`; `true` if there is anything.
    package func askLedger(_ batch: inout LedgerBatch, at now: Now, returning: Bool = false) -> Bool {
        var asked = batch
        let subject = subject
        let hasAny = withContent { content in
            content.quotas?.isListed = false
            guard let book = content.quotas else { return false }
            var hasAny = false
            let epoch = content.epoch
            book.forEachSlot { rule, slot, isRetired in
                let booking = QuotaSlot.Booking(rule, of: subject, epoch: epoch)
                if slot.ask(&asked, booking, at: now, returning: returning || isRetired) { hasAny = true }
            }
            return hasAny
        }
        batch = asked
        return hasAny
    }

    /// What came of asking.
    package struct LedgerProgress: Sendable {
        /// There is more to ask.
        package var wantsMore = false
        /// Leases are held, or something is unfinished: the keeper must look after it.
        package var mustBeKept = false
        /// Quotas that calls wait for and that other nodes hold.
        package var short: [QuotaIdentity] = []
    }

    /// Takes over the ledger's answers to a batch that this state's wishes stood in.
    package func takeAnswers(_ answers: QuotaSlot.Answers, at now: MonotonicInstant) -> LedgerProgress {
        let subject = subject
        return withContent { content in
            var progress = LedgerProgress()
            guard let book = content.quotas else { return progress }
            let epoch = content.epoch
            book.forEachSlot { rule, slot, _ in
                let booking = QuotaSlot.Booking(rule, of: subject, epoch: epoch)
                if slot.apply(answers, booking) { progress.short.append(booking.quota) }
                if slot.wantsAttention(at: now) { progress.wantsMore = true }
            }
            progress.mustBeKept = !book.isEmpty
            return progress
        }
    }

    /// The ledger could not be asked.
    package func ledgerFailed(at now: MonotonicInstant) {
        forEachSlot { $0.fail(at: now) }
    }

    /// Whoever waited does so no longer.
    package func forgetWaitingCalls() {
        forEachSlot { $0.forgetWaiting() }
    }

    /// The next question to the ledger asks how every quota stands.
    package func inquireQuotas() {
        forEachSlot { $0.inquire() }
    }

    /// What is unspent of a quota is to be given back.
    package func recallLeases(of quota: QuotaIdentity) {
        withContent { content in
            content.quotas?.withSlot(unit: quota.unit, period: quota.period, source: quota.source) { $0.recall() }
        }
    }

    /// The ledger that leases came from is no more.
    package func voidLeases() {
        forEachSlot { $0.void() }
    }

    /// Whether the ledger should hear of it though no call waits.
    package func wantsLedger(at now: MonotonicInstant) -> Bool {
        withContent { content in
            content.quotas?.slots.contains { $0.wantsAttention(at: now) } ?? false
        }
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
