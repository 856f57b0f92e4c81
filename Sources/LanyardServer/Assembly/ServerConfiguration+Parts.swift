import LanyardAdmin
import LanyardCore
import LanyardDataPlane
import LanyardEngine
import LanyardHTTP
import NIOCore
import NIOSSL

// What each part is told, out of what the server was told.

extension EngineConfiguration {
    init(_ server: ServerConfiguration) {
        self.init()
        cacheBytes = server.cacheMemory.bytes
        unknownKeysPerMinute = server.unknownKeyBudget
        stalenessBound = server.stalenessBound
        callTimeout = server.callTimeout
        usageByMinute = server.usageByMinute
        usageRetention = server.usageRetention
        version = LanyardVersion.text
        attemptWarning = server.attemptWarning
    }
}

extension DataPlaneConfiguration {
    init(_ server: ServerConfiguration, _ certificates: TLSCertificateSource?, _ serving: ServingState) {
        self.init()
        self.serving = serving
        host = server.data.bindHost
        port = server.data.port
        eventLoops = server.threads
        connection.idleTimeout = TimeAmount(server.limits.idleTimeout)
        connection.headTimeout = TimeAmount(server.limits.headerTimeout)
        connection.bodyTimeout = TimeAmount(server.limits.bodyTimeout)
        connection.headBytes = server.limits.head.bytes
        connection.targetBytes = min(connection.targetBytes, server.limits.head.bytes)
        connection.fieldCount = server.limits.fields
        connection.bodyBytes = server.limits.body.bytes
        bodyBytes = server.limits.bodyMemory.bytes
        maximumConnections = server.limits.connections
        drainTimeout = TimeAmount(server.limits.drainTimeout)
        trustedProxies = CIDRSet(server.trustedProxies)
        self.certificates = certificates
    }
}

extension AdminConfiguration {
    init(_ server: ServerConfiguration, _ certificates: TLSCertificateSource?, _ serving: ServingState) throws {
        self.init(host: server.admin.bindHost, port: server.admin.port, version: LanyardVersion.text)
        self.serving = serving
        maximumHeadBytes = server.limits.head.bytes
        maximumFields = server.limits.fields
        maximumBodyBytes = server.limits.body.bytes
        maximumConnections = server.limits.adminConnections
        idleTimeout = server.limits.idleTimeout
        bodyTimeout = server.limits.bodyTimeout
        headTimeout = server.limits.headerTimeout
        guard var tls = certificates?.serverConfiguration() else { return }
        if let authorities = server.tls?.clientAuthorities {
            tls.trustRoots = .file(authorities)
            // Clients are known by their certificate; what name they connect from says nothing.
            tls.certificateVerification = .noHostnameVerification
        }
        self.tls = tls
    }
}

extension ListenAddress {
    /// No host means all of this machine's IPv4 addresses: IPv6 may be switched off, and `[::]` asks for it.
    fileprivate var bindHost: String { host ?? "0.0.0.0" }
}
