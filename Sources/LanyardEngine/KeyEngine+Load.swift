import CoreMetrics
package import LanyardCore
import LanyardStorage
import Synchronization

extension KeyEngine {
    /// Fetches what a decision lacked. However many ask for the same at once, the store is asked once.
    /// - Returns: What was charged to shared counters, if they were asked: the next decision of this call must have it.
    /// - Throws: ``EngineError``, or what the counters threw.
    package func resolve(_ ticket: Ticket) async throws -> CounterReceipt? {
        switch ticket {
        case .load(let digest, let address):
            try await load(digest, for: address)
            return nil
        case .allowances(let key, let account, let costs, let authorities):
            let states = [key, account].compactMap { $0.flatMap(allowances.existingState) }
            if authorities.contains(.ledger) {
                // Where the ledger can't be asked, the quotas know it, and say whether the call may pass all the same.
                do { try await leases.fetch(states, costs) } catch {}
            }
            if authorities.contains(.places), let state = states.first { try await places.fetch(state) }
            guard authorities.contains(.counters) else { return nil }
            return try await counterKeeper.charge(states, costs)
        }
    }

    private func load(_ digest: SecretDigest, for address: IPAddress?) async throws {
        let load = try loads.withLock { loads throws(EngineError) -> Task<Void, any Error> in
            if let load = loads[digest] { return load }
            guard loads.count < configuration.concurrentLoads else {
                throw .overloaded("more look-ups are under way than may be")
            }
            // Not a child of whoever asked first: that one may be cancelled while others wait.
            let load = Task {
                defer { self.loads.withLock { $0[digest] = nil } }
                try await self.fill(digest)
            }
            loads[digest] = load
            return load
        }
        try await load.value
        if let address, case .absent = cache.find(digest) { budget.countMiss(of: address, at: now.monotonic) }
    }

    /// Asks the store until the answer is as new as every change that was applied.
    private func fill(_ digest: SecretDigest) async throws(EngineError) {
        counters.loads.increment()
        let start = now.monotonic
        defer { counters.loadTime.recordNanoseconds(now.monotonic.nanoseconds - start.nanoseconds) }
        for _ in 0..<KeyEngine.fillAttempts {
            let generation = generation
            let (loaded, epoch) = try await storeRead { store in (try store.load(digest), try store.epoch()) }
            if try install(loaded, digest, epoch: epoch, since: generation) { return }
            counters.outdatedLoads.increment()
        }
        throw .overloaded("the key is being changed faster than it can be read")
    }

    /// Changes come at a few thousand a second at most; a read that loses to one so often is no accident.
    private static let fillAttempts = 16

    /// Puts an answer into the cache unless it is older than a change that was applied; see `RecentChanges`.
    private func install(
        _ loaded: LoadedKey?, _ digest: SecretDigest, epoch: Int64, since generation: Int
    ) throws(EngineError) -> Bool {
        try changes.withLock { changes throws(EngineError) in
            guard changes.generation == generation else { return false }
            guard let loaded else {
                guard !changes.recent.mayHaveIntroduced(digest, after: epoch) else { return false }
                cache.insertAbsent(digest)
                return true
            }
            guard !changes.recent.outdate(loaded) else { return false }
            cache.insert(try resolver.resolve(loaded, openedBy: digest))
            return true
        }
    }
}
