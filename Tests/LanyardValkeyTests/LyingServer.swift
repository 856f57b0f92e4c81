import NIOCore
import NIOPosix
import Synchronization

/// A server that answers what a test tells it to.
final class LyingServer: Sendable {
    /// What is done once a client has said something.
    enum Answer: Sendable {
        case bytes(String)
        case bytesAndEnd(String)
        case silence
    }

    static let greeting = "%1\r\n+role\r\n+master\r\n"

    let port: Int
    private let channel: any Channel
    private let seen: Seen

    private final class Seen: Sendable {
        let connections = Atomic<Int>(0)
    }

    /// `answer` is given what came at once; the greeting is answered already.
    init(answer: @escaping @Sendable (_ said: String) -> Answer) async throws {
        let seen = Seen()
        self.seen = seen
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    seen.connections.add(1, ordering: .relaxed)
                    try channel.pipeline.syncOperations.addHandler(Handler(answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// How many clients have connected.
    var connections: Int { seen.connections.load(ordering: .relaxed) }

    func end() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: @Sendable (String) -> Answer

        init(answer: @escaping @Sendable (String) -> Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let said = String(buffer: unwrapInboundIn(data))
            let answer = said.contains("HELLO") ? nil : self.answer(said)
            switch answer {
            case nil: write(LyingServer.greeting, context)
            case .bytes(let text): write(text, context)
            case .bytesAndEnd(let text):
                write(text, context)
                context.close(promise: nil)
            case .silence: break
            }
        }

        private func write(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
