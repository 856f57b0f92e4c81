import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// What stands behind the proxies: it grants everything and notes what it has received.
final class Service: Sendable {
    /// A request as it arrived here.
    struct Received: Sendable {
        let method: String
        let target: String
        let headers: HTTPHeaders
        var body: [UInt8]

        /// The values of every header that a careless reader could take for `name`: `-`, `_` and case fold together.
        func values(readAs name: String) -> [String] {
            let folded = Self.fold(name)
            return headers.filter { Self.fold($0.name) == folded }.map(\.value)
        }

        private static func fold(_ name: String) -> String {
            name.lowercased().filter { $0.isLetter || $0.isNumber }
        }
    }

    /// What tells the requests of one exchange from all others.
    static let markHeader = "X-Mark"

    let port: Int
    private let channel: any Channel
    private let received: Journal

    private final class Journal: Sendable {
        private let content = Mutex<[String: [Received]]>([:])

        func add(_ request: Received, by mark: String) {
            content.withLock { $0[mark, default: []].append(request) }
        }

        func requests(by mark: String) -> [Received] { content.withLock { $0[mark] ?? [] } }
    }

    private init(_ channel: any Channel, _ port: Int, _ journal: Journal) {
        (self.channel, self.port, received) = (channel, port, journal)
    }

    static func start() async throws -> Service {
        let journal = Journal()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(Handler(journal))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw RunningProxy.Failure("the service has no port") }
        return Service(channel, port, journal)
    }

    /// What came of an exchange, in order.
    func received(from mark: String) -> [Received] { received.requests(by: mark) }

    func end() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let journal: Journal
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ journal: Journal) { self.journal = journal }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, [])
            case .body(let bytes): body.append(contentsOf: bytes.readableBytesView)
            case .end: answer(context)
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            guard let head else { return }
            let request = Received(method: head.method.rawValue, target: head.uri, headers: head.headers, body: body)
            journal.add(request, by: head.headers.first(name: Service.markHeader) ?? "")
            let text = head.method == .HEAD ? "" : "served"
            var headers: HTTPHeaders = ["Content-Type": "text/plain"]
            headers.add(name: "Content-Length", value: "6")
            let answer = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
            context.write(wrapOutboundOut(.head(answer)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
