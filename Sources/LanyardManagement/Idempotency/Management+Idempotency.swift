import LanyardCore
import LanyardStorage

extension Management {
    /// Runs a use-case that makes something, and remembers its answer if the request is to be repeatable.
    ///
    /// - Parameters:
    ///   - waits: Whether the other nodes are waited for: where something that there was already changes, too.
    ///   - target: The id of what the use-case makes.
    ///   - render: Makes the answer, but for where the change holds. Runs inside the transaction, so that the answer
    ///     lasts if and only if the change does.
    func answer<Value: Sendable>(
        _ request: IdempotentRequest?, as caller: Caller, waits: Bool = false,
        target: @escaping @Sendable (Value) -> String,
        render: @escaping @Sendable (Value) throws -> RenderedAnswer,
        _ body: @escaping @Sendable (ManagementTransaction) throws -> Value
    ) async throws -> AnsweredChange {
        guard let request else {
            let changed = try await change(as: caller, waits: waits) { try render(try body($0)) }
            return AnsweredChange(answer: changed.value, acknowledgement: changed.acknowledgement, isReplay: false)
        }
        guard let keyID = caller.keyID, let secret = caller.secret else {
            throw ManagementError.invalid("Idempotency-Key", "only a caller that presents a key can repeat a request")
        }
        let seal = IdempotencySeal(request, caller: keyID, secret: secret)
        guard runningRequests.begin(seal.id) else {
            throw ManagementError.conflict("a call with this idempotency key is still running", id: nil)
        }
        defer { runningRequests.end(seal.id) }
        let changed = try await change(as: caller, waits: waits) { transaction in
            if let known = try transaction.answer(to: request, seal) { return (known, true) }
            let value = try body(transaction)
            let answer = try render(value)
            try transaction.remember(answer, to: request, seal, target: target(value))
            return (answer, false)
        }
        return AnsweredChange(
            answer: changed.value.0, acknowledgement: changed.acknowledgement, isReplay: changed.value.1)
    }
}

extension ManagementTransaction {
    /// The answer that the request was given before; `nil` if it is new.
    fileprivate func answer(to request: IdempotentRequest, _ seal: IdempotencySeal) throws -> RenderedAnswer? {
        // What is past its time is as good as gone, also where the engine has not come by yet.
        try store.deleteIdempotentAnswers(before: now.advanced(byMilliseconds: -IdempotencyPeriod.memory))
        guard let known = try store.idempotentAnswer(seal.id) else { return nil }
        guard known.requestHash == request.requestHash else { throw ManagementError.idempotencyMismatch }
        let isFresh = now <= known.createdAt.advanced(byMilliseconds: IdempotencyPeriod.replay)
        guard isFresh, let answer = seal.open(known) else {
            throw ManagementError.idempotencyExpired(target: known.target)
        }
        if let id = KeyID(known.target) {
            // The answer holds a secret: whoever could not be handed it now is not handed it again.
            guard let key = try store.key(id), key.revokedAt == nil else {
                throw ManagementError.idempotencyExpired(target: known.target)
            }
            if caller.keyID != id { try requireRight(toHandOut: key) }
            try repeatChange(ofKey: id)
        } else if let id = AccountID(known.target) {
            try repeatChange(.account(id))
        }
        return answer
    }

    fileprivate func remember(
        _ answer: RenderedAnswer, to request: IdempotentRequest, _ seal: IdempotencySeal, target: String
    ) throws {
        let isNew = try store.insert(
            IdempotentAnswer(
                id: seal.id, requestHash: request.requestHash, status: answer.status, sealedBody: try seal.seal(answer),
                target: target, createdAt: now))
        guard isNew else {
            // Another node was quicker; what this one has made is undone.
            throw ManagementError.conflict("a call with this idempotency key is still running", id: nil)
        }
    }
}
