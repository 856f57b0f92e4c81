package import LanyardCore
package import LanyardEngine
package import LanyardStorage

extension Management {
    /// Makes an account.
    package func createAccount(_ draft: AccountDraft, as caller: Caller) async throws -> Changed<AccountRecord> {
        try await change(as: caller, waits: false) { try $0.createAccount(draft) }
    }

    /// Makes an account, and remembers the answer.
    package func createAccount(
        _ draft: AccountDraft, as caller: Caller, idempotency: IdempotentRequest?,
        render: @escaping @Sendable (AccountRecord) throws -> RenderedAnswer
    ) async throws -> AnsweredChange {
        try await answer(idempotency, as: caller, target: \.id.description, render: render) {
            try $0.createAccount(draft)
        }
    }

    /// One account.
    package func account(_ id: AccountID, as caller: Caller) async throws -> AccountRecord {
        try await accountStanding(id, as: caller).owner
    }

    /// One account, and how its quotas stand.
    package func accountStanding(_ id: AccountID, as caller: Caller) async throws -> QuotaStanding<AccountRecord> {
        try caller.require(.accountsRead)
        let now = now
        return try await read { store, _ in
            guard let account = try store.account(id) else { throw ManagementError.notFound(.account(id)) }
            return QuotaStanding(owner: account, quotas: try store.quotaStatuses(account.ownedQuotas, at: now))
        }
    }

    /// Accounts, newest first; those of exactly this name, or the one with this id of the operator's.
    package func accounts(
        named name: String?, externalID: String?, page: Page<AccountID>, as caller: Caller
    ) async throws -> Listing<AccountRecord, AccountID> {
        try caller.require(.accountsRead)
        return try await read { store, _ in
            let hasName = { (account: AccountRecord) in name == nil || account.name == name }
            if let externalID {
                return Listing(try store.account(externalID: externalID), where: hasName)
            }
            return try page.fill(id: \.id, keep: name == nil ? nil : hasName) { try store.accounts(page: $0) }
        }
    }

    /// Changes an account.
    package func updateAccount(
        _ id: AccountID, _ patch: AccountPatch, as caller: Caller
    ) async throws -> Changed<AccountRecord> {
        try await change(as: caller) { transaction in
            let before = try transaction.account(id)
            let after = try transaction.record(of: before, changedBy: patch)
            return try transaction.replace(before, with: after)
        }
    }

    /// Shuts out all keys of an account. Repeating it changes nothing; the first reason stays.
    package func suspendAccount(
        _ id: AccountID, reason: String?, as caller: Caller
    ) async throws -> Changed<AccountRecord> {
        try await change(as: caller) { transaction in
            let before = try transaction.account(id)
            var problems = FieldProblems()
            problems.checkReason(reason)
            try problems.throwIfAny()
            var after = before
            if !before.isSuspended {
                after.isSuspended = true
                after.suspendedReason = reason
            }
            return try transaction.replace(before, with: after, action: .accountSuspend)
        }
    }

    /// Opens a suspended account.
    package func resumeAccount(_ id: AccountID, as caller: Caller) async throws -> Changed<AccountRecord> {
        try await change(as: caller) { transaction in
            let before = try transaction.account(id)
            var after = before
            after.isSuspended = false
            after.suspendedReason = nil
            return try transaction.replace(before, with: after, action: .accountResume)
        }
    }

    /// Deletes an account that has no keys.
    @discardableResult
    package func deleteAccount(_ id: AccountID, as caller: Caller) async throws -> Acknowledgement {
        try await change(as: caller) { transaction in
            let account = try transaction.account(id)
            try transaction.delete(account, unless: (.account(id), told: "the account still has keys"))
        }.acknowledgement
    }
}

extension ManagementTransaction {
    /// The account that a change is about, once the caller's right to it is clear.
    func account(_ id: AccountID) throws -> AccountRecord {
        try caller.require(.accountsWrite)
        guard let account = try store.account(id) else { throw ManagementError.notFound(.account(id)) }
        try requireRight(toKeysOf: id)
        return account
    }

    fileprivate func createAccount(_ draft: AccountDraft) throws -> AccountRecord {
        try caller.require(.accountsWrite)
        var account = AccountRecord(
            id: .make(atMilliseconds: now.milliseconds), name: draft.name, externalID: draft.externalID, createdAt: now)
        account.billingDay = draft.billingDay
        account.limits = draft.limits
        account.quotas = draft.quotas
        account.metadata = draft.metadata
        try check(account)
        try insert(account)
        return account
    }

    fileprivate func record(of account: AccountRecord, changedBy patch: AccountPatch) throws -> AccountRecord {
        var account = account
        patch.name.apply(to: &account.name)
        patch.externalID.apply(to: &account.externalID)
        patch.billingDay.apply(to: &account.billingDay)
        patch.limits.apply(to: &account.limits)
        patch.quotas.apply(to: &account.quotas)
        patch.metadata.apply(to: &account.metadata)
        try check(account)
        return account
    }

    private func check(_ account: AccountRecord) throws {
        var problems = FieldProblems()
        problems.checkName(account.name)
        if let externalID = account.externalID {
            problems.checkText(externalID, length: RecordBounds.nameLength, at: "/external_id")
            if AccountID(externalID) != nil {
                problems.add("/external_id", "expected a text that is not of the form of an account's id")
            }
        }
        if !RecordBounds.billingDays.contains(account.billingDay) { problems.add("/billing_day", "expected 1 to 28") }
        problems.checkLimits(account.limits)
        problems.checkQuotas(account.quotas)
        problems.checkMetadata(account.metadata)
        try problems.throwIfAny()
        guard let externalID = account.externalID, let other = try store.account(externalID: externalID) else { return }
        guard other.id == account.id else {
            throw ManagementError.conflict(
                "there is already an account with this external_id", id: other.id.description)
        }
    }
}
