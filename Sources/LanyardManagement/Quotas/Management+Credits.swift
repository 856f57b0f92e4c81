import Crypto
package import LanyardCore
import LanyardEngine
import LanyardStorage

// # Credits
//
// A lifetime quota holds its amount and what credits added to it. A credit is booked by the ledger in the transaction
// that writes the audit entry, numbers the change (so that every node forgets that the quota was used up) and remembers
// the answer. The booking has an id, derived from the request's idempotency key where there is one: a repetition that
// comes when its answer has long been forgotten finds the booking still, and adds nothing.
//
// What is taken away again can only be what is free. Units that were leased are a node's to spend.

extension Management {
    /// Adds to a key's lifetime quota: its own, or its plan's, which is counted for each key.
    package func creditKey(
        _ id: KeyID, _ credit: Credit, as caller: Caller
    ) async throws -> Changed<QuotaStatus> {
        let booking = Booking(credit, nil, caller, engine)
        return try await change(as: caller) { try $0.creditKey(id, booking) }
    }

    /// Adds to a key's lifetime quota, and remembers the answer.
    package func creditKey(
        _ id: KeyID, _ credit: Credit, as caller: Caller, idempotency: IdempotentRequest?,
        render: @escaping @Sendable (QuotaStatus) throws -> RenderedAnswer
    ) async throws -> AnsweredChange {
        let booking = Booking(credit, idempotency, caller, engine)
        return try await answer(idempotency, as: caller, target: { _ in id.description }, render: render) {
            try $0.creditKey(id, booking)
        }
    }

    /// Adds to an account's lifetime quota.
    package func creditAccount(
        _ id: AccountID, _ credit: Credit, as caller: Caller
    ) async throws -> Changed<QuotaStatus> {
        let booking = Booking(credit, nil, caller, engine)
        return try await change(as: caller) { try $0.creditAccount(id, booking) }
    }

    /// Adds to an account's lifetime quota, and remembers the answer.
    package func creditAccount(
        _ id: AccountID, _ credit: Credit, as caller: Caller, idempotency: IdempotentRequest?,
        render: @escaping @Sendable (QuotaStatus) throws -> RenderedAnswer
    ) async throws -> AnsweredChange {
        let booking = Booking(credit, idempotency, caller, engine)
        return try await answer(idempotency, as: caller, target: { _ in id.description }, render: render) {
            try $0.creditAccount(id, booking)
        }
    }
}

/// A credit on its way to the ledger. Made before the transaction, which a store may run again.
private struct Booking: Sendable {
    let credit: Credit
    let id: LeaseID
    let node: NodeID

    init(_ credit: Credit, _ request: IdempotentRequest?, _ caller: Caller, _ engine: KeyEngine) {
        self.credit = credit
        node = engine.nodeID
        if let request, let key = caller.keyID {
            id = Booking.id(of: request, by: key)
        } else {
            id = .make(atMilliseconds: engine.now.wall.milliseconds)
        }
    }

    /// The same for the same request of the same caller, and for no other.
    private static func id(of request: IdempotentRequest, by caller: KeyID) -> LeaseID {
        var hash = SHA256()
        hash.update(data: Array("lanyard credit 1\0\(caller)\0\(request.key)\0".utf8))
        hash.update(data: request.requestHash)
        var words: [UInt64] = [0, 0]
        for (index, byte) in hash.finalize().prefix(16).enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        return LeaseID(high: words[0], low: words[1])
    }
}

extension ManagementTransaction {
    fileprivate func creditKey(_ id: KeyID, _ booking: Booking) throws -> QuotaStatus {
        let key = try key(id, demanding: .keysWrite)
        try requireUnrevoked(key)
        try requireRight(toHandOut: key)
        let quota = try lifetime(booking.credit, among: try details(of: key).ownedQuotas, of: "key", id.description)
        return try book(booking, in: quota, action: .keyCredit, target: id.description) {
            try recordChange(.key(id, try digests(of: id)))
        }
    }

    fileprivate func creditAccount(_ id: AccountID, _ booking: Booking) throws -> QuotaStatus {
        let account = try account(id)
        let quota = try lifetime(booking.credit, among: account.ownedQuotas, of: "account", id.description)
        return try book(booking, in: quota, action: .accountCredit, target: id.description) {
            try recordChange(.account(id))
        }
    }

    /// The quota that is meant.
    private func lifetime(
        _ credit: Credit, among quotas: [OwnedQuota], of owner: String, _ id: String
    ) throws -> OwnedQuota {
        var problems = FieldProblems()
        problems.checkReason(credit.reason)
        if credit.units == 0 { problems.add("/amount", "must not be 0") }
        try problems.throwIfAny()
        let lifetimes = quotas.filter { quota in
            let definition = quota.rule.definition
            return definition.period == .lifetime && definition.unit == credit.unit
        }
        if let name = credit.quota {
            let named = lifetimes.filter { $0.rule.definition.name == name }
            guard let only = named.first, named.count == 1 else {
                let what = named.isEmpty ? "there is no" : "there is more than one"
                throw ManagementError.invalid(
                    "/quota", "\(what) lifetime quota of this name in \(credit.unit.rawValue)")
            }
            return only
        }
        guard let only = lifetimes.first else {
            throw ManagementError.conflict("the \(owner) has no lifetime quota in \(credit.unit.rawValue)", id: id)
        }
        guard lifetimes.count == 1 else {
            throw ManagementError.invalid("/quota", "is required: there is more than one lifetime quota in the unit")
        }
        return only
    }

    /// Books a credit, unless it was booked before.
    private func book(
        _ booking: Booking, in quota: OwnedQuota, action: AuditAction, target: String, _ number: () throws -> Change
    ) throws -> QuotaStatus {
        guard let before = try store.quotaStatuses([quota], at: now).first else {
            throw StoreError(.constraint, "a quota that was asked for has no status")
        }
        let change = try number()
        if try !store.leases([booking.id]).isEmpty { return before }
        let credit = booking.credit
        let unit = credit.unit
        let most = unit.largestAmount
        guard credit.units < 0 || before.limit <= most - credit.units else {
            throw ManagementError.invalid("/amount", "the quota would hold more than \(unit.text(of: most))")
        }
        let outcome = try store.run(
            LedgerBatch(
                node: booking.node, localTime: now,
                credits: [
                    LedgerBatch.Credit(
                        id: booking.id, quota: quota.rule.identity(of: quota.subject),
                        terms: quota.rule.terms(epoch: change.epoch), units: credit.units)
                ]))
        switch outcome.credits.first {
        case .added:
            guard let after = try store.quotaStatuses([quota], at: now).first else { return before }
            try audit(
                action, target, before: CreditSnapshot(before),
                after: CreditSnapshot(after, credited: credit.units, reason: credit.reason))
            return after
        case .insufficient(let free):
            throw ManagementError.conflict(
                "only \(unit.text(of: free)) of the quota '\(quota.rule.definition.name)' is free: the rest was used, or is "
                    + "leased to nodes",
                id: target)
        case nil: throw StoreError(.constraint, "the ledger did not answer for a credit")
        }
    }
}

extension AllowanceUnit {
    /// The most that an allowance in this unit holds.
    fileprivate var largestAmount: Int64 {
        switch self {
        case .requests, .tokens: LimitDefinition.Bounds.amount.upperBound
        case .usd: LimitDefinition.Bounds.nanoUSD.upperBound
        }
    }
}
