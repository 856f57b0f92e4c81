import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport

// # A proxy before Redis
//
// A node speaks to it by TLS; it passes on what either side says, to a server without. When it is told to, it keeps the
// server's answer to a charge for itself, so that the server has counted what the node never hears of, and says
// something else in its place.

/// Stands between one node and a Redis server, and lies when a test tells it to.
final class LyingProxy: Sendable {
    let port: Int
    /// The authority that vouches for it.
    let authorityFile: String
    private let folder: TemporaryFolder
    private let channel: any Channel
    private let orders: Orders

    /// Which answers are replaced.
    enum Subject {
        /// Those to charges alone: the rest goes well, a connection is made and lives until then.
        case charges
        /// All, the greeting's too.
        case everything
    }

    /// What is to be said, and what was.
    private final class Orders: Sendable {
        private struct State {
            var lie: Lie?
            var subject = Subject.charges
            var left = 0
            var told = 0
        }

        private let state = Mutex(State())

        func set(_ lie: Lie?, _ subject: Subject, _ count: Int) {
            state.withLock { ($0.lie, $0.subject, $0.left) = (lie, subject, count) }
        }

        var told: Int { state.withLock { $0.told } }

        /// What to say in place of an answer; `nil` for the answer.
        func next(_ isOfCharge: Bool) -> Lie? {
            state.withLock { state in
                guard let lie = state.lie, state.left > 0, isOfCharge || state.subject == .everything else {
                    return nil
                }
                state.left -= 1
                state.told += 1
                return lie
            }
        }
    }

    init(to server: RedisServer) async throws {
        let (folder, orders, target) = (try TemporaryFolder(), Orders(), server.port)
        let certificate = ServerCertificate.here
        authorityFile = try folder.write(certificate.certificate, to: "proxy.pem")
        (self.folder, self.orders) = (folder, orders)
        let tls = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMBytes(Array(certificate.certificate.utf8))
                    .map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem))))
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { node in
                // On the same event loop, so that each side may use the other's channel at once.
                ClientBootstrap(group: node.eventLoop)
                    .connect(host: "127.0.0.1", port: target)
                    .flatMapThrowing { server in
                        let pipeline = node.pipeline.syncOperations
                        try pipeline.addHandler(NIOSSLServerHandler(context: tls))
                        try pipeline.addHandler(Forwarding(to: server))
                        try server.pipeline.syncOperations.addHandler(Answering(to: node, orders: orders))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// What a node is told to count by.
    var url: String { "rediss://127.0.0.1:\(port)/0?cafile=\(authorityFile)" }

    /// In place of the next answers this is said.
    func lie(_ lie: Lie, about subject: Subject = .charges, times: Int = .max) { orders.set(lie, subject, times) }

    /// From now on everything is passed on.
    func behave() { orders.set(nil, .charges, 0) }

    /// How many answers the node has never seen.
    var told: Int { orders.told }

    func end() async throws { try await channel.close() }
}

extension LyingProxy {
    /// Passes on what the node says.
    private final class Forwarding: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel

        init(to other: any Channel) { self.other = other }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            other.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    /// Passes on what the server says, or lies.
    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let node: any Channel
        private let orders: Orders
        /// What comes after a lie is nobody's.
        private var hasLied = false

        init(to node: any Channel, orders: Orders) {
            self.node = node
            self.orders = orders
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let answer = unwrapInboundIn(data)
            guard !hasLied else { return }
            guard let lie = orders.next(LyingProxy.isOfCharge(String(buffer: answer))) else {
                return node.writeAndFlush(answer, promise: nil)
            }
            hasLied = true
            if let beginning = lie.beginning {
                node.writeAndFlush(ByteBuffer(string: beginning), promise: nil)
                let piece = String(repeating: lie.continuation, count: 65_536 / lie.continuation.utf8.count)
                LyingProxy.go(on: ByteBuffer(string: piece), to: node, left: LyingProxy.mostPieces)
            } else {
                let half = answer.getSlice(at: answer.readerIndex, length: answer.readableBytes / 2) ?? ByteBuffer()
                let node = node
                node.writeAndFlush(half).whenComplete { _ in node.close(promise: nil) }
            }
        }

        func channelInactive(context: ChannelHandlerContext) { node.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    /// Of 64 KiB: four times as much as a node may grow by.
    private static let mostPieces = 4096

    /// Writes a piece over and over, each when the one before has gone, until the other end hangs up.
    private static func go(on piece: ByteBuffer, to channel: any Channel, left: Int) {
        guard left > 0 else { return }
        channel.writeAndFlush(piece).whenSuccess {
            channel.eventLoop.execute { go(on: piece, to: channel, left: left - 1) }
        }
    }

    /// Whether a text holds an answer of the counters' script that is in time (1), and of at least one window: beside the
    /// head of three numbers one for the question and four for the window.
    private static func isOfCharge(_ text: String) -> Bool {
        text.matches(of: #/\*(\d+)\r\n:1\r\n/#).contains { (Int($0.output.1) ?? 0) >= 8 }
    }
}
