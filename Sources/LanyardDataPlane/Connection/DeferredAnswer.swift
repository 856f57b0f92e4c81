import NIOCore

/// An answer that comes later, on the connection's event loop.
final class DeferredAnswer {
    private weak var connection: ConnectionHandler?
    private var frame: AnswerFrame?
    /// The client has gone: nobody will read the answer, and nothing should be charged for it.
    private(set) var isAbandoned = false

    /// Writes the answer. To be called once, and not before ``Response/later(_:)`` was returned.
    func complete(_ write: (AnswerFrame, inout ByteBuffer) -> Void) {
        guard let connection, let frame else { return }
        self.connection = nil
        connection.completeDeferred(frame, write)
    }

    func attach(to connection: ConnectionHandler, frame: AnswerFrame) {
        self.connection = connection
        self.frame = frame
    }

    func abandon() {
        isAbandoned = true
        connection = nil
    }
}
