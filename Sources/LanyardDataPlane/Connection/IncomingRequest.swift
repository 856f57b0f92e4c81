import NIOCore
import NIOHTTP1

/// A request that has arrived whole.
struct IncomingRequest: Equatable {
    let head: HTTPRequestHead
    let target: RequestTarget
    let framing: RequestFraming
    /// What was collected of the body; `nil` where there was none, or none was wanted.
    var body: ByteBuffer?
    /// How many bytes the body had, also where they were thrown away.
    var bodyBytes = 0

    init(head: HTTPRequestHead, target: RequestTarget, framing: RequestFraming) {
        self.head = head
        self.target = target
        self.framing = framing
    }

    mutating func add(_ bytes: ByteBuffer, collects: Bool) {
        bodyBytes += bytes.readableBytes
        guard collects else { return }
        if body == nil {
            body = bytes
        } else {
            body?.writeImmutableBuffer(bytes)
        }
    }
}

/// What a connection has received, in the order of the wire.
enum ConnectionInput: Equatable {
    case head(HTTPRequestHead)
    case body(ByteBuffer)
    case end
    /// The parser gave up.
    case malformed(Refusal)
    /// The client has closed its side; it may still read answers.
    case inputClosed
}

/// What becomes of a request's body, said when its head is known.
enum BodyUse: Equatable {
    case collect
    /// Read, counted and thrown away: the connection can be used again.
    case discard
}
