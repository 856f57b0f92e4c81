import CLanyardPQ
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reaches into a connection from another thread than the one that it belongs to: to end what it waits for.
final class ConnectionHandle: Sendable {
    private struct State {
        var descriptor: Int32?
        /// libpq's means to ask the server to end a statement, as bits: it may be used on any thread, once.
        var cancel: UInt?
    }

    private let state: Mutex<State>

    init(_ connection: OpaquePointer) {
        let cancel = PQgetCancel(connection).map { UInt(bitPattern: $0) }
        state = Mutex(State(descriptor: PQsocket(connection), cancel: cancel))
    }

    /// Asks the server to end the statement under way. Returns at once: the asking takes a connection of its own, and a
    /// server that hangs may never answer it.
    func cancel() {
        guard let bits = state.withLock({ $0.cancel.take() }) else { return }
        Thread.detachNewThread {
            guard let cancel = OpaquePointer(bitPattern: bits) else { return }
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(cancel, &message, Int32(message.count))
            PQfreeCancel(cancel)
        }
    }

    /// Ends all reading and writing at once; whoever waits for the server sees a lost connection.
    func cut() {
        state.withLock { state in
            // Under the lock, so that the number can't yet belong to another file.
            if let descriptor = state.descriptor { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Called by the connection's own thread before its socket is closed.
    func release() {
        let cancel = state.withLock { state in
            state.descriptor = nil
            return state.cancel.take()
        }
        if let cancel { PQfreeCancel(OpaquePointer(bitPattern: cancel)) }
    }
}
