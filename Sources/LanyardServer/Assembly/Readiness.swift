import NIOCore
import Synchronization

/// Knows where the listeners listen, as they come to, and tells when both do.
final class Readiness: Sendable {
    enum Listener: Sendable { case data, admin }

    private struct State {
        var data: ListenAddress?
        var admin: ListenAddress?
    }

    /// The addresses, once; ends without them if the server fails before.
    let ready: AsyncStream<ServerAddresses>

    private let continuation: AsyncStream<ServerAddresses>.Continuation
    private let configuration: ServerConfiguration
    private let state = Mutex(State())

    init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
        (ready, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    func bound(_ listener: Listener, _ address: SocketAddress) {
        let port = address.port ?? 0
        let both = state.withLock { state -> ServerAddresses? in
            switch listener {
            case .data: state.data = configuration.data.reachable(port: port)
            case .admin: state.admin = configuration.admin.reachable(port: port)
            }
            guard let data = state.data, let admin = state.admin else { return nil }
            return ServerAddresses(data: data, admin: admin)
        }
        if let both { continuation.yield(both) }
    }

    func fail() { continuation.finish() }
}
