import LanyardHTTP
import NIOCore
import NIOHTTP1

/// A request that has arrived whole.
///
/// An object, because it is handed from state to action and back: one reference is counted, and not one for each of its
/// parts. Its connection alone changes it, while the body arrives.
final class IncomingRequest {
    let head: HTTPRequestHead
    let target: RequestTarget
    let framing: RequestFraming
    /// What was collected of the body; `nil` where there was none, or none was wanted.
    var body: CollectedBody?
    /// How many bytes the body had, also where they were thrown away.
    var bodyBytes = 0

    init(head: HTTPRequestHead, target: RequestTarget, framing: RequestFraming) {
        self.head = head
        self.target = target
        self.framing = framing
    }

    /// The content of the body, as far as it was collected.
    var bodyContent: ByteBufferView { body?.bytes.readableBytesView ?? ByteBufferView() }

    /// There was a body, and it was thrown away.
    var isBodyDiscarded: Bool { body == nil && bodyBytes > 0 }
}

extension IncomingRequest: Equatable {
    static func == (left: IncomingRequest, right: IncomingRequest) -> Bool {
        left.head == right.head && left.target == right.target && left.framing == right.framing
            && left.body == right.body && left.bodyBytes == right.bodyBytes
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
