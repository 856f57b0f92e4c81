import LanyardHTTP
import NIOCore
import NIOHTTP1

/// Carries out what the connection's state machine says; it decides nothing itself.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let loop: ConnectionLoop
    private let peer: ConnectionPeer
    private var machine: ConnectionStateMachine
    private var context: ChannelHandlerContext?
    /// Until the handler is removed; the gate knows the handler too.
    private var gate: InboundGate?
    /// Answers that are not yet sent; taken from the loop for one burst of requests.
    private var output: ByteBuffer?
    private var deferred: DeferredAnswer?
    /// The channel asked to read while nothing more was wanted.
    private var isReadHeld = false

    init(loop: ConnectionLoop, peer: ConnectionPeer, isSecured: Bool) {
        self.loop = loop
        self.peer = peer
        machine = ConnectionStateMachine(limits: loop.limits, isSecured: isSecured, now: .now())
    }

    /// The handlers of a connection behind TLS, in order.
    static func pipeline(
        loop: ConnectionLoop, peer: ConnectionPeer, isSecured: Bool
    ) -> (InboundGate, ByteToMessageHandler<HTTPRequestDecoder>, ConnectionHandler) {
        let limits = loop.limits
        var parserLimits = NIOHTTPDecoderLimitConfiguration()
        parserLimits.maxHeaderFieldSize = limits.headBytes
        parserLimits.maxHeaderListSize = limits.headBytes
        parserLimits.maxHeaderFieldCount = limits.fieldCount
        let connection = ConnectionHandler(loop: loop, peer: peer, isSecured: isSecured)
        let gate = InboundGate(connection: connection, limits: limits)
        connection.gate = gate
        let decoder = HTTPRequestDecoder(limitConfiguration: parserLimits)
        return (gate, ByteToMessageHandler(decoder), connection)
    }

    // MARK: What the gate asks

    var wantsInput: Bool { machine.wantsInput }
    var discardsInput: Bool { machine.discardsInput }

    func bytesArrived() {
        loop.now = .now()
        machine.bytesArrived(at: loop.now)
    }

    /// Bytes that came earlier are about to be parsed.
    func heldBytesFollow() {
        machine.bytesArrived(at: loop.now)
    }

    func overflowed() {
        perform(machine.overflowed())
    }

    // MARK: What the loop asks

    func check(at now: NIODeadline) {
        let action = machine.check(at: now)
        switch action {
        case .wait: break
        case .refuse: loop.responder.connectionTimedOut(duringRequest: true)
        case .plan, .writeContinue, .answer, .sendLast, .closeOutput, .close:
            loop.responder.connectionTimedOut(duringRequest: false)
        }
        performAlone(action)
    }

    func drain() {
        performAlone(machine.drain())
    }

    func closeNow() {
        context?.close(promise: nil)
    }
}

// MARK: Events of the channel

extension ConnectionHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        gate = nil
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        machine.disconnected()
        deferred?.abandon()
        deferred = nil
        output = nil
        loop.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): perform(machine.receive(.head(head)))
        case .body(let bytes): perform(machine.receive(.body(bytes)))
        case .end: perform(machine.receive(.end))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
    }

    func read(context: ChannelHandlerContext) {
        if machine.wantsInput || machine.discardsInput {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        loop.now = .now()
        performAlone(machine.writabilityChanged(to: context.channel.isWritable, at: loop.now))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { performAlone(machine.receive(.inputClosed)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            performAlone(machine.receive(.malformed(.headTooLarge)))
        case HTTPParserError.unexpectedContentLength, HTTPParserError.invalidContentLength:
            performAlone(machine.receive(.malformed(.bodyLength)))
        case is HTTPParserError:
            performAlone(machine.receive(.malformed(.syntax)))
        case is ByteToMessageDecoderError:
            break  // More bytes behind those that were malformed.
        default:
            loop.connectionFailed(error)
            context.close(promise: nil)
        }
    }
}

// MARK: Actions

extension ConnectionHandler {
    /// Carries out an action and all that follow from it. What they write is sent when the burst of bytes is over.
    private func perform(_ first: ConnectionStateMachine.Action) {
        var action = first
        while true {
            switch action {
            case .wait:
                return
            case .plan(let request):
                switch loop.responder.planBody(of: request, from: peer) {
                case .now(let use): action = machine.plan(use, at: loop.now)
                case .later(let deferred):
                    deferred.attach(to: self)
                    self.deferred = deferred
                    return
                }
            case .writeContinue:
                _ = withOutput { $0.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }
                action = machine.next()
            case .answer(let request):
                guard answer(request) else { return }
                action = machine.answered(at: loop.now)
            case .refuse(let refusal, let head):
                let frame = frame(head: head)
                withOutput { loop.responder.respond(to: refusal, head: head, frame: frame, into: &$0) }
                action = machine.answered(at: loop.now)
            case .sendLast:
                return sendLast()
            case .closeOutput:
                context?.close(mode: .output, promise: nil)
                return
            case .close:
                context?.close(promise: nil)
                return
            }
        }
    }

    /// Carries out an action that no burst of bytes has led to.
    private func performAlone(_ action: ConnectionStateMachine.Action) {
        perform(action)
        gate?.resume()
        flush()
        if isReadHeld, machine.wantsInput || machine.discardsInput {
            isReadHeld = false
            context?.read()
        }
    }

    /// Whether the answer is written already.
    private func answer(_ request: IncomingRequest) -> Bool {
        let frame = frame(head: request.head)
        let response = withOutput { output in
            loop.responder.respond(to: request, from: peer, frame: frame, into: &output)
        }
        switch response {
        case .written:
            return true
        case .later(let deferred):
            deferred.attach(to: self, frame: frame)
            self.deferred = deferred
            return false
        }
    }

    func completeDeferred(_ use: BodyUse) {
        deferred = nil
        loop.now = .now()
        performAlone(machine.plan(use, at: loop.now))
    }

    func completeDeferred(_ frame: AnswerFrame, _ write: (AnswerFrame, inout ByteBuffer) -> Void) {
        deferred = nil
        loop.now = .now()
        var frame = frame
        frame.now = loop.now
        frame.closes = machine.closesAfterAnswer
        frame.announcesKeepAlive = frame.announcesKeepAlive && !frame.closes
        withOutput { write(frame, &$0) }
        performAlone(machine.answered(at: loop.now))
    }

    private func frame(head: HTTPRequestHead?) -> AnswerFrame {
        let closes = machine.closesAfterAnswer
        return AnswerFrame(
            now: loop.now, closes: closes, announcesKeepAlive: !closes && head?.version == .http1_0,
            omitsBody: head?.method == .HEAD)
    }

    private func withOutput<Result>(_ body: (inout ByteBuffer) -> Result) -> Result {
        var buffer = output ?? loop.takeOutput()
        output = nil  // So that `buffer` alone holds the bytes, and they are written in place.
        let result = body(&buffer)
        output = buffer
        if buffer.readableBytes >= loop.limits.gatheredBytes { flush() }
        return result
    }

    private func flush() {
        guard let buffer = output, let context else { return }
        output = nil
        if buffer.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }
        loop.giveBack(buffer)
    }

    private func sendLast() {
        guard let context else { return }
        let buffer = output ?? ByteBuffer()
        output = nil
        let sent = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: sent)
        sent.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            guard let self else { return }
            self.performAlone(self.machine.lastSent(at: .now()))
        }
    }
}
