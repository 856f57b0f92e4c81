package import LanyardEngine
package import LanyardManagement
import ServiceLifecycle
import Synchronization

/// A server within this process, without signals: for tests, which start many.
package final class RunningServer: Sendable {
    package let addresses: ServerAddresses
    package let engine: KeyEngine
    package let management: Management
    /// What it counts.
    package let telemetry: ServerTelemetry

    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    /// Starts a server and returns once it can be reached.
    /// - Throws: ``StartFailure``.
    package static func start(
        _ configuration: ServerConfiguration, telemetry: ServerTelemetry? = nil
    ) async throws -> RunningServer {
        let telemetry = telemetry ?? ServerTelemetry(configuration)
        let server = try await LanyardServer.open(configuration, telemetry: telemetry)
        let (ready, continuation) = AsyncStream<ServerAddresses>.makeStream()
        let group = server.makeGroup { continuation.yield($0) }
        let task = Task {
            let failure = await LanyardServer.failure(of: group)
            continuation.finish()
            try await server.finish(failure)
        }
        for await addresses in ready {
            return RunningServer(server, addresses, group, task)
        }
        try await task.value
        throw StartFailure("The server ended before it could be reached.", fix: nil)
    }

    private init(
        _ server: LanyardServer, _ addresses: ServerAddresses, _ group: ServiceGroup, _ task: Task<Void, any Error>
    ) {
        self.addresses = addresses
        self.group = group
        self.task = task
        engine = server.engine
        management = server.management
        telemetry = server.telemetry
    }

    /// Ends it in order, as SIGTERM does, and returns when the store is closed.
    /// - Throws: ``StartFailure``.
    package func stop() async throws {
        await group.triggerGracefulShutdown()
        try await task.value
    }
}
