import HTTPTypes
import NIOCore
import NIOHTTPTypes

// # Bodies that don't come
//
// The head of a request has a deadline of its own; behind it a client could send one byte a minute, and each would count
// as a sign of life. So a body has a deadline from its head on, whatever comes meanwhile. A streamed one, an import's, may
// take as long as it likes; there the idle time-out bounds each pause.
//
// Whoever reads the body is told by an error in its place, and still answers. Then the connection is closed, for what
// follows on it could not be told apart from the rest of the body. The same goes for a body that breaks off or breaks the
// rules of HTTP: without this, the reader would take what has come for the whole.
//
// An answer may be given before the body has come, to a caller without a key, say. The rest is read over then, so that the
// connection can be used again; that has the same deadline, also for what was to be streamed.

/// Why a body did not come.
enum RequestBodyFailure: Error {
    /// It took longer than it may.
    case late
    /// The client has gone, or broke the rules of HTTP.
    case broken
}

/// Watches the bodies that come in on one connection.
final class RequestBodyWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a client may take to fetch the last answer of a connection that is to be closed.
    private static let linger = TimeAmount.seconds(2)

    private let deadline: TimeAmount
    private let isStreamed: @Sendable (HTTPRequest) -> Bool
    private var isReadingBody = false
    /// Requests whose head has come and whose answer has not ended.
    private var unanswered = 0
    private var hasFailed = false
    private var timer: Scheduled<Void>?

    /// - Parameter isStreamed: Whether a request's body may take as long as it likes.
    init(deadline: TimeAmount, isStreamed: @escaping @Sendable (HTTPRequest) -> Bool) {
        self.deadline = deadline
        self.isStreamed = isStreamed
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        switch unwrapInboundIn(data) {
        case .head(let request):
            isReadingBody = true
            unanswered += 1
            if !isStreamed(request) { startTimer(context) }
        case .body: break
        case .end:
            isReadingBody = false
            stopTimer()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        unanswered -= 1
        if unanswered == 0, hasFailed {
            context.writeAndFlush(data, promise: promise)
            schedule(context, in: Self.linger) { $0.close(promise: nil) }
        } else {
            if unanswered == 0, isReadingBody, timer == nil { startTimer(context) }
            context.write(data, promise: promise)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard isReadingBody, !hasFailed else { return context.fireErrorCaught(error) }
        fail(context, .broken)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event, isReadingBody, !hasFailed { fail(context, .broken) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopTimer()
        if isReadingBody, !hasFailed { fail(context, .broken) }
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stopTimer() }

    /// Tells whoever waits for the body; nobody does once the request is answered.
    private func fail(_ context: ChannelHandlerContext, _ failure: RequestBodyFailure) {
        hasFailed = true
        stopTimer()
        if unanswered == 0 {
            context.close(promise: nil)
        } else {
            context.fireErrorCaught(failure)
        }
    }

    private func startTimer(_ context: ChannelHandlerContext) {
        schedule(context, in: deadline) { self.fail($0, .late) }
    }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
    }

    private func schedule(
        _ context: ChannelHandlerContext, in time: TimeAmount, _ body: @escaping (ChannelHandlerContext) -> Void
    ) {
        stopTimer()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { body(context) }
    }
}
