import LanyardCore
import LanyardManagement
import LanyardStorage
import LanyardWire

extension Endpoint {
    static let accounts: [Endpoint] = [
        .get("/v1/accounts", .accountsRead) { call in
            let query = try call.query("name", "external_id", "cursor", "limit")
            let page = try query.page(of: AccountTag.self)
            return try await call.management.accounts(
                named: try query.text("name", length: RecordBounds.nameLength),
                externalID: try query.text("external_id", length: JSONObjectReader.accountReferenceLength), page: page,
                as: call.caller
            ).answer(cursor: { $0.description }, { $0 })
        },
        .post("/v1/accounts", .accountsWrite) { call in
            let (value, idempotency) = try await call.idempotentJSON()
            let draft = AccountDraft(try AccountCreateBody.decode(value ?? .null))
            return try await call.management.createAccount(draft, as: call.caller, idempotency: idempotency) {
                .created(ObjectAnswer(.account, $0))
            }.adminAnswer(tellsApplied: false, holdsSecret: false)
        },
        .get("/v1/accounts/{id}", .accountsRead) { call in
            let standing = try await call.management.accountStanding(try call.accountID(), as: call.caller)
            var answer = ObjectAnswer(.account, standing.owner)
            answer.quotas = standing.quotas
            return .json(answer)
        },
        .patch("/v1/accounts/{id}", .accountsWrite) { call in
            let patch = AccountPatch(try AccountPatchBody.decode(try await call.json()))
            return try await call.management.updateAccount(try call.accountID(), patch, as: call.caller)
                .answer(.account) { $0 }
        },
        .delete("/v1/accounts/{id}", .accountsWrite) { call in
            try await call.management.deleteAccount(try call.accountID(), as: call.caller)
            return .noContent
        },
        .post("/v1/accounts/{id}/suspend", .accountsWrite) { call in
            let reason = try ReasonBody.decode(try await call.optionalJSON()).reason
            return try await call.management.suspendAccount(try call.accountID(), reason: reason, as: call.caller)
                .answer(.account) { $0 }
        },
        .post("/v1/accounts/{id}/resume", .accountsWrite) { call in
            try await call.refuseBody()
            return try await call.management.resumeAccount(try call.accountID(), as: call.caller)
                .answer(.account) { $0 }
        },
        .post("/v1/accounts/{id}/credits", .accountsWrite) { call in
            let id = try call.accountID()
            let (value, idempotency) = try await call.idempotentJSON()
            let credit = Credit(try CreditBody.decode(value ?? .null))
            return try await call.management.creditAccount(id, credit, as: call.caller, idempotency: idempotency) {
                .ok(ObjectAnswer(.quota, $0))
            }.adminAnswer(tellsApplied: true, holdsSecret: false)
        },
        .post("/v1/accounts/{id}/revoke-keys", .keysWrite) { call in
            let reason = try ReasonBody.decode(try await call.optionalJSON()).reason
            let id = try call.accountID()
            let changed = try await call.management.revokeAccountKeys(id, reason: reason, as: call.caller)
            var answer = ObjectAnswer(.account, changed.value.account)
            answer.revoked = changed.value.revoked
            answer.applied = AppliedAnswer(changed.acknowledgement)
            return .json(answer)
        },
    ]
}

extension AdminCall {
    fileprivate func accountID() throws -> AccountID { try id("account", as: AccountTag.self) }
}

extension AccountDraft {
    fileprivate init(_ body: AccountCreateBody) {
        self.init(name: body.name)
        externalID = body.externalID
        if let day = body.billingDay { billingDay = day }
        limits = body.limits
        quotas = body.quotas
        metadata = body.metadata
    }
}

extension AccountPatch {
    fileprivate init(_ body: AccountPatchBody) {
        self.init()
        name = Edit(body.name)
        externalID = Edit(body.externalID)
        billingDay = Edit(body.billingDay)
        limits = Edit(body.limits)
        quotas = Edit(body.quotas)
        metadata = Edit(body.metadata)
    }
}
