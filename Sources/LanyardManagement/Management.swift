import LanyardCore
package import LanyardEngine
import LanyardStorage

// # Management
//
// The use-cases: what administrators, their programs and the embedding service do to keys and all that stands around
// them. Each that changes something is one transaction of the store: load, check the caller's rights, check the rules,
// write, number the change, append to the audit log, and remember the answer where the request is to be repeatable.
// Either all of it lasts or nothing does.
//
// After the commit the engine applies the changes, on this node before the call returns. That must not be lost when the
// client hangs up in between: the key would be revoked on the disk and admitted by the cache. So both run in a task of
// their own, which the caller's cancellation does not reach.
//
// Where other nodes share the store, a change of what there is already also waits until they have confirmed it, and says
// who has not. What is new has nothing to wait for: no node knows of it.

/// All that can be done to keys, projects, accounts, plans, roles and policies, and asked about them.
///
/// One for each process: it knows which idempotent requests still run.
package struct Management: Sendable {
    package let engine: KeyEngine
    let runningRequests = RunningRequests()

    package init(engine: KeyEngine) {
        self.engine = engine
    }

    /// Civil time, for what is written down.
    var now: Timestamp { engine.now.wall }
}

extension Management {
    /// Runs one changing use-case: the transaction, then its changes everywhere.
    /// - Parameter waits: Whether the other nodes are waited for.
    func change<Value: Sendable>(
        as caller: Caller, waits: Bool = true, _ body: @escaping @Sendable (ManagementTransaction) throws -> Value
    ) async throws -> Changed<Value> {
        let now = now
        let engine = engine
        return try await Task {
            let generation = engine.generation
            let (value, changes) = try await engine.store.write { store in
                let present = try caller.renewed(in: store, at: now)
                let transaction = ManagementTransaction(store, caller: present, now: now)
                let value = try body(transaction)
                return (value, transaction.changes)
            }
            let acknowledgement = try await engine.apply(changes, since: generation, waits: waits)
            return Changed(value: value, acknowledgement: acknowledgement)
        }.value
    }

    /// Runs one reading use-case.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreReading, Resolver) throws -> Value
    ) async throws -> Value {
        try await engine.store.read { store in try body(store, Resolver(store)) }
    }

    /// Runs one that may read much.
    func report<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreReading, Resolver) throws -> Value
    ) async throws -> Value {
        try await engine.store.report { store in try body(store, Resolver(store)) }
    }
}
