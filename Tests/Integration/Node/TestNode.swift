import CoreMetrics
import LanyardAdmin
import LanyardCore
import LanyardDataPlane
import LanyardEngine
import LanyardManagement
import LanyardSQLite
import LanyardStorage
import LanyardTelemetry
import LanyardTesting
import Logging
import Metrics
import NIOCore
import ServiceLifecycle
import Synchronization
import TestSupport

/// One node with both listeners on sockets, in this process: over a store that a test can make fail, by a clock that a
/// test turns, with everything logged.
final class TestNode: Sendable {
    struct Setup: Sendable {
        var source = StoreSource.inMemory
        var engine = EngineConfiguration()
        /// The loopback addresses, where tests come from.
        var trustedProxies = ["127.0.0.0/8", "::1/128"]
        /// How long a body may take on the admin listener.
        var bodyTimeout: Duration = .seconds(30)
        /// Rows of usage in one answer as CSV.
        var csvRows = 10_000

        init() {}
    }

    let engine: KeyEngine
    let management: Management
    let store: GatedStore
    let clock: ManualTimeSource
    let log: CapturedLog
    let registry: PrometheusRegistry
    let traffic = Traffic()
    let client: TestClient
    /// The first administrator's.
    let adminSecret: String
    private let group: ServiceGroup
    private let running: Task<Void, any Error>

    /// Where the administrator's secret comes from.
    enum Administrator: Sendable {
        /// The first start of a store.
        case first
        /// Made anew, for a store that has one already.
        case recovered
    }

    init(_ setup: Setup = Setup(), administrator: Administrator = .first) async throws {
        let (store, clock, log) = (GatedStore(try await setup.source.open()), ManualTimeSource(), CapturedLog())
        let registry = PrometheusRegistry()
        let engine = try await withMetricsFactory(registry) {
            try await KeyEngine(
                store: store, configuration: setup.engine, clock: clock, logger: log.logger("lanyard.engine"))
        }
        let management = Management(engine: engine)
        switch administrator {
        case .first:
            let written = Mutex("")
            try await management.bootstrap { secret in written.withLock { $0 = secret.reveal() } }
            adminSecret = written.withLock { $0 }
        case .recovered: adminSecret = try await management.recoverAdmin().secret.reveal()
        }
        traffic.add(secret: adminSecret)
        (self.store, self.clock, self.log, self.registry) = (store, clock, log, registry)
        (self.engine, self.management) = (engine, management)

        let adminAddresses = AsyncStream<SocketAddress>.makeStream()
        var configuration = DataPlaneConfiguration()
        (configuration.host, configuration.port, configuration.eventLoops) = ("127.0.0.1", 0, 2)
        // A busy machine must not turn answers into `unavailable`; that a wait ends is tested where time is not real.
        configuration.parking.deadline = .seconds(60)
        configuration.trustedProxies = CIDRSet(try setup.trustedProxies.map { try CIDR(parsing: $0) })
        let plane = configuration
        let data = withMetricsFactory(registry) {
            DataPlaneServer(
                engine: engine, management: management, configuration: plane, logger: log.logger("lanyard.data"))
        }
        var administration = AdminConfiguration(host: "127.0.0.1", port: 0, version: "0.0.0-test")
        administration.bodyTimeout = setup.bodyTimeout
        administration.maximumCSVRows = setup.csvRows
        let admin = try AdminServer(
            engine: engine, management: management, configuration: administration,
            metrics: { String(decoding: registry.exposition(), as: UTF8.self) },
            logger: log.logger("lanyard.admin"),
            onBound: { adminAddresses.continuation.yield($0) })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: data, serviceName: "data"), .init(service: admin, serviceName: "admin"),
                ], logger: log.logger("lanyard.services")))
        self.group = group
        running = Task { try await group.run() }
        let dataAddress = try await data.boundAddress
        guard let adminAddress = await adminAddresses.stream.first(where: { _ in true }) else {
            throw UnexpectedAnswer("the admin listener is not bound")
        }
        client = TestClient(
            data: "127.0.0.1:\(dataAddress.port ?? 0)", admin: "127.0.0.1:\(adminAddress.port ?? 0)", traffic: traffic)
    }

    /// A node for one test, which ends with it.
    static func run(
        _ setup: Setup = Setup(), _ body: (TestNode) async throws -> Void
    ) async throws {
        let node = try await TestNode(setup)
        do {
            try await body(node)
        } catch {
            try? await node.stop()  // The first error is the one to tell.
            throw error
        }
        try await node.stop()
    }

    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await running.value
        try await engine.shutDown()
    }
}
