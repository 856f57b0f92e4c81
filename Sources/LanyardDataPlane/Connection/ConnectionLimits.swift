package import NIOCore

/// What one connection may take: bytes, fields and time. Whatever passes a limit is answered and closed, or just closed.
package struct ConnectionLimits: Sendable, Hashable {
    /// How long a connection may stay open between requests.
    package var idleTimeout = TimeAmount.seconds(75)
    /// How long a head may take from its first byte on. With TLS, how long it may take until the first byte, too: the
    /// handshake included.
    package var headTimeout = TimeAmount.seconds(10)
    /// How long a body may take from the end of its head on.
    package var bodyTimeout = TimeAmount.seconds(30)
    /// How long a connection whose last answer was sent early is read on, so that the answer isn't lost to a reset.
    package var lingerTimeout = TimeAmount.seconds(2)
    /// The target, names and values of one head together, trailers included.
    package var headBytes = 32 * 1024
    /// The fields of one head, trailers included.
    package var fieldCount = 100
    /// The target of a request: its path and query.
    package var targetBytes = 8 * 1024
    /// The body, decoded from its chunks.
    package var bodyBytes = 1024 * 1024
    /// The body of a call that has next to nothing to say: finish, and what a key does for itself.
    package var smallBodyBytes = 64 * 1024
    /// How many bytes are given to the parser at a time: what bounds the parsed requests that wait behind a parked one.
    package var parsedBytes = 4 * 1024
    /// How many unparsed bytes may wait. They come in only when the client has closed its side: else reading stops first.
    package var heldBytes = 256 * 1024
    /// How many bytes of answers are gathered before they are sent, within one burst of requests.
    package var gatheredBytes = 64 * 1024

    package init() {}
}
