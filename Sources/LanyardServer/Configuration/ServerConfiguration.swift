package import LanyardCore
package import Logging

/// How lines of the log are written.
package enum LogFormat: String, CaseIterable, Sendable {
    /// One JSON object a line, for machines.
    case json
    /// One line for people.
    case text
}

/// Everything that a server is told, checked. The values here are the defaults.
package struct ServerConfiguration: Sendable {
    /// What callers reach.
    package var data = ListenAddress(host: nil, port: 8080)
    /// Management, metrics, contract.
    package var admin = ListenAddress(host: "127.0.0.1", port: 8081)
    package var database = DatabaseLocation.sqlite(path: "lanyard.sqlite")
    /// Where rolling limits are counted; `nil` for the database.
    package var counters: CountersLocation?
    /// Connections to a database server, one that listens left out.
    package var databaseConnections = 10
    /// Receives the admin secret of a store that has none yet.
    package var adminKeyFile = "lanyard-admin.key"
    /// Receives the addresses once they can be reached.
    package var readyFile: String?
    /// Whose forwarded headers are believed.
    package var trustedProxies: [CIDR] = []
    package var tls: TLSFiles?
    package var limits = Limits()
    /// The threads that answer callers; `nil` takes one for each processor.
    package var threads: Int?
    /// How long this node may go without confirming that it is current.
    package var stalenessBound: Duration = .seconds(30)
    /// How long a call that a caller holds open may wait for its end: its place in flight, and what it has reserved.
    package var callTimeout: Duration = .seconds(600)
    /// What cached keys may take.
    package var cacheMemory = ByteCount.mebibytes(256)
    /// Look-ups that find nothing, allowed to one address in a minute.
    package var unknownKeyBudget = 300
    /// Refused attempts of one address in a minute that are worth a line in the log; 0 for none.
    package var attemptWarning = 100
    /// How long usage is kept by the minute, and then by the hour.
    package var usageByMinute: Duration = .seconds(14 * 86_400)
    /// How long usage is kept at all.
    package var usageRetention: Duration = .seconds(400 * 86_400)
    package var logLevel = Logger.Level.info
    package var logFormat = LogFormat.text

    package init() {}

    /// The certificate of both listeners.
    package struct TLSFiles: Hashable, Sendable {
        /// A chain in PEM form, the server's own certificate first.
        package var certificate: String
        /// Its private key in PEM form.
        package var privateKey: String
        /// Who may have issued the certificates that clients of the admin listener must then show.
        package var clientAuthorities: String?

        package init(certificate: String, privateKey: String, clientAuthorities: String? = nil) {
            self.certificate = certificate
            self.privateKey = privateKey
            self.clientAuthorities = clientAuthorities
        }
    }

    /// What callers may take of this machine.
    package struct Limits: Hashable, Sendable {
        /// Open connections of the data listener.
        package var connections = 10_000
        /// Open connections of the admin listener.
        package var adminConnections = 1_000
        package var idleTimeout: Duration = .seconds(75)
        package var headerTimeout: Duration = .seconds(10)
        package var bodyTimeout: Duration = .seconds(30)
        /// The target, names and values of one head together.
        package var head = ByteCount.kibibytes(32)
        /// The fields of one head.
        package var fields = 100
        package var body = ByteCount.mebibytes(1)
        /// The bodies of callers' requests together.
        package var bodyMemory = ByteCount.mebibytes(64)
        /// How long the server goes on serving once it was told to end, with `/readyz` saying so: until whoever spreads
        /// callers over the servers has noticed.
        package var drainDelay: Duration = .zero
        /// How long calls under way may take once the server was told to end.
        package var drainTimeout: Duration = .seconds(10)

        package init() {}
    }
}
