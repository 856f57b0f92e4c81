package import NIOCore

/// A connection that is logged in. Commands go out as they come, without waiting for answers; it ends at the first answer
/// that is overdue or malformed, and is then of no more use.
package final class ValkeyConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<CommandHandler>
    private let queue: CommandQueue
    private let mostCommandBytes: Int

    /// On the channel's event loop only.
    init(_ channel: any Channel, settings: ValkeySettings) throws {
        self.channel = channel
        queue = CommandQueue(mostInFlight: settings.mostInFlight, mostBytes: settings.mostBytesInFlight)
        mostCommandBytes = settings.mostBytesInFlight
        let handler = CommandHandler(queue: queue, limits: settings.limits)
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Sends a command; `finish` is called once, here if it can't be sent, else on the event loop, where it must not
    /// block. Commands of one thread go out in their order.
    ///
    /// A server's error is a value here.
    package func submit(
        _ command: [[UInt8]], deadline: NIODeadline,
        finish: @escaping @Sendable (Result<RESPValue, ValkeyError>) -> Void
    ) {
        let size = RESPCommand.size(of: command)
        guard !command.isEmpty, size <= mostCommandBytes else {
            return finish(.failure(ValkeyError(.invalid, "a command of \(command.count) parts, \(size) bytes")))
        }
        switch queue.add(command, CommandQueue.Request(deadline: deadline, bytes: size, finish: finish)) {
        case .failure(let error): finish(.failure(error))
        case .success(false): break
        case .success(true): channel.eventLoop.execute { [handler] in handler.value.drain() }
        }
    }

    /// Sends a command and waits for the answer. A cancelled task still waits: the answer is on its way.
    package func send(_ command: [[UInt8]], deadline: NIODeadline) async throws(ValkeyError) -> RESPValue {
        let result = await withCheckedContinuation { caller in
            submit(command, deadline: deadline) { caller.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Sends a command and waits for the answer.
    ///
    /// - Throws: Also what the server answers as an error.
    package func run(_ command: [[UInt8]], deadline: NIODeadline) async throws(ValkeyError) -> RESPValue {
        let reply = try await send(command, deadline: deadline)
        if case .error(let failure) = reply { throw ValkeyError(failure) }
        return reply
    }

    /// Runs a script; the server is sent its text only if it does not know it.
    package func evaluate(
        _ script: ValkeyScript, keys: [[UInt8]], arguments: [[UInt8]], deadline: NIODeadline
    ) async throws(ValkeyError) -> RESPValue {
        let rest = [Array("\(keys.count)".utf8)] + keys + arguments
        do {
            return try await run([Array("EVALSHA".utf8), script.hash] + rest, deadline: deadline)
        } catch {
            guard error.serverCode == "NOSCRIPT" else { throw error }
            return try await run([Array("EVAL".utf8), script.source] + rest, deadline: deadline)
        }
    }

    /// Waits until the connection has ended, from whichever side.
    /// - Returns: Why it has.
    @discardableResult
    package func waitUntilEnded() async -> String {
        try? await channel.closeFuture.get()
        return queue.end?.context ?? "it ended"
    }

    /// Takes no more commands, and closes once those under way have their answers, or the time is over.
    package func close(within time: Duration) async {
        queue.refuse(ValkeyError(.closed, "the connection was closed"))
        let deadline = NIODeadline.now() + TimeAmount(time)
        channel.eventLoop.execute { [handler] in handler.value.close(by: deadline) }
        await waitUntilEnded()
    }
}
