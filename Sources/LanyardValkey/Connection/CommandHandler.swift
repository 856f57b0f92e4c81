import NIOCore

// # Answers in order
//
// A server answers commands in the order in which they came, and nothing else says which answer is whose. So there is one
// line of waiting commands, and an answer belongs to the first. A command whose time is over can't leave the line: its
// answer may still come, and would be taken for the next one's. Therefore one overdue command ends the connection, and
// all who wait fail with it.

/// A connection's part on its event loop.
final class CommandHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let queue: CommandQueue
    private var parser: RESPParser
    private var pending = CircularBuffer<CommandQueue.Request>()
    private var context: ChannelHandlerContext?
    private var timer: (deadline: NIODeadline, scheduled: Scheduled<Void>)?
    private var isClosing = false
    private var isOver = false

    init(queue: CommandQueue, limits: RESPParser.Limits) {
        self.queue = queue
        parser = RESPParser(limits: limits)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Writes what was queued, all at once.
    func drain() {
        let (output, requests) = queue.take()
        guard let context, !isOver else {
            queue.settle(requests)
            for request in requests {
                request.finish(.failure(ValkeyError(.unavailable, "the connection has just ended")))
            }
            return
        }
        guard !requests.isEmpty else { return }
        pending.append(contentsOf: requests)
        for request in requests { watch(request.deadline) }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    }

    /// Closes once all commands have their answers, or at the deadline.
    func close(by deadline: NIODeadline) {
        drain()
        guard !isOver, let context else { return }
        isClosing = true
        if pending.isEmpty {
            end(ValkeyError(.closed, "the connection was closed"))
        } else {
            context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
                self.end(ValkeyError(.lost, "the connection was closed before the answer"))
            }
        }
    }

    // MARK: - What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        parser.append(unwrapInboundIn(data))
        var answers: [(CommandQueue.Request, RESPValue)] = []
        var problem: ValkeyError?
        do throws(RESPParser.Malformation) {
            while let reply = try parser.next() {
                if case .push = reply { continue }
                guard let request = pending.popFirst() else {
                    problem = ValkeyError(.malformed, "the server answered what nobody had asked")
                    break
                }
                answers.append((request, reply))
            }
        } catch {
            problem = ValkeyError(error)
        }
        // Room is made first: who has an answer may ask the next at once.
        queue.settle(answers.map(\.0))
        for (request, reply) in answers { request.finish(.success(reply)) }
        if let problem { return end(problem) }
        if answers.contains(where: { $0.1.tellsOfFollower }) {
            return end(ValkeyError(.lost, "the server has become another's follower"))
        }
        if isClosing, pending.isEmpty { end(ValkeyError(.closed, "the connection was closed")) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(ValkeyError(.lost, "the server ended the connection"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(ValkeyError(.lost, ValkeyError.reason(error)))
    }

    // MARK: - Ends

    private func watch(_ deadline: NIODeadline) {
        if let timer, timer.deadline <= deadline { return }
        guard let context else { return }
        timer?.scheduled.cancel()
        let scheduled = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.look() }
        timer = (deadline, scheduled)
    }

    /// Whether anybody is overdue. Seldom: the timer stands at the first deadline of those who waited when it was set.
    private func look() {
        timer = nil
        guard !isOver, let first = pending.lazy.map(\.deadline).min() else { return }
        if first <= .now() {
            end(ValkeyError(.timedOut, "the server did not answer in time"))
        } else {
            watch(first)
        }
    }

    private func end(_ error: ValkeyError) {
        guard !isOver else { return }
        isOver = true
        queue.refuse(ValkeyError(.unavailable, error.context))
        timer?.scheduled.cancel()
        timer = nil
        let sent = pending
        pending = []
        queue.settle(sent)
        context?.close(promise: nil)
        for request in sent { request.finish(.failure(error)) }
        drain()
    }
}

extension RESPValue {
    /// Whether this server no longer takes writes: after a failover another one does.
    fileprivate var tellsOfFollower: Bool {
        if case .error(let failure) = self { failure.code == "READONLY" } else { false }
    }
}
