package import LanyardCore
import LanyardStorage
import Logging
import Synchronization

extension KeyEngine: DecisionNode {
    package var acceptsForeignSecrets: Bool { acceptsForeign.load(ordering: .relaxed) }

    /// A node that holds its store's file lock is the only one that changes it, and so always knows every change.
    package func isCurrent(at now: MonotonicInstant) -> Bool {
        !isShutDown.load(ordering: .acquiring)
    }

    package func find(_ digest: SecretDigest) -> Lookup { cache.find(digest) }

    package func lookUpWait(for address: IPAddress?, at now: MonotonicInstant) -> Int64? {
        address.flatMap { budget.wait(for: $0, at: now) }
    }

    package func openCall(_ state: AllowanceState, at now: MonotonicInstant) -> GrantID? {
        calls.open(state, at: self.now)
    }

    package func needsFlush(_ state: AllowanceState) { pending.list(state) }

    package func retire(_ tally: UsageTally, of subject: Subject) { pending.add(tally, of: subject) }

    package func countUnattributed(_ code: DenialCode, now: Now) {
        pending.countUnattributed(code, minute: now.wall.minute)
    }
}

extension KeyEngine {
    /// Decides by what this node has in memory, at once. `report` receives how the key's limits stand.
    package func decide(_ request: DecisionRequest, report: inout LimitReport) -> Decision {
        LanyardCore.decide(request, on: self, now: now, report: &report)
    }

    /// Decides, fetching what is missing: at most two rounds, and then `unavailable`. `prepare` makes the request from the
    /// memory that it is lent, anew for each round.
    package func decideFetching(
        _ secret: Secret, report: inout LimitReport, path: [UInt8]? = nil,
        _ prepare: (DecisionRequest.Presented, UnsafeRawBufferPointer?) -> DecisionRequest
    ) async -> Decision {
        for round in 0... {
            let decision = secret.withUnsafeBytes { text in
                guard let path else { return decide(prepare(.text(text), nil), report: &report) }
                return path.withUnsafeBytes { decide(prepare(.text(text), $0), report: &report) }
            }
            guard case .needs(let ticket) = decision else { return decision }
            guard round < KeyEngine.maximumRounds else { break }
            do {
                try await resolve(ticket)
            } catch {
                logger.error("a decision could not be taken", metadata: ["reason": "\(error)"])
                break
            }
        }
        countUnattributed(.unavailable, now: now)
        return .deny(Denial(.unavailable))
    }

    /// How often a decision may go and fetch.
    package static let maximumRounds = 2

    /// Ends a call that a grant opened.
    package func finish(_ id: GrantID) -> FinishOutcome { calls.finish(id, at: now.monotonic) }

    /// Walks the steps of a decision without spending, by the store's present state.
    /// - Throws: ``EngineError``.
    package func explain(_ digest: SecretDigest, _ request: DecisionRequest) async throws -> Explanation {
        let loaded = try await storeRead { try $0.load(digest) }
        return try explain(request, loaded, graceEndsAt: loaded?.secrets.first { $0.digest == digest }?.graceEndsAt)
    }

    /// Walks the steps of a decision for a key, as if its current secret had been presented.
    /// - Throws: ``EngineError``.
    package func explain(_ id: KeyID, _ request: DecisionRequest) async throws -> Explanation {
        try explain(request, try await storeRead { try $0.load(id) }, graceEndsAt: nil)
    }

    private func explain(
        _ request: DecisionRequest, _ loaded: LoadedKey?, graceEndsAt: Timestamp?
    ) throws -> Explanation {
        let secret = try loaded.map { ResolvedSecret(key: try resolver.resolve($0), graceEndsAt: graceEndsAt) }
        return LanyardCore.explain(request, secret: secret, on: self, now: now)
    }

    func storeRead<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReading) throws -> Result
    ) async throws(EngineError) -> Result {
        do {
            return try await store.read(body)
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            throw .store(StoreError(.inputOutput, "an unexpected error of type \(type(of: error))"))
        }
    }
}
