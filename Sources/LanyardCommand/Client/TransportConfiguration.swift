import LanyardCore
import NIOSSL

/// How the server is reached and who asks.
struct TransportConfiguration: Sendable {
    let endpoint: Endpoint
    let key: AdminKey
    let tls: TLSConfiguration?
    let connectTimeout: Duration
    /// How long a call may take.
    let timeout: Duration
}

/// The secret that this command presents, and where it was found.
struct AdminKey: Sendable {
    let secret: Secret
    /// For people, without anything of the secret.
    let origin: String
}
