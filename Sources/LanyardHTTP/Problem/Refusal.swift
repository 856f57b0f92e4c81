/// What is wrong with the bytes on a connection, before any route is asked. Each is answered, and ends the connection:
/// what follows could not be told apart from what went wrong.
package enum Refusal: Hashable, Sendable, CaseIterable {
    /// It isn't HTTP/1.
    case syntax
    /// The target is none of the forms that a server is asked for (RFC 9112, section 3.2).
    case target
    /// `Host` is missing, doubled, empty, or no name of a host (RFC 9112, section 3.2).
    case host
    /// Two statements of where the body ends, or one that can't be kept (RFC 9112, section 6.3): the way of smugglers.
    case bodyLength
    /// `CONNECT`: this is no proxy.
    case tunnel
    /// The target is longer than the limit.
    case targetTooLong
    /// The head has more bytes or fields than the limits allow.
    case headTooLarge
    /// The body is larger than the limit.
    case bodyTooLarge
    /// All bodies together are larger than the limit.
    case overloaded
    /// `Expect` names something else than `100-continue`.
    case expectation
    /// The head or the body took too long.
    case timeout
}
