import NIOCore
import Synchronization

/// Takes commands from any thread, and hands them to the connection's event loop: all that came since the last time at
/// once, so that many commands cost one write.
final class CommandQueue: Sendable {
    /// A command that is, or will be, without an answer.
    struct Request: Sendable {
        let deadline: NIODeadline
        /// How much it counts against the bound on bytes.
        let bytes: Int
        let finish: @Sendable (Result<RESPValue, ValkeyError>) -> Void
    }

    private struct State {
        /// Why nothing is taken any more.
        var end: ValkeyError?
        var isAnnounced = false
        var inFlight = 0
        var bytesInFlight = 0
        var unsent: [Request] = []
        var output = ByteBuffer()
    }

    private let state = Mutex(State())
    private let mostInFlight: Int
    private let mostBytes: Int

    init(mostInFlight: Int, mostBytes: Int) {
        self.mostInFlight = mostInFlight
        self.mostBytes = mostBytes
    }

    /// Takes a command; the result tells whether the event loop must be told to look.
    func add(_ parts: [[UInt8]], _ request: Request) -> Result<Bool, ValkeyError> {
        state.withLock { state in
            if let end = state.end { return .failure(end) }
            guard state.inFlight < mostInFlight, state.bytesInFlight + request.bytes <= mostBytes else {
                return .failure(ValkeyError(.overloaded, "\(state.inFlight) commands are without an answer"))
            }
            state.inFlight += 1
            state.bytesInFlight += request.bytes
            RESPCommand.write(parts, into: &state.output)
            state.unsent.append(request)
            defer { state.isAnnounced = true }
            return .success(!state.isAnnounced)
        }
    }

    /// What came since the last time.
    func take() -> (ByteBuffer, [Request]) {
        state.withLock { state in
            defer {
                state.isAnnounced = false
                state.output = ByteBuffer()
                state.unsent = []
            }
            return (state.output, state.unsent)
        }
    }

    /// Makes room: these have their answers.
    func settle(_ requests: some Collection<Request>) {
        state.withLock { state in
            state.inFlight -= requests.count
            state.bytesInFlight -= requests.reduce(0) { $0 + $1.bytes }
        }
    }

    /// Why nothing is taken any more; `nil` while commands are.
    var end: ValkeyError? { state.withLock { $0.end } }

    /// Takes nothing from now on; the first reason stays.
    func refuse(_ error: ValkeyError) {
        state.withLock { $0.end = $0.end ?? error }
    }
}
