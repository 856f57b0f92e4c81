import Logging
import NIOCore

/// What the connections of one event loop share. Touched on that loop only.
final class ConnectionLoop {
    let eventLoop: any EventLoop
    let limits: ConnectionLimits
    let responder: any RequestResponder
    /// The time of the newest event.
    var now = NIODeadline.now()

    private let logger: Logger
    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    private var spareOutput: ByteBuffer?
    private var sweep: Scheduled<Void>?
    private var whenEmpty: EventLoopPromise<Void>?
    private var isDraining = false

    /// A buffer that grew beyond this for one burst is not kept for the next.
    private static let largestSpareBytes = 128 * 1024
    private static let firstOutputBytes = 1024

    init(eventLoop: any EventLoop, limits: ConnectionLimits, responder: any RequestResponder, logger: Logger) {
        self.eventLoop = eventLoop
        self.limits = limits
        self.responder = responder
        self.logger = logger
    }

    var count: Int { connections.count }

    func add(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = connection
        if isDraining { connection.drain() }
    }

    func remove(_ connection: ConnectionHandler) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        if connections.isEmpty { whenEmpty?.succeed() }
    }

    func connectionFailed(_ error: any Error) {
        logger.debug("a connection failed", metadata: ["error": "\(error)"])
    }

    // MARK: Time

    /// Looks after all connections from time to time: one timer for each loop, where one for each connection would have to
    /// be set anew for each request. So time-outs are late by at most ``sweepInterval``.
    func startSweeping() {
        // Held by its timer until it stops: a weak reference would make counting references to it, which every request
        // does, take the slow path for good.
        sweep = eventLoop.assumeIsolated().scheduleTask(in: sweepInterval) { [self] in
            checkAll()
            startSweeping()
        }
    }

    var sweepInterval: TimeAmount {
        let shortest = min(limits.idleTimeout, limits.headTimeout, limits.bodyTimeout, limits.lingerTimeout)
        return min(.seconds(1), max(.milliseconds(5), .nanoseconds(shortest.nanoseconds / 4)))
    }

    private func checkAll() {
        now = .now()
        // A check may close its connection, which then leaves the dictionary.
        for connection in Array(connections.values) { connection.check(at: now) }
    }

    // MARK: The end

    /// Ends idle connections at once and the others after their answer; the future succeeds when all have ended.
    func drain() -> EventLoopFuture<Void> {
        isDraining = true
        let promise = whenEmpty ?? eventLoop.makePromise(of: Void.self)
        whenEmpty = promise
        for connection in Array(connections.values) { connection.drain() }
        if connections.isEmpty { promise.succeed() }
        return promise.futureResult
    }

    /// Closes what has not ended by itself.
    func stop() {
        sweep?.cancel()
        for connection in Array(connections.values) { connection.closeNow() }
        whenEmpty?.succeed()
    }

    // MARK: Buffers

    /// A buffer for answers. Handlers of one loop never run at the same time, so one buffer goes round among them.
    func takeOutput() -> ByteBuffer {
        guard var buffer = spareOutput else { return ByteBufferAllocator().buffer(capacity: Self.firstOutputBytes) }
        spareOutput = nil
        buffer.clear()  // Makes new storage if the channel still holds the old one.
        return buffer
    }

    func giveBack(_ buffer: ByteBuffer) {
        if buffer.capacity <= Self.largestSpareBytes { spareOutput = buffer }
    }
}
