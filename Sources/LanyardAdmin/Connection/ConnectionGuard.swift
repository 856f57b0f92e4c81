import LanyardHTTP
import LanyardWire
import NIOCore
import NIOHTTP1

/// Stands between the parser and Hummingbird, and does what neither does: a head has only so much time, what is not proper
/// HTTP is answered with a problem and in its turn, and a connection on which no more can be parsed is not kept.
///
/// Whatever is refused is the last of its connection. It waits for the answers to the requests before it; what the client
/// goes on sending is thrown away until it has closed its side or a short time is over, since to close at once would reset
/// the connection, and the reset may overtake the answer.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let headTimeout: TimeAmount
    private static let lingerTimeout = TimeAmount.seconds(2)

    private var context: ChannelHandlerContext?
    private var refusal: Refusal?
    /// Requests that are read, wholly or in part, and not yet answered.
    private var openRequests = 0
    private var isReadingRequest = false
    private var isRefusing = false
    private var timer: Scheduled<Void>?

    init(headTimeout: TimeAmount) {
        self.headTimeout = headTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    // MARK: What comes in

    /// Bytes are about to be parsed.
    func bytesCome() {
        if timer == nil, !isReadingRequest, refusal == nil { startTimer() }
    }

    private func startTimer() {
        guard let context else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: headTimeout) { [weak self] in self?.timeIsOver() }
    }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
    }

    private func timeIsOver() {
        timer = nil
        // While answers are awaited, reading may have stopped: then the client could not go on.
        if openRequests > 0 { startTimer() } else { refuse(.timeout) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard refusal == nil else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            stopTimer()
            if let refusal = head.refusal { return refuse(refusal) }
            openRequests += 1
            isReadingRequest = true
            // The parser stops behind an offer to upgrade, so this request is the last; the offer itself is ignored.
            if head.headers.contains(name: "Upgrade") { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body:
            context.fireChannelRead(data)
        case .end:
            isReadingRequest = false
            context.fireChannelRead(data)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        // Whoever waits for the rest of a body has to learn that it will not come.
        case is HTTPParserError where isReadingRequest: context.fireErrorCaught(error)
        case HTTPParserError.headerOverflow: refuse(.headTooLarge)
        case HTTPParserError.unexpectedContentLength, HTTPParserError.invalidContentLength: refuse(.bodyLength)
        case is HTTPParserError: refuse(.syntax)
        case is ByteToMessageDecoderError where refusal != nil: break  // More bytes behind those that were malformed.
        default: context.fireErrorCaught(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isRefusing, case .inputClosed? = event as? ChannelEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: What goes out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data) else { return }
        openRequests -= 1
        answerRefusal()
    }

    private func refuse(_ refusal: Refusal) {
        guard self.refusal == nil else { return }
        stopTimer()
        self.refusal = refusal
        answerRefusal()
    }

    private func answerRefusal() {
        guard let refusal, openRequests == 0, !isRefusing, let context else { return }
        isRefusing = true
        let body = refusal.bytes()
        let headers: HTTPHeaders = [
            FieldName.contentType.description: ProblemResponse.mediaType, "Content-Length": "\(body.count)",
            "Connection": "close",
        ]
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: refusal.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        let sent = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
        sent.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.linger() }
    }

    private func linger() {
        guard let context else { return }
        context.close(mode: .output, promise: nil)
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTimeout) { [weak self] in
            self?.context?.close(promise: nil)
        }
        // Hummingbird reads when it wants a request, which it won't get any more.
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if isRefusing { context.read() }
    }
}

extension HTTPRequestHead {
    /// What is wrong with it, though it was parsed. The rules are those of the data listener, as far as they matter where
    /// nobody forwards requests (RFC 9112, sections 3.2 and 6).
    fileprivate var refusal: Refusal? {
        if version.major != 1 { return .syntax }
        if method == .CONNECT { return .tunnel }
        let hosts = headers[FieldName.host.description]
        if hosts.count > 1 || (hosts.isEmpty && version.minor > 0) { return .host }
        let lengths = headers["Content-Length"]
        let codings = headers["Transfer-Encoding"]
        if lengths.count + codings.count > 1 { return .bodyLength }
        guard let coding = codings.first else { return nil }
        return coding.lowercased() == "chunked" && version.minor > 0 ? nil : .bodyLength
    }
}
