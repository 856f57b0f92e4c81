import CoreMetrics
import Metrics
import NIOCore
import Synchronization

/// Counts open connections, and stops accepting while there are too many. Those that come meanwhile wait in the kernel's
/// queue, whose length is the bound on them; nothing of theirs is in this process.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = any Channel

    private let maximum: Int
    private let metrics: DataPlaneMetrics
    private var count = 0
    private var isReadHeld = false

    init(maximum: Int, metrics: DataPlaneMetrics) {
        self.maximum = maximum
        self.metrics = metrics
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = unwrapInboundIn(data)
        // One event may bring several connections: those that are over the limit have no place to wait any more.
        guard count < maximum else {
            metrics.connectionsRefused.increment()
            channel.close(promise: nil)
            return
        }
        count += 1
        metrics.connections.record(count)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        channel.closeFuture.hop(to: context.eventLoop).whenComplete { _ in
            let (gate, context) = bound.value
            gate.connectionEnded(context)
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if count < maximum {
            context.read()
        } else if !isReadHeld {
            metrics.acceptsPaused.increment()
            isReadHeld = true
        }
    }

    private func connectionEnded(_ context: ChannelHandlerContext) {
        count -= 1
        metrics.connections.record(count)
        guard isReadHeld else { return }
        isReadHeld = false
        context.read()
    }
}
