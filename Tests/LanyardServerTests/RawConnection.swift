import LanyardServer
import NIOCore
import NIOPosix

/// A connection on which a test says exactly what it wants, and no more.
struct RawConnection: Sendable {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    static func connect(to address: ListenAddress) async throws -> RawConnection {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: address.host ?? "127.0.0.1", port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return RawConnection(channel: channel)
    }

    func send(_ text: String) async throws {
        try await channel.channel.writeAndFlush(ByteBuffer(string: text))
    }

    func close() async throws {
        try await channel.executeThenClose { _, _ in }
    }

    /// The client's side is at its end.
    func closeOutput() async throws {
        try await channel.channel.close(mode: .output)
    }

    /// All that comes until the other side closes.
    func readToEnd() async throws -> String {
        try await channel.executeThenClose { inbound, _ in
            var text = ""
            do {
                for try await buffer in inbound { text += String(buffer: buffer) }
            } catch is IOError {
                // Cut off.
            }
            return text
        }
    }
}
