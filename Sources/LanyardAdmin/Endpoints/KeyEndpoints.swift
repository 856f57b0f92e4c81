import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardStorage
import LanyardWire

extension Endpoint {
    static let keys: [Endpoint] = [
        .get("/v1/keys", .keysRead) { try await $0.listKeys() },
        .post("/v1/keys", .keysWrite) { try await $0.createKey() },
        .post("/v1/keys/import", .keysWrite) { try await $0.importKeys() }.streamingBody(),
        .post("/v1/keys/lookup", .keysRead) { try await $0.lookUpKey() },
        .get("/v1/keys/{id}", .keysRead) { call in
            let standing = try await call.management.keyStanding(try call.keyID(), as: call.caller)
            var answer = ObjectAnswer(.key, call.answer(standing.owner))
            answer.quotas = standing.quotas
            return .json(answer)
        },
        .patch("/v1/keys/{id}", .keysWrite) { call in
            let patch = KeyPatch(try KeyPatchBody.decode(try await call.json()))
            return call.answer(try await call.management.updateKey(try call.keyID(), patch, as: call.caller))
        },
        .delete("/v1/keys/{id}", .keysWrite) { call in
            try await call.management.deleteKey(try call.keyID(), as: call.caller)
            return .noContent
        },
        .post("/v1/keys/{id}/rotate", .keysWrite) { try await $0.rotateKey() },
        .post("/v1/keys/{id}/credits", .keysWrite) { call in
            let id = try call.keyID()
            let (value, idempotency) = try await call.idempotentJSON()
            let credit = Credit(try CreditBody.decode(value ?? .null))
            return try await call.management.creditKey(id, credit, as: call.caller, idempotency: idempotency) {
                .ok(ObjectAnswer(.quota, $0))
            }.adminAnswer(tellsApplied: true, holdsSecret: false)
        },
        .post("/v1/keys/{id}/revoke", .keysWrite) { call in
            let reason = try ReasonBody.decode(try await call.optionalJSON()).reason
            return call.answer(try await call.management.revokeKey(try call.keyID(), reason: reason, as: call.caller))
        },
        .post("/v1/keys/{id}/disable", .keysWrite) { call in
            try await call.refuseBody()
            return call.answer(try await call.management.disableKey(try call.keyID(), as: call.caller))
        },
        .post("/v1/keys/{id}/enable", .keysWrite) { call in
            try await call.refuseBody()
            return call.answer(try await call.management.enableKey(try call.keyID(), as: call.caller))
        },
    ]
}

extension AdminCall {
    fileprivate func keyID() throws -> KeyID { try id("key", as: KeyTag.self) }

    private var now: Timestamp { services.engine.now.wall }

    fileprivate func answer(_ details: KeyDetails) -> KeyAnswer { KeyAnswer(details, now: now) }

    fileprivate func answer(_ changed: Changed<KeyDetails>) -> AdminAnswer {
        changed.answer(.key) { answer($0) }
    }

    fileprivate func listKeys() async throws -> AdminAnswer {
        let query = try query("project", "account", "environment", "status", "name", "cursor", "limit")
        var listing = KeyListing()
        listing.project = try query.project()
        listing.account = try query.account()
        listing.environment = try query.value("environment", "the name of an environment") { EnvironmentName($0) }
        listing.status = try query.choice("status", of: KeyRecord.Status.self)
        listing.name = try query.text("name", length: RecordBounds.nameLength)
        let keys = try await management.keys(listing, page: try query.page(of: KeyTag.self), as: caller)
        return keys.answer(cursor: { $0.description }, { answer($0) })
    }

    fileprivate func createKey() async throws -> AdminAnswer {
        let (value, idempotency) = try await idempotentJSON()
        let draft = KeyDraft(try KeyCreateBody.decode(value ?? .null))
        let now = now
        let change = try await management.createKey(draft, as: caller, idempotency: idempotency) { issued in
            var answer = ObjectAnswer(.key, KeyAnswer(issued.details, now: now))
            answer.secret = issued.secret
            return .created(answer)
        }
        return change.adminAnswer(tellsApplied: false, holdsSecret: true)
    }

    fileprivate func rotateKey() async throws -> AdminAnswer {
        let id = try keyID()
        let (value, idempotency) = try await idempotentJSON()
        let grace = Duration.milliseconds(try RotateBody.decode(value).graceMilliseconds)
        let now = now
        let change = try await management.rotateKey(id, grace: grace, as: caller, idempotency: idempotency) { rotated in
            var answer = ObjectAnswer(.key, KeyAnswer(rotated.details, now: now))
            answer.secret = rotated.secret
            answer.previousExpiresAt = rotated.previousExpiresAt
            return .created(answer)
        }
        return change.adminAnswer(tellsApplied: true, holdsSecret: true)
    }

    fileprivate func lookUpKey() async throws -> AdminAnswer {
        let body = try LookupBody.decode(try await json())
        return .json(ObjectAnswer(.key, answer(try await management.keyWithSecret(body.sought, as: caller))))
    }
}
