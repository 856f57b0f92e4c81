import NIOCore

/// Stands before the parser and gives it a little at a time, for whatever is parsed has to be kept once it can't be
/// answered at once: a read of 64 KiB may hold two thousand requests, whose parsed heads take a megabyte.
///
/// The handler behind the parser says whether it wants more. Reads stop while it doesn't; but when the client closes its
/// side, NIO reads all that the kernel still has, asked or not, and that is held here, up to a limit.
///
/// The parser doesn't tell whether it has kept the beginning of another head behind the last request of what it was given,
/// and such a head has less time than an idle connection. Bytes that end in an empty line leave nothing begun behind them:
/// no head goes on after one. Of all others the last byte is given to the parser by itself: if everything before it was
/// answered, it begins a head, or goes on with one.
final class InboundGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ConnectionHandler
    private let limits: ConnectionLimits
    private var context: ChannelHandlerContext?
    private var held: ByteBuffer?
    /// The client has closed its side behind the bytes that are held.
    private var holdsEnd = false
    private var isForwarding = false

    init(connection: ConnectionHandler, limits: ConnectionLimits) {
        self.connection = connection
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        held = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        if connection.discardsInput { return }
        var bytes = unwrapInboundIn(data)
        if held == nil, bytes.readableBytes <= limits.parsedBytes, bytes.endsInEmptyLine, connection.wantsInput {
            // So it is nearly always.
            context.fireChannelRead(data)
            return
        }
        if held == nil {
            held = bytes
        } else {
            held?.writeBuffer(&bytes)
        }
        forward(context)
        if let held, held.readableBytes > limits.heldBytes {
            self.held = nil
            connection.overflowed()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if held != nil, case .inputClosed? = event as? ChannelEvent {
            holdsEnd = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Whether bytes wait here.
    var isHolding: Bool { held != nil || holdsEnd }

    /// Goes on with what is held.
    func resume() {
        if let context, isHolding { forward(context) }
    }

    private func forward(_ context: ChannelHandlerContext) {
        // The handler may ask to resume while it takes a piece; the loop below goes on anyway.
        if isForwarding { return }
        isForwarding = true
        while connection.wantsInput, var bytes = held {
            connection.heldBytesFollow()
            let piece = bytes.readSlice(length: pieceLength(bytes))
            held = bytes.readableBytes > 0 ? bytes : nil
            if let piece { context.fireChannelRead(wrapInboundOut(piece)) }
        }
        isForwarding = false
        if connection.discardsInput {
            held = nil
        }
        if held == nil, holdsEnd {
            holdsEnd = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    /// How much of what is held is parsed next: see the head of this type.
    private func pieceLength(_ bytes: ByteBuffer) -> Int {
        let count = bytes.readableBytes
        if count > limits.parsedBytes { return limits.parsedBytes }
        return count == 1 || bytes.endsInEmptyLine ? count : count - 1
    }
}

extension ByteBuffer {
    /// Whether the last bytes are those that end a head, or a body in chunks.
    fileprivate var endsInEmptyLine: Bool {
        withUnsafeReadableBytes { bytes in
            let end = bytes.count
            return end >= 4 && bytes[end - 1] == UInt8(ascii: "\n") && bytes[end - 2] == UInt8(ascii: "\r")
                && bytes[end - 3] == UInt8(ascii: "\n") && bytes[end - 4] == UInt8(ascii: "\r")
        }
    }
}
