import LanyardServer
import NIOCore
import NIOPosix

/// A connection on which a test says exactly what it wants, and no more.
struct RawConnection: Sendable {
    private let channel: any Channel
    private let end: EventLoopFuture<String>

    /// Keeps all that comes. A test that throws leaves its connection as it is: unlike a `NIOAsyncChannel`, a mere channel
    /// may be dropped.
    private final class Inbox: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let end: EventLoopPromise<String>
        private var text = ""

        init(end: EventLoopPromise<String>) { self.end = end }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .inputClosed? = event as? ChannelEvent { end.succeed(text) }
        }

        func channelInactive(context: ChannelHandlerContext) { end.succeed(text) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // Cut off.
            context.close(promise: nil)
        }
    }

    static func connect(to address: ListenAddress) async throws -> RawConnection {
        let group = MultiThreadedEventLoopGroup.singleton
        let end = group.any().makePromise(of: String.self)
        do {
            let channel = try await ClientBootstrap(group: group)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Inbox(end: end))
                    }
                }
                .connect(host: address.host ?? "127.0.0.1", port: address.port).get()
            return RawConnection(channel: channel, end: end.futureResult)
        } catch {
            end.fail(error)
            throw error
        }
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func close() async throws {
        try await channel.close().get()
    }

    /// The client's side is at its end.
    func closeOutput() async throws {
        try await channel.close(mode: .output).get()
    }

    /// All that comes until the other side closes.
    func readToEnd() async throws -> String {
        let text = try await end.get()
        try? await channel.close().get()
        return text
    }
}
