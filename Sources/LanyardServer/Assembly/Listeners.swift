import LanyardAdmin
import LanyardDataPlane
import LanyardHTTP
import Logging
import NIOCore
import ServiceLifecycle

/// Both listeners as one service, so that they drain side by side and not one after the other.
struct Listeners: Service {
    let data: DataPlaneServer
    let admin: AdminServer
    let readiness: Readiness
    let configuration: ServerConfiguration

    func run() async throws {
        defer { readiness.fail() }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    try await data.run()
                } catch {
                    throw StartFailure.listener(.data, configuration.data, error)
                }
            }
            tasks.addTask {
                do {
                    try await admin.run()
                } catch {
                    throw StartFailure.listener(.admin, configuration.admin, error)
                }
            }
            tasks.addTask {
                // If it is not bound, the first task says why.
                guard let address = try? await data.boundAddress else { return }
                readiness.bound(.data, address)
            }
            // The first that fails ends the others; `waitForAll` would wait for them.
            for try await _ in tasks {}
        }
    }
}

/// Says where the server can be reached, once it can, and takes that back before the listeners drain.
struct Announcement: Service {
    let server: LanyardServer
    let onReady: @Sendable (ServerAddresses) throws -> Void

    func run() async throws {
        let file = server.configuration.readyFile.map(ReadyFile.init)
        file?.remove()
        var addresses: ServerAddresses?
        for await ready in server.readiness.ready.cancelOnGracefulShutdown() {
            addresses = ready
            break
        }
        // Without them the listeners have failed, or the end has come first.
        if let addresses {
            try file?.write(addresses)
            server.logStart(addresses)
            try onReady(addresses)
        }
        try? await gracefulShutdown()  // Ends by cancellation too.
        server.serving.beginDraining()
        guard addresses != nil else { return }
        file?.remove()
        // The listeners end when this service has.
        try? await Task.sleep(for: server.configuration.limits.drainDelay)
    }
}

extension LanyardServer {
    /// One line with all that somebody asks first who looks at a log.
    fileprivate func logStart(_ addresses: ServerAddresses) {
        logger.notice(
            "lanyard serves",
            metadata: [
                "version": "\(LanyardVersion.text)", "data": "\(addresses.data)", "admin": "\(addresses.admin)",
                "database": "\(configuration.database)", "tls": "\(configuration.tls != nil)",
                "client_certificates": "\(configuration.tls?.clientAuthorities != nil)",
                "trusted_proxies": "\(configuration.trustedProxies.count)",
                "max_connections": "\(configuration.limits.connections)", "max_body": "\(configuration.limits.body)",
                "cache_memory": "\(configuration.cacheMemory)",
            ])
    }
}
