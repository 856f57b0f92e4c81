package import LanyardHTTP
package import NIOSSL

/// How the admin listener is set up.
package struct AdminConfiguration: Sendable {
    package var host: String
    package var port: Int
    /// `nil` for plain HTTP, which only the loopback interface should see.
    package var tls: TLSConfiguration?
    /// The addresses and the version that `/v1/nodes` tells.
    package var version: String
    /// Bytes of a body, but for an import, which is streamed.
    package var maximumBodyBytes = 1_048_576
    /// Rows of usage in one answer as CSV, which is kept in memory until it is sent.
    package var maximumCSVRows = 10_000
    /// Bytes of a head.
    package var maximumHeadBytes = 32_768
    package var maximumFields = 100
    package var maximumConnections = 1000
    package var idleTimeout: Duration = .seconds(75)
    /// From the head of a request to the end of its body; an import's, which is streamed, has ``idleTimeout`` alone.
    package var bodyTimeout: Duration = .seconds(30)
    /// How long a head may take from its first byte on.
    package var headTimeout: Duration = .seconds(10)
    /// What `/readyz` goes by, beside the engine.
    package var serving = ServingState()

    package init(host: String, port: Int, tls: TLSConfiguration? = nil, version: String) {
        self.host = host
        self.port = port
        self.tls = tls
        self.version = version
    }
}
