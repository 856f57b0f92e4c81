import LanyardHTTP
import NIOCore
import NIOHTTP1

/// What the connections of one event loop ask for answers. Called on that loop only.
protocol RequestResponder: AnyObject {
    /// Asked for requests that have a body, when their head is here.
    func planBody(of request: IncomingRequest, from peer: ConnectionPeer) -> BodyPlan

    /// Writes the answer to a whole request into `output`, or says that it comes later.
    func respond(
        to request: IncomingRequest, from peer: ConnectionPeer, frame: AnswerFrame, into output: inout ByteBuffer
    ) -> Response

    /// Writes the answer to what was refused before it was a request.
    func respond(to refusal: Refusal, head: HTTPRequestHead?, frame: AnswerFrame, into output: inout ByteBuffer)

    /// Told that a connection waited too long: for the rest of a request if one was begun.
    func connectionTimedOut(duringRequest: Bool)
}

/// How a request is answered.
enum Response {
    case written
    case later(DeferredAnswer)
}

/// What the connection demands of an answer's head and body.
struct AnswerFrame: Equatable {
    /// When the answer is written, on the loop's clock.
    var now: NIODeadline
    /// The last answer on this connection.
    var closes: Bool
    /// The client would otherwise expect the connection to close: HTTP/1.0.
    var announcesKeepAlive = false
    /// The answer to `HEAD` has the fields of the answer to `GET` and no body (RFC 9110, section 9.3.2).
    var omitsBody = false
}
