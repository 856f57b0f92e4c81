import ArgumentParser
import LanyardCore

/// Who asks, and how the connection is secured. Each option goes before its environment variable, which help names in
/// parentheses.
struct TransportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("File with the admin secret (LANYARD_ADMIN_KEY_FILE).", valueName: "path"),
        completion: .file())
    var adminKeyFile: String?

    @Option(
        help: ArgumentHelp("Trust these authorities, as PEM (LANYARD_CA_FILE).", valueName: "path"),
        completion: .file())
    var caFile: String?

    @Option(
        help: ArgumentHelp("Show this certificate, as PEM (LANYARD_CLIENT_CERT).", valueName: "path"),
        completion: .file())
    var clientCert: String?

    @Option(
        help: ArgumentHelp("Its private key, as PEM (LANYARD_CLIENT_KEY).", valueName: "path"),
        completion: .file())
    var clientKey: String?

    @Option(help: ArgumentHelp("Longest wait for an answer.", valueName: "duration"))
    var timeout = PositiveDuration.standardTimeout

    func configuration(for endpoint: Endpoint, console: Console) throws(CommandFailure) -> TransportConfiguration {
        let key = try AdminKeySource(file: adminKeyFile).key(console: console)
        if !endpoint.keepsSecrets {
            console.note(
                console.errorStyle.inked("warning:", .warning)
                    + " \(endpoint) is not encrypted: whoever listens on the way sees the admin secret. Use https.")
        }
        let tls = try TLSFiles(
            authorities: caFile ?? console.variable("LANYARD_CA_FILE"),
            certificate: clientCert ?? console.variable("LANYARD_CLIENT_CERT"),
            privateKey: clientKey ?? console.variable("LANYARD_CLIENT_KEY"))
        return TransportConfiguration(
            endpoint: endpoint, key: key, tls: try tls.configuration(console: console),
            connectTimeout: min(.seconds(5), timeout.duration), timeout: timeout.duration)
    }
}

/// Where a command finds the server that it asks.
protocol ServerOptions: ParsableArguments {
    var transport: TransportOptions { get }
    func endpoint(console: Console) throws(CommandFailure) -> Endpoint
}

/// For commands that manage: they ask the admin listener.
struct AdminOptions: ServerOptions {
    @Option(help: ArgumentHelp("Admin listener (LANYARD_URL; http://127.0.0.1:8081).", valueName: "url"))
    var url: String?

    @OptionGroup var transport: TransportOptions

    func endpoint(console: Console) throws(CommandFailure) -> Endpoint {
        try Endpoint(url ?? console.variable("LANYARD_URL") ?? Listener.admin.standard, listener: .admin)
    }
}

/// For commands that do what an API does: they ask the data listener.
struct DataOptions: ServerOptions {
    @Option(help: ArgumentHelp("Data listener (LANYARD_DATA_URL; http://127.0.0.1:8080).", valueName: "url"))
    var dataURL: String?

    @OptionGroup var transport: TransportOptions

    func endpoint(console: Console) throws(CommandFailure) -> Endpoint {
        try Endpoint(dataURL ?? console.variable("LANYARD_DATA_URL") ?? Listener.data.standard, listener: .data)
    }
}

/// How the answer is printed.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the server's JSON instead of text for people.")
    var json = false
}
