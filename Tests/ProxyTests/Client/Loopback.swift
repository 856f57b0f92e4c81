import Foundation
import NIOCore
import NIOPosix
import TestSupport

/// Connections within this machine.
enum Loopback {
    /// Where clients come from. Not 127.0.0.1: that is the proxies' address, which Lanyard trusts, and a client there would
    /// be believed as they are.
    static let client = "127.0.0.2"

    /// Longer than the longest that a proxy waits for Lanyard.
    private static let patience = TimeAmount.seconds(TestRun.seconds(90))

    /// Sends bytes and returns all that comes until `isWhole` says that it is enough, or the other side closes.
    static func exchange(
        _ bytes: [UInt8], port: Int, until isWhole: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> [UInt8] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let received = loop.makePromise(of: [UInt8].self)
        do {
            let source = try SocketAddress(ipAddress: client, port: 0)
            let channel = try await ClientBootstrap(group: loop)
                .bind(to: source)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Collector(received, isWhole))
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
            let late = loop.scheduleTask(in: patience) { channel.close(promise: nil) }
            channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
            let answer = try await received.futureResult.get()
            late.cancel()
            try? await channel.close()  // It may be closed already.
            return answer
        } catch {
            received.fail(error)
            throw error
        }
    }

    /// A port that nobody has now, and that the system gives to nobody by itself: what listens there can be ended and
    /// another take its place, without a client's own port having come between.
    static func freePort() async throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 12_000..<32_000)
            let listener = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            guard let channel = try? await listener.bind(host: "127.0.0.1", port: port).get() else { continue }
            try await channel.close()
            return port
        }
        throw RunningProxy.Failure("no port is free")
    }

    /// A server that accepts connections and never answers.
    static func listenInSilence(on port: Int) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // Connections of the server that was here before may linger.
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port).get()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let received: EventLoopPromise<[UInt8]>
        private let isWhole: @Sendable ([UInt8]) -> Bool
        private var bytes: [UInt8] = []

        init(_ received: EventLoopPromise<[UInt8]>, _ isWhole: @escaping @Sendable ([UInt8]) -> Bool) {
            (self.received, self.isWhole) = (received, isWhole)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes.append(contentsOf: unwrapInboundIn(data).readableBytesView)
            if isWhole(bytes) { received.succeed(bytes) }
        }

        func channelInactive(context: ChannelHandlerContext) { received.succeed(bytes) }

        /// What came before an error is an answer too: a proxy may refuse a body before it has read it.
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
