import CoreMetrics
import LanyardAdmin
import LanyardCore
import LanyardDataPlane
package import LanyardEngine
import LanyardHTTP
package import LanyardManagement
import LanyardPostgres
import LanyardSQLite
import LanyardStorage
import LanyardTelemetry
import LanyardValkey
import Logging
import Metrics
import NIOSSL
import ServiceLifecycle

// # From start to end
//
// Opening: store, engine (which restores windows), first administrator, certificates. Nothing listens yet; whatever is
// wrong is told in one sentence, and the store is closed again.
//
// Serving: engine, certificates and both listeners run as services of one group. When both listen, the ready file appears.
//
// Ending: `/readyz` says so on both listeners and the ready file goes, so that nobody new comes; after a delay, if one is
// set, both listeners drain, side by side; then the background work ends. The store is closed last, by `close()`, when nothing can want to write any more.

/// A whole server: opened, not yet serving.
package struct LanyardServer: Sendable {
    package let configuration: ServerConfiguration
    package let engine: KeyEngine
    package let management: Management
    let telemetry: ServerTelemetry
    let logger: Logger
    let readiness: Readiness
    let certificates: TLSCertificateSource?
    let serving: ServingState
    private let data: DataPlaneServer
    private let admin: AdminServer
    private let alerts: QuotaAlerts

    /// Opens the store and prepares everything.
    /// - Throws: ``StartFailure``.
    package static func open(
        _ configuration: ServerConfiguration, telemetry: ServerTelemetry
    ) async throws(StartFailure) -> LanyardServer {
        let logger = telemetry.logger("lanyard.server")
        let certificates = try Certificates.source(configuration.tls, logger: logger)
        let engine = try await openEngine(configuration, telemetry: telemetry)
        do {
            return try await LanyardServer(configuration, engine, certificates, telemetry, logger)
        } catch {
            try? await engine.shutDown()  // The first error is the one to tell.
            throw StartFailure.unexpected(error)
        }
    }

    private static func openEngine(
        _ configuration: ServerConfiguration, telemetry: ServerTelemetry
    ) async throws(StartFailure) -> KeyEngine {
        do {
            return try await withMetricsFactory(telemetry.registry) {
                try await KeyEngine(
                    configuration.database.source(connections: configuration.databaseConnections),
                    counters: configuration.counters.map {
                        .valkey($0.location, password: .given(file: $0.passwordFile))
                    },
                    configuration: EngineConfiguration(configuration),
                    logger: telemetry.logger("lanyard.engine"))
            }
        } catch let error as StoreError {
            throw .database(configuration.database, error)
        } catch {
            throw .unexpected(error)
        }
    }

    private init(
        _ configuration: ServerConfiguration, _ engine: KeyEngine, _ certificates: TLSCertificateSource?,
        _ telemetry: ServerTelemetry, _ logger: Logger
    ) async throws {
        self.configuration = configuration
        self.engine = engine
        self.certificates = certificates
        self.telemetry = telemetry
        self.logger = logger
        let management = Management(engine: engine)
        self.management = management
        if try await AdminKeyFile(path: configuration.adminKeyFile).bootstrap(management) {
            logger.notice("the admin secret was written", metadata: ["file": "\(configuration.adminKeyFile)"])
        }
        for warning in RiskySettings.warnings(configuration) + (try await RiskySettings.warnings(engine.store)) {
            logger.warning("\(warning)")
        }
        alerts = QuotaAlerts(
            management: management, metrics: telemetry.registry, logger: telemetry.logger("lanyard.quotas"))
        let readiness = Readiness(configuration)
        self.readiness = readiness
        let serving = ServingState()
        self.serving = serving
        data = withMetricsFactory(telemetry.registry) {
            DataPlaneServer(
                engine: engine, management: management,
                configuration: DataPlaneConfiguration(configuration, certificates, serving),
                logger: telemetry.logger("lanyard.data"))
        }
        let registry = telemetry.registry
        registry.beforeReading(data.updateMetrics)
        // Weakly: the registry may outlive the server.
        registry.beforeReading { [weak engine] in engine?.reportMetrics() }
        admin = try withMetricsFactory(registry) {
            try AdminServer(
                engine: engine, management: management,
                configuration: try AdminConfiguration(configuration, certificates, serving),
                metrics: { String(decoding: registry.exposition(), as: UTF8.self) },
                logger: telemetry.logger("lanyard.admin"),
                onBound: { readiness.bound(.admin, $0) })
        }
    }

    /// The services in the order in which they start; they end in the reverse order.
    func makeGroup(onReady: @escaping @Sendable (ServerAddresses) throws -> Void) -> ServiceGroup {
        // Names are given, because the default is a description of the whole service.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: alerts, serviceName: "quota alerts"), .init(service: engine, serviceName: "engine"),
        ]
        if let certificates { services.append(.init(service: certificates, serviceName: "certificates")) }
        let listeners = Listeners(data: data, admin: admin, readiness: readiness, configuration: configuration)
        services.append(.init(service: listeners, serviceName: "listeners"))
        let announcement = Announcement(server: self, onReady: onReady)
        services.append(.init(service: announcement, serviceName: "announcement"))
        var group = ServiceGroupConfiguration(services: services, logger: logger)
        // The listeners keep to the drain time by themselves; this is for whatever would not end at all.
        let limits = configuration.limits
        group.maximumGracefulShutdownDuration = limits.drainDelay + limits.drainTimeout + Self.shutdownSlack
        return ServiceGroup(configuration: group)
    }

    private static let shutdownSlack = Duration.seconds(2)

    /// Saves everything and closes the store.
    func close() async throws(StartFailure) {
        do {
            try await engine.shutDown()
        } catch {
            throw .unexpected(error)
        }
    }
}

extension DatabaseLocation {
    /// What the engine opens.
    func source(connections: Int = ServerConfiguration().databaseConnections) -> StoreSource {
        switch self {
        case .sqlite(let path):
            return .sqlite(path)
        case .postgres(let location, let passwordFile):
            var settings = PostgresSettings()
            settings.connections = connections
            settings.passwordFile = passwordFile
            return StoreSource { [settings] in try await PostgresStore.open(location, settings: settings) }
        }
    }
}
