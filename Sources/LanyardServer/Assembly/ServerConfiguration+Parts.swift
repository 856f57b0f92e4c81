import LanyardAdmin
import LanyardCore
import LanyardDataPlane
import LanyardEngine
import NIOCore
import NIOSSL

// What each part is told, out of what the server was told.

extension EngineConfiguration {
    init(_ server: ServerConfiguration) {
        self.init()
        cacheBytes = server.cacheMemory.bytes
        unknownKeysPerMinute = server.unknownKeyBudget
        stalenessBound = server.stalenessBound
    }
}

extension DataPlaneConfiguration {
    init(_ server: ServerConfiguration, _ certificates: TLSCertificateSource?) {
        self.init()
        host = server.data.bindHost
        port = server.data.port
        eventLoops = server.threads
        connection.idleTimeout = TimeAmount(server.limits.idleTimeout)
        connection.headTimeout = TimeAmount(server.limits.headerTimeout)
        connection.bodyTimeout = TimeAmount(server.limits.bodyTimeout)
        connection.bodyBytes = server.limits.body.bytes
        maximumConnections = server.limits.connections
        drainTimeout = TimeAmount(server.limits.drainTimeout)
        trustedProxies = CIDRSet(server.trustedProxies)
        self.certificates = certificates
    }
}

extension AdminConfiguration {
    init(_ server: ServerConfiguration, _ certificates: TLSCertificateSource?) throws {
        self.init(host: server.admin.bindHost, port: server.admin.port, version: LanyardVersion.text)
        maximumBodyBytes = server.limits.body.bytes
        idleTimeout = server.limits.idleTimeout
        bodyTimeout = server.limits.bodyTimeout
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
