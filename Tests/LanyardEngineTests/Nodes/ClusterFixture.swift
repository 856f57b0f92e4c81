import LanyardCore
import LanyardSQLite
import LanyardStorage
import LanyardTesting
import Logging
import TestSupport
import Testing

@testable import LanyardEngine

/// Several engines that share a simulated store. Nothing happens by itself: nodes look at the changes when a test says so,
/// and the clocks are turned by hand.
struct ClusterFixture {
    /// The store's clock, and that of every node that has none of its own.
    let clock: ManualTimeSource
    let cluster: SimulatedCluster
    let project: ProjectRecord
    let environment: EnvironmentName

    struct Node: Sendable {
        let store: SimulatedStore
        let engine: KeyEngine
    }

    init() async throws {
        let clock = ManualTimeSource()
        self.clock = clock
        let live = try #require(EnvironmentName("live"))
        environment = live
        project = ProjectRecord(
            id: ProjectID.make(atMilliseconds: 1), name: "payments", prefix: try #require(SecretPrefix("lyd")),
            environments: [live], createdAt: Timestamp(milliseconds: 0))
        cluster = SimulatedCluster(try await Self.base(with: project)) {
            clock.now().monotonic.nanoseconds / 1_000_000
        }
    }

    /// A store with nothing in it but a project.
    static func base(with project: ProjectRecord) async throws -> any Store {
        let base = try await StoreSource.inMemory.open()
        try await base.write { try $0.insert(project) }
        return base
    }

    func node(
        clock: ManualTimeSource? = nil, _ change: (inout EngineConfiguration) -> Void = { _ in }
    ) async throws -> Node {
        var configuration = EngineConfiguration()
        change(&configuration)
        let store = cluster.open()
        let engine = try await KeyEngine(
            store: store, configuration: configuration, clock: clock ?? self.clock, logger: Logger(label: "test"))
        return Node(store: store, engine: engine)
    }

    /// Two nodes, and a key that both have in memory.
    func pair() async throws -> (first: Node, second: Node, key: KeyRecord, secret: Secret) {
        let (first, second) = (try await node(), try await node())
        let (key, secret) = try await createKey(by: first)
        await second.engine.catchUp()
        #expect(await second.code(secret) == nil)
        #expect(await first.code(secret) == nil)
        return (first, second, key, secret)
    }

    /// Writes a key through a node, which applies the change.
    func createKey(
        by node: Node, _ secret: Secret? = nil, _ change: (inout KeyRecord) -> Void = { _ in }
    ) async throws -> (key: KeyRecord, secret: Secret) {
        let secret = secret ?? newSecret()
        var record = KeyRecord(
            id: KeyID.make(atMilliseconds: 5), name: "key", project: project.id, environment: environment,
            hint: secret.hint, createdAt: clock.now().wall)
        change(&record)
        let key = record
        let committed = try await node.store.write { store in
            _ = try store.insert(
                key, secret: SecretRecord(digest: secret.digest, key: key.id, publicKey: nil, createdAt: key.createdAt))
            return try store.recordChange(.key(key.id, [secret.digest]))
        }
        try await node.engine.apply([committed], waits: false)
        return (key, secret)
    }

    func newSecret() -> Secret { Secret.generate(prefix: project.prefix, environment: environment) }

    /// Writes a changed key through a node; nobody has applied it yet.
    func write(
        _ key: KeyRecord, _ secret: Secret, by node: Node, _ change: (inout KeyRecord) -> Void
    ) async throws -> Change {
        var record = key
        change(&record)
        let changed = record
        return try await node.store.write { store in
            try store.update(changed)
            return try store.recordChange(.key(changed.id, [secret.digest]))
        }
    }

    /// Revokes a key through a node, which applies the change and waits for nobody.
    func revoke(_ key: KeyRecord, _ secret: Secret, by node: Node) async throws {
        let change = try await write(key, secret, by: node) { $0.revokedAt = clock.now().wall }
        try await node.engine.apply([change], waits: false)
    }

    /// Revokes a key through a node, and waits for the others as long as it does.
    func revokeAcknowledged(_ key: KeyRecord, _ secret: Secret, by node: Node) async throws -> Acknowledgement {
        let change = try await write(key, secret, by: node) { $0.revokedAt = clock.now().wall }
        return try await node.engine.apply([change])
    }

    func standings() -> [NodeID: NodeStanding] {
        Dictionary(uniqueKeysWithValues: cluster.nodes().map { ($0.node.id, $0) })
    }
}

extension ClusterFixture.Node {
    /// What a decision says: `nil` for a grant.
    func code(_ secret: Secret) async -> DenialCode? {
        var report = LimitReport()
        let decision = await engine.decideFetching(secret, report: &report) { presented, _ in
            DecisionRequest(presented: presented, demand: Demand(canFinish: true), address: nil)
        }
        return switch decision {
        case .grant: nil
        case .deny(let denial): denial.code
        case .needs: .unavailable
        }
    }

    /// The id of the call that a decision opened; `nil` for a denial.
    func open(_ secret: Secret) async -> GrantID? {
        var report = LimitReport()
        let decision = await engine.decideFetching(secret, report: &report) { presented, _ in
            DecisionRequest(presented: presented, demand: Demand(canFinish: true), address: nil)
        }
        if case .grant(let granted) = decision { return granted.grantID }
        return nil
    }

    /// Whether a change waits for the other nodes.
    var isWaiting: Bool { engine.membership?.desk.isWaitedAt ?? false }

    /// Returns once a change waits for the other nodes.
    func waits() async throws {
        try await eventually("a change waits for the other nodes") { isWaiting }
    }
}
