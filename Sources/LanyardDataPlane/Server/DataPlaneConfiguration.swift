package import LanyardCore
package import LanyardHTTP
package import NIOCore

/// Where the data listener listens, and what it bears.
package struct DataPlaneConfiguration: Sendable {
    package var host = "0.0.0.0"
    /// 0 picks a free one.
    package var port = 8080
    /// Threads that serve; `nil` for one for each core.
    package var eventLoops: Int?
    package var connection = ConnectionLimits()
    package var parking = ParkingLimits()
    /// The bytes of all bodies together that are kept until their request is answered. One more is refused with 503.
    package var bodyBytes = 64 * 1024 * 1024
    /// Connections that are open at once. With as many, no more are accepted until one ends; they wait in the kernel.
    package var maximumConnections = 10_000
    /// What `/readyz` goes by, beside the engine.
    package var serving = ServingState()
    /// How long connections may take to end when the server shuts down.
    package var drainTimeout = TimeAmount.seconds(10)
    /// Proxies whose word is taken for a client's address, method and path.
    package var trustedProxies = CIDRSet([])
    /// With it, the listener speaks TLS.
    package var certificates: TLSCertificateSource?

    package init() {}
}
