import LanyardCore
import NIOCore

/// Who is at the other end.
struct ConnectionPeer: Sendable {
    /// The client's address, or its proxy's; `nil` where the socket has none.
    let address: IPAddress?

    init(address: IPAddress?) {
        self.address = address
    }

    /// Read once for each connection, so the way over a text is cheap enough.
    init(_ address: SocketAddress?) {
        self.init(address: address?.ipAddress.flatMap { IPAddress($0) })
    }
}
