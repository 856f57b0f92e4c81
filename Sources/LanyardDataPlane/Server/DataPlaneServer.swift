import CoreMetrics
package import LanyardEngine
import LanyardHTTP
package import LanyardManagement
package import Logging
import Metrics
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// The data listener: verify, forward-auth, and what a key may do for itself.
///
/// A service that binds when it runs, serves until it is asked to shut down, and then drains: it stops accepting, closes
/// idle connections at once, and gives the others ``DataPlaneConfiguration/drainTimeout`` to finish.
package final class DataPlaneServer: Service {
    private let decisions: any DecisionService
    private let management: Management?
    private let configuration: DataPlaneConfiguration
    private let logger: Logger
    private let metrics = DataPlaneMetrics()
    let bodies: BodyBudget
    private let group: MultiThreadedEventLoopGroup
    private let bound: EventLoopPromise<SocketAddress>

    /// A server on an engine. Nothing listens until it runs.
    package convenience init(
        engine: KeyEngine, management: Management, configuration: DataPlaneConfiguration = DataPlaneConfiguration(),
        logger: Logger = Logger(label: "lanyard.data")
    ) {
        self.init(decisions: engine, management: management, configuration: configuration, logger: logger)
    }

    package init(
        decisions: any DecisionService, management: Management?, configuration: DataPlaneConfiguration, logger: Logger
    ) {
        self.decisions = decisions
        self.management = management
        self.configuration = configuration
        self.logger = logger
        bodies = BodyBudget(maximum: configuration.bodyBytes)
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops ?? Self.usableProcessors)
        bound = group.next().makePromise(of: SocketAddress.self)
    }

    /// What a quota of the container leaves, and what the process may run on: two loops on one processor would only take
    /// turns, each with half of the connections in a batch.
    private static var usableProcessors: Int { min(System.coreCount, ProcessorMask.count ?? .max) }

    deinit {
        bound.fail(ChannelError.alreadyClosed)  // Ignored if it was bound.
        group.shutdownGracefully { _ in }
    }

    /// Where it listens, once it does.
    /// - Throws: Why it does not.
    package var boundAddress: SocketAddress {
        get async throws { try await bound.futureResult.get() }
    }

    /// Brings up to date what is measured rather than counted; to be called before the metrics are read. It doesn't keep
    /// the server alive, nor its metrics, which hold the registry that holds this.
    package var updateMetrics: @Sendable () -> Void {
        { [weak gauge = metrics.bodyBytes, bodies] in gauge?.record(bodies.held) }
    }

    /// Serves until the service group shuts down, or the task is cancelled.
    /// - Throws: What prevents binding: the address is taken, or the certificate can't be used.
    package func run() async throws {
        let loops: [NIOLoopBound<ConnectionLoop>]
        let channel: any Channel
        do {
            loops = try await makeLoops()
            channel = try await listen(on: loops)
        } catch {
            bound.fail(error)
            throw error
        }
        if let address = channel.localAddress {
            logger.info("listening", metadata: ["address": "\(address)"])
            bound.succeed(address)
        }
        try? await gracefulShutdown()  // Ends by cancellation too, and then drains the same way.
        await drain(channel, loops)
    }

    private func makeLoops() async throws -> [NIOLoopBound<ConnectionLoop>] {
        var loops: [NIOLoopBound<ConnectionLoop>] = []
        for eventLoop in group.makeIterator() {
            let (decisions, management, configuration) = (decisions, management, configuration)
            let (metrics, bodies, logger) = (metrics, bodies, logger)
            let loop = try await eventLoop.submit {
                let responder = DataPlaneResponder(
                    eventLoop: eventLoop, decisions: decisions, management: management,
                    configuration: configuration, bodies: bodies, metrics: metrics, logger: logger)
                let loop = ConnectionLoop(
                    eventLoop: eventLoop, limits: configuration.connection, responder: responder, logger: logger)
                loop.startSweeping()
                return NIOLoopBound(loop, eventLoop: eventLoop)
            }.get()
            loops.append(loop)
        }
        return loops
    }

    private func listen(on loops: [NIOLoopBound<ConnectionLoop>]) async throws -> any Channel {
        let (configuration, metrics) = (configuration, metrics)
        let context = try configuration.certificates.map { try NIOSSLContext(configuration: $0.serverConfiguration()) }
        let byEventLoop = Dictionary(
            uniqueKeysWithValues: zip(group.makeIterator().map { ObjectIdentifier($0) }, loops))
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            // One at a time, so that the limit is asked before each: of several that come at once, those over it would have
            // no place to wait any more.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let gate = AcceptGate(maximum: configuration.maximumConnections, metrics: metrics)
                    try channel.pipeline.syncOperations.addHandler(gate)
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = byEventLoop[ObjectIdentifier(channel.eventLoop)]?.value else {
                        throw ChannelError.inappropriateOperationForState  // A loop of another group: can't be.
                    }
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    let peer = ConnectionPeer(channel.remoteAddress)
                    let (gate, parser, connection) = ConnectionHandler.pipeline(
                        loop: loop, peer: peer, isSecured: context != nil)
                    try pipeline.addHandler(gate)
                    try pipeline.addHandler(parser)
                    try pipeline.addHandler(connection)
                }
            }
            .bind(host: configuration.host, port: configuration.port)
            .get()
    }

    private func drain(_ channel: any Channel, _ loops: [NIOLoopBound<ConnectionLoop>]) async {
        configuration.serving.beginDraining()
        logger.info("draining")
        try? await channel.close()  // Only fails if it is closed already.
        let eventLoop = group.next()
        let drained = loops.map { loop in loop.eventLoop.flatSubmit { loop.value.drain() } }
        let all = EventLoopFuture.andAllSucceed(drained, on: eventLoop)
        let late = eventLoop.scheduleTask(in: configuration.drainTimeout) { [logger] in
            logger.notice("connections are closed that did not end in time")
            for loop in loops { loop.eventLoop.execute { loop.value.stop() } }
        }
        try? await all.get()  // Succeeds in any case: what stops late counts as drained.
        late.cancel()
        for loop in loops { try? await loop.eventLoop.submit { loop.value.stop() }.get() }
    }
}
