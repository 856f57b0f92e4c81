import NIOCore

/// An answer that comes later, on the connection's event loop: to a request, or to what becomes of its body.
final class DeferredAnswer {
    /// Not weak, for that would slow down each use of the connection from then on: the connection lets go of it when it is
    /// answered or gone, and it lets go of the connection then.
    private var connection: ConnectionHandler?
    private var frame: AnswerFrame?
    /// The client has gone: nobody will read the answer, and nothing should be charged for it.
    private(set) var isAbandoned = false

    /// Writes the answer. To be called once, and not before ``Response/later(_:)`` was returned.
    func complete(_ write: (AnswerFrame, inout ByteBuffer) -> Void) {
        guard let connection, let frame else { return }
        self.connection = nil
        connection.completeDeferred(frame, write)
    }

    /// Says what becomes of a request's body. To be called once, and not before ``BodyPlan/later(_:)`` was returned.
    func complete(_ use: BodyUse) {
        guard let connection else { return }
        self.connection = nil
        connection.completeDeferred(use)
    }

    func attach(to connection: ConnectionHandler, frame: AnswerFrame? = nil) {
        self.connection = connection
        self.frame = frame
    }

    func abandon() {
        isAbandoned = true
        connection = nil
    }
}
