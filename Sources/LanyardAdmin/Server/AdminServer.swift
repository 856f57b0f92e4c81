import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import LanyardEngine
import LanyardHTTP
package import LanyardManagement
package import Logging
package import NIOCore
import NIOPosix
import ServiceLifecycle

/// The admin listener: the management API, health, metrics and the contract, on an event loop of its own, so that a long
/// import never delays a decision.
package struct AdminServer: Service {
    private let configuration: AdminConfiguration
    private let services: AdminServices
    private let authentication: AdminAuthentication
    private let onBound: @Sendable (SocketAddress) -> Void

    /// - Parameters:
    ///   - metrics: What `/metrics` tells, in Prometheus' text format.
    ///   - onBound: Called with the listener's address once it accepts connections.
    package init(
        engine: KeyEngine, management: Management, configuration: AdminConfiguration,
        metrics: @escaping @Sendable () -> String, logger: Logger,
        onBound: @escaping @Sendable (SocketAddress) -> Void
    ) throws {
        self.configuration = configuration
        self.onBound = onBound
        services = AdminServices(
            engine: engine, management: management, configuration: configuration, metrics: metrics,
            logger: logger)
        authentication = try AdminAuthentication(engine: engine)
    }

    /// Serves until the service group shuts down, and then until open requests have ended.
    package func run() async throws {
        // One of the process's own, which outlives the server: Hummingbird's shutdown still asks its loop for a result when
        // `run` has returned. The data listener's loops are others.
        let headDeadline = TimeAmount(configuration.headTimeout)
        let bodyDeadline = TimeAmount(configuration.bodyTimeout)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let http = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [
                    GuardInstaller(headTimeout: headDeadline),
                    RequestBodyWatch(deadline: bodyDeadline) { EndpointTable.all.streamsBody(of: $0) },
                ],
                idleTimeout: TimeAmount(configuration.idleTimeout),
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: configuration.maximumHeadBytes,
                    maxHeaderListSize: configuration.maximumHeadBytes,
                    maxHeaderFieldCount: configuration.maximumFields)))
        let application = Application(
            responder: AdminResponder(services: services, authentication: authentication),
            server: try configuration.tls.map { try .tls(http, tlsConfiguration: $0) } ?? http,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
            onServerRunning: { channel in
                // One connection at a time: of several that are accepted at once, some would be beyond the maximum.
                try? await channel.setOption(.maxMessagesPerRead, value: 1).get()
                if let address = channel.localAddress { onBound(address) }
            },
            eventLoopGroupProvider: .shared(loop), logger: services.logger)
        try await withGracefulShutdownHandler {
            try await application.run()
        } onGracefulShutdown: { [serving = configuration.serving] in
            serving.beginDraining()
        }
    }
}
