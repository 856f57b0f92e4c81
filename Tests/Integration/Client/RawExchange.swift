import NIOCore
import NIOHTTP1
import NIOPosix

/// Bytes as they are, for what a client library would not send.
enum RawExchange {
    /// What a client does once it has sent all that it has to send.
    enum Manner: Sendable {
        /// It waits.
        case silent
        /// It closes its side, and listens.
        case closing
        /// It sends a blank now and then, and never comes to an end.
        case dripping
    }

    /// Sends `bytes` over a connection of its own and returns all that comes until the server closes, or `isWhole` says
    /// that it is enough.
    static func send(
        _ bytes: [UInt8], to address: String, manner: Manner = .silent,
        until isWhole: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> [UInt8] {
        let parts = address.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]) else { throw UnexpectedAnswer("no address: \(address)") }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let received = loop.makePromise(of: [UInt8].self)
        let channel = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(received, isWhole))
                }
            }
            .connect(host: String(parts[0]), port: port).get()
        let late = loop.scheduleTask(in: .seconds(30)) {
            received.fail(UnexpectedAnswer("the connection stays open"))
            channel.close(promise: nil)
        }
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        var drip: RepeatedTask?
        switch manner {
        case .silent: break
        case .closing: channel.close(mode: .output, promise: nil)
        case .dripping:
            drip = loop.scheduleRepeatedTask(initialDelay: .milliseconds(20), delay: .milliseconds(20)) { _ in
                channel.writeAndFlush(ByteBuffer(string: " "), promise: nil)
            }
        }
        defer { drip?.cancel() }
        let answer = try await received.futureResult.get()
        late.cancel()
        try? await channel.close()  // It may be closed already.
        return answer
    }

    /// Sends a head alone, and reads one answer to it.
    static func send(head call: Call, contentLength: Int, to address: String) async throws -> Answer {
        var text = "\(call.method.rawValue) \(call.target) HTTP/1.1\r\nHost: \(address)\r\n"
        for (name, value) in call.headers { text += "\(name): \(value)\r\n" }
        text += "Content-Length: \(contentLength)\r\n\r\n"
        let isBodiless = call.method == .HEAD
        let bytes = try await send(Array(text.utf8), to: address) { parse($0, isBodiless: isBodiless) != nil }
        guard let answer = parse(bytes, isBodiless: isBodiless) else {
            throw UnexpectedAnswer("no whole answer: \(String(decoding: bytes, as: UTF8.self))")
        }
        return answer
    }

    /// The first answer in `bytes`, once it is whole. Bodies have a length here, or none.
    static func parse(_ bytes: [UInt8], isBodiless: Bool) -> Answer? {
        let separator = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }) else { return nil }
        var lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")[...]
        guard let status = lines.popFirst()?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            return nil
        }
        var headers = HTTPHeaders()
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers.add(name: String(parts[0]), value: parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        let rest = bytes[(end + 4)...]
        let length = isBodiless ? 0 : headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        guard rest.count >= length else { return nil }
        return Answer(status: status, headers: headers, body: Array(rest.prefix(length)))
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let received: EventLoopPromise<[UInt8]>
        private let isWhole: @Sendable ([UInt8]) -> Bool
        private var bytes: [UInt8] = []

        init(_ received: EventLoopPromise<[UInt8]>, _ isWhole: @escaping @Sendable ([UInt8]) -> Bool) {
            self.received = received
            self.isWhole = isWhole
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes.append(contentsOf: unwrapInboundIn(data).readableBytesView)
            if isWhole(bytes) { received.succeed(bytes) }
        }

        func channelInactive(context: ChannelHandlerContext) { received.succeed(bytes) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
