import NIOCore
import NIOHTTP1

/// Stands before the parser, and tells the guard behind it when a head may have begun.
///
/// What the parser keeps of a head it tells nobody. So of bytes that don't end in an empty line the last one is given to it
/// by itself: if everything before it was whole requests, that byte begins the next.
final class ArrivalWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ConnectionGuard

    init(connection: ConnectionGuard) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesCome()
        var bytes = unwrapInboundIn(data)
        guard bytes.readableBytes > 1, !bytes.readableBytesView.suffix(4).elementsEqual("\r\n\r\n".utf8),
            let most = bytes.readSlice(length: bytes.readableBytes - 1)
        else { return context.fireChannelRead(data) }
        context.fireChannelRead(wrapInboundOut(most))
        connection.bytesCome()
        context.fireChannelRead(wrapInboundOut(bytes))
    }
}

/// Puts the guard and its watch around the parser, which Hummingbird makes by itself, and goes.
final class GuardInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let headTimeout: TimeAmount

    init(headTimeout: TimeAmount) {
        self.headTimeout = headTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let connection = ConnectionGuard(headTimeout: headTimeout)
            try pipeline.addHandler(connection, position: .after(parser))
            try pipeline.addHandler(ArrivalWatch(connection: connection), position: .before(parser))
        } catch {
            // Without a guard nothing is served.
            context.close(promise: nil)
        }
        pipeline.removeHandler(self, promise: nil)
    }
}
