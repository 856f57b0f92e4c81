import LanyardCore
import LanyardSQLite
import LanyardStorage
import LanyardTesting
import Logging
import TestSupport
import Testing

@testable import LanyardEngine

/// An engine over a store in memory, a clock that is turned by hand, and the few rows that keys need.
struct EngineFixture {
    let clock: ManualTimeSource
    let store: GatedStore
    let engine: KeyEngine
    let project: ProjectRecord

    init(
        configuration: EngineConfiguration = EngineConfiguration(), source: StoreSource = .inMemory,
        clock: ManualTimeSource = ManualTimeSource()
    ) async throws {
        self.clock = clock
        store = GatedStore(try await source.open())
        let prefix = try #require(SecretPrefix("lyd"))
        let live = try #require(EnvironmentName("live"))
        let existing = try await store.read { try $0.project(named: "payments") }
        project =
            existing
            ?? ProjectRecord(
                id: ProjectID.make(atMilliseconds: 1), name: "payments", prefix: prefix, environments: [live],
                createdAt: Timestamp(milliseconds: 0))
        if existing == nil {
            let project = project
            try await store.write { try $0.insert(project) }
        }
        engine = try await KeyEngine(
            store: store, configuration: configuration, clock: clock, logger: Logger(label: "test"))
    }

    /// Writes a key, and applies the change.
    func createKey(_ change: (inout KeyRecord) -> Void = { _ in }) async throws -> (key: KeyRecord, secret: Secret) {
        let (key, secret, committed) = try await insertKey(change)
        try await engine.apply([committed])
        return (key, secret)
    }

    /// Writes a key; the engine does not know of it yet.
    func insertKey(
        _ change: (inout KeyRecord) -> Void = { _ in }
    ) async throws -> (key: KeyRecord, secret: Secret, committed: Change) {
        let live = try #require(EnvironmentName("live"))
        let secret = Secret.generate(prefix: project.prefix, environment: live)
        var record = KeyRecord(
            id: KeyID.make(atMilliseconds: 5), name: "key", project: project.id, environment: live, hint: secret.hint,
            createdAt: clock.now().wall)
        change(&record)
        let key = record
        let committed = try await store.write { store in
            _ = try store.insert(
                key, secret: SecretRecord(digest: secret.digest, key: key.id, publicKey: nil, createdAt: key.createdAt))
            return try store.recordChange(.key(key.id, [secret.digest]))
        }
        return (key, secret, committed)
    }

    /// Changes a key's record, and applies the change.
    func update(_ key: KeyRecord, _ secret: Secret, _ change: (inout KeyRecord) -> Void) async throws {
        var record = key
        change(&record)
        let changed = record
        let committed = try await store.write { store in
            try store.update(changed)
            return try store.recordChange(.key(changed.id, [secret.digest]))
        }
        try await engine.apply([committed])
    }

    func decide(_ secret: Secret, canFinish: Bool = true, address: IPAddress? = nil) async -> Decision {
        var report = LimitReport()
        let demand = Demand(canFinish: canFinish)
        return await engine.decideFetching(secret, report: &report) { presented, _ in
            DecisionRequest(presented: presented, demand: demand, address: address)
        }
    }

    func code(_ secret: Secret, address: IPAddress? = nil) async -> DenialCode? {
        switch await decide(secret, address: address) {
        case .grant: nil
        case .deny(let denial): denial.code
        case .needs: .unavailable
        }
    }

    /// Decisions of all minutes, by outcome.
    func usage() async throws -> [String: Int64] {
        try await store.read { store in
            let sums = try store.usage(UsageQuery(fromMinute: 0, toMinute: .max, interval: .day, limit: 1000))
            return sums.reduce(into: [:]) { $0.merge($1.outcomes, uniquingKeysWith: +) }
        }
    }
}
