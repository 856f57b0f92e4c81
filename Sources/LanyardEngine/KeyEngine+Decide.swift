package import LanyardCore
import LanyardStorage
import Logging
import Synchronization

extension KeyEngine: DecisionNode {
    package var acceptsForeignSecrets: Bool { acceptsForeign.load(ordering: .relaxed) }

    package func find(_ digest: SecretDigest) -> Lookup { cache.find(digest) }

    package func lookUpWait(for address: IPAddress?, at now: MonotonicInstant) -> Int64? {
        address.flatMap { budget.wait(for: $0, at: now) }
    }

    package func openCall(_ call: OpenedCall, at now: MonotonicInstant) -> GrantID? {
        calls.open(call, at: self.now)
    }

    package func needsLedger(_ state: AllowanceState) { leases.enqueue(state) }

    package func needsFlush(_ state: AllowanceState) { pending.list(state) }

    package func retire(_ tally: UsageTally, of subject: Subject) { pending.add(tally, of: subject) }

    package func countUnattributed(_ code: DenialCode, now: Now) {
        pending.countUnattributed(code, minute: now.wall.minute)
    }
}

extension KeyEngine {
    /// Decides by what this node has in memory, at once. `report` receives how the key's limits stand.
    package func decide(_ request: DecisionRequest, report: inout LimitReport) -> Decision {
        let now = now
        let decision = LanyardCore.decide(request, on: self, now: now, report: &report)
        if case .deny(let denial) = decision {
            attempts.count(denial.code, from: request.address, at: now.wall) { keyID(of: request.presented) }
        }
        return decision
    }

    /// Counts a refusal that was found without ``decide(_:report:)``.
    package func countAttempt(_ code: DenialCode, from address: IPAddress?, key: KeyID?) {
        attempts.count(code, from: address, at: now.wall) { key }
    }

    /// The key of a refused request, if it was one once. It takes the hash again, which only refusals pay.
    private func keyID(of presented: DecisionRequest.Presented) -> KeyID? {
        guard case .success(let digest) = Steps.identify(presented, acceptsForeign: acceptsForeignSecrets),
            case .found(let key) = cache.find(digest)
        else { return nil }
        return key.id
    }

    /// Decides, fetching what is missing: at most ``maximumRounds`` times, and then `unavailable`. `prepare` makes the request from the
    /// memory that it is lent, anew for each round.
    package func decideFetching(
        _ secret: Secret, report: inout LimitReport, path: [UInt8]? = nil,
        _ prepare: (DecisionRequest.Presented, UnsafeRawBufferPointer?) -> DecisionRequest
    ) async -> Decision {
        var receipt: CounterReceipt?
        for round in 0... {
            let decision = secret.withUnsafeBytes { text in
                guard let path else { return decide(prepare(.text(text), nil), receipt, report: &report) }
                return path.withUnsafeBytes { decide(prepare(.text(text), $0), receipt, report: &report) }
            }
            guard case .needs(let ticket) = decision else { return decision }
            guard round < KeyEngine.maximumRounds else { break }
            do {
                // What was charged once stays so, whatever else must be fetched.
                receipt = try await resolve(ticket) ?? receipt
            } catch {
                logger.error("a decision could not be taken", metadata: ["reason": "\(error)"])
                break
            }
        }
        countUnattributed(.unavailable, now: now)
        return .deny(Denial(.unavailable))
    }

    private func decide(
        _ request: DecisionRequest, _ receipt: CounterReceipt?, report: inout LimitReport
    ) -> Decision {
        var request = request
        request.receipt = receipt
        return decide(request, report: &report)
    }

    /// How often a decision may go and fetch: the key; what its quotas may lease and a place in flight; and what its limits
    /// hold, last, for asking charges them. Once more, for a place can be lost to another call.
    package static let maximumRounds = 4

    /// Loads the key that a digest opens, by the store's present state.
    /// - Throws: ``EngineError``.
    package func loadForExplaining(_ digest: SecretDigest) async throws -> ResolvedKey? {
        guard let loaded = try await storeRead({ try $0.load(digest) }) else { return nil }
        return try await resolve(loaded, openedBy: digest)
    }

    /// Loads a key, to be judged as if its current secret had been presented.
    /// - Throws: ``EngineError``.
    package func loadForExplaining(_ id: KeyID) async throws -> ResolvedKey? {
        guard let loaded = try await storeRead({ try $0.load(id) }), let current = loaded.secrets.first else {
            return nil
        }
        return try await resolve(loaded, openedBy: current.digest)
    }

    private func resolve(_ loaded: LoadedKey, openedBy digest: SecretDigest) async throws -> ResolvedKey {
        let key = try resolver.resolve(loaded, openedBy: digest)
        await inquire(key)
        return key
    }

    /// Walks the steps of a decision without spending.
    package func explain(_ key: ResolvedKey?, _ request: DecisionRequest) -> Explanation {
        LanyardCore.explain(request, key: key, on: self, now: now)
    }

    func storeRead<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReading) throws -> Result
    ) async throws(EngineError) -> Result {
        do {
            return try await store.read(body)
        } catch {
            throw EngineError(error)
        }
    }
}
