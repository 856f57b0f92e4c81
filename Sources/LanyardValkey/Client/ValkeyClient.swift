package import NIOCore
import NIOPosix
import Synchronization

// # One connection, kept up
//
// A task of the client's own connects, waits until the connection ends, and connects again, ever more slowly while that
// fails. Callers find a connection or wait for one, as long as their deadline says; if the next attempt lies beyond that,
// they fail at once, with the reason of the last failure.
//
// No command is ever sent twice: whether a lost one was carried out only its sender can judge (`mayHaveRun`). The one
// exception is a script that the server does not know, which has said so.

/// A client of one server. It must be closed.
package final class ValkeyClient: Sendable {
    private struct Waiter {
        let deadline: NIODeadline
        let caller: CheckedContinuation<Result<ValkeyConnection, ValkeyError>, Never>
    }

    private struct State {
        var isClosed = false
        var connection: ValkeyConnection?
        var lastError: ValkeyError?
        var nextAttempt = NIODeadline.uptimeNanoseconds(0)
        var waiters: [UInt64: Waiter] = [:]
        var lastWaiter: UInt64 = 0
        var keeper: Task<Void, Never>?
    }

    private let location: ValkeyLocation
    private let password: ValkeyPassword
    private let settings: ValkeySettings
    private let group: any EventLoopGroup
    private let state = Mutex(State())

    /// Begins to connect.
    package init(
        _ location: ValkeyLocation, password: ValkeyPassword = .none, settings: ValkeySettings = ValkeySettings(),
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.location = location
        self.password = password
        self.settings = settings
        self.group = group
        let keeper = Task { await self.keepUp() }
        state.withLock { $0.keeper = keeper }
    }

    /// Why there is no connection; `nil` while there is one, or the first is being made.
    package var problem: ValkeyError? {
        state.withLock { $0.connection == nil ? $0.lastError : nil }
    }

    /// Sends a command and waits for the answer.
    ///
    /// - Throws: Also what the server answers as an error.
    package func run(_ command: [[UInt8]], within time: Duration? = nil) async throws(ValkeyError) -> RESPValue {
        try await run(command, by: deadline(time))
    }

    /// Runs a script; the server is sent its text only if it does not know it.
    package func evaluate(
        _ script: ValkeyScript, keys: [[UInt8]], arguments: [[UInt8]], within time: Duration? = nil
    ) async throws(ValkeyError) -> RESPValue {
        let deadline = deadline(time)
        return try await connection(by: deadline)
            .evaluate(script, keys: keys, arguments: arguments, deadline: deadline)
    }

    /// The connection that commands go out on now, or the next one, waiting for it.
    package func currentConnection(within time: Duration? = nil) async throws(ValkeyError) -> ValkeyConnection {
        try await connection(by: deadline(time))
    }

    /// Takes no more commands, waits for the answers to those under way (a while), and closes.
    package func close() async {
        let (waiters, connection, keeper) = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [:] }
            return (state.waiters.values, state.connection, state.keeper)
        }
        for waiter in waiters { waiter.caller.resume(returning: .failure(Self.closed)) }
        keeper?.cancel()
        await connection?.close(within: settings.closingTimeout)
        await keeper?.value
    }

    private static let closed = ValkeyError(.closed, "the client was closed")

    private func deadline(_ time: Duration?) -> NIODeadline { .now() + TimeAmount(time ?? settings.commandTimeout) }

    private func run(_ command: [[UInt8]], by deadline: NIODeadline) async throws(ValkeyError) -> RESPValue {
        try await connection(by: deadline).run(command, deadline: deadline)
    }
}

// MARK: - Waiting for a connection

extension ValkeyClient {
    private func connection(by deadline: NIODeadline) async throws(ValkeyError) -> ValkeyConnection {
        if let result = state.withLock({ Self.immediate($0, deadline, settings.mostInFlight) }) {
            return try result.get()
        }
        let result = await withCheckedContinuation { caller in
            let (result, number) = state.withLock { state in
                let result = Self.immediate(state, deadline, settings.mostInFlight)
                if result == nil {
                    state.lastWaiter += 1
                    state.waiters[state.lastWaiter] = Waiter(deadline: deadline, caller: caller)
                }
                return (result, state.lastWaiter)
            }
            if let result {
                caller.resume(returning: result)
            } else {
                group.any().scheduleTask(deadline: deadline) { self.expire(number) }
            }
        }
        return try result.get()
    }

    /// What can be said without waiting.
    private static func immediate(
        _ state: State, _ deadline: NIODeadline, _ mostWaiters: Int
    ) -> Result<ValkeyConnection, ValkeyError>? {
        if state.isClosed { return .failure(closed) }
        if let connection = state.connection { return .success(connection) }
        if state.nextAttempt >= deadline { return .failure(unavailable(state)) }
        if state.waiters.count >= mostWaiters {
            return .failure(ValkeyError(.overloaded, "\(state.waiters.count) commands wait for a connection"))
        }
        return nil
    }

    private static func unavailable(_ state: State) -> ValkeyError {
        guard let error = state.lastError else { return ValkeyError(.unavailable, "there is no connection yet") }
        return error.code == .unauthorized ? error : ValkeyError(.unavailable, error.context)
    }

    private func expire(_ number: UInt64) {
        let (waiter, error) = state.withLock { ($0.waiters.removeValue(forKey: number), Self.unavailable($0)) }
        waiter?.caller.resume(returning: .failure(error))
    }
}

// MARK: - Keeping a connection up

extension ValkeyClient {
    private var isClosed: Bool { state.withLock { $0.isClosed } }

    private func keepUp() async {
        var backoff = Backoff(settings)
        while !isClosed {
            let failure: ValkeyError?
            var reason = ""
            do throws(ValkeyError) {
                let connection = try await ValkeyConnection.open(
                    location, password: password, settings: settings, on: group)
                guard install(connection) else { return await connection.close(within: .zero) }
                let start = ContinuousClock.now
                reason = await connection.waitUntilEnded()
                // A server that lets everybody in and then falls over is not asked ever faster.
                if ContinuousClock.now - start >= settings.longestBackoff { backoff.reset() }
                failure = nil
            } catch {
                failure = error
            }
            let pause = backoff.next(after: failure)
            remember(failure ?? ValkeyError(.unavailable, "\(location): the connection was lost: \(reason)"), pause)
            try? await Task.sleep(for: pause)
        }
    }

    /// Hands a connection to all who wait; `false` if nobody wants one any more.
    private func install(_ connection: ValkeyConnection) -> Bool {
        let waiters: [Waiter]? = state.withLock { state in
            if state.isClosed { return nil }
            state.connection = connection
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters ?? [] { waiter.caller.resume(returning: .success(connection)) }
        return waiters != nil
    }

    /// Notes why there is none, and lets those go for whom the next attempt comes too late.
    private func remember(_ error: ValkeyError, _ pause: Duration) {
        let (late, reason) = state.withLock { state in
            state.connection = nil
            state.lastError = error
            state.nextAttempt = .now() + TimeAmount(pause)
            let late = state.waiters.filter { $0.value.deadline <= state.nextAttempt }
            for number in late.keys { state.waiters[number] = nil }
            return (late, Self.unavailable(state))
        }
        for waiter in late.values { waiter.caller.resume(returning: .failure(reason)) }
    }
}
