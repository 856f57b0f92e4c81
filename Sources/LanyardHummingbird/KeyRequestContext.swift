public import Hummingbird
public import Lanyard
public import NIOCore

/// A request context that carries what ``RequireKey`` has found out.
///
/// ```swift
/// let router = Router(context: BasicKeyRequestContext.self)
/// router.group("invoices").add(middleware: RequireKey(keys, scope: "invoices:read"))
///     .get { _, context in "hello, \(context.grant.key.name)" }
/// ```
public protocol KeyRequestContext: RequestContext {
    /// The grant, behind ``RequireKey``; `nil` where the route is not behind it.
    var possibleGrant: Grant? { get set }
    /// The address of the connection's other end.
    var remoteAddress: SocketAddress? { get }
}

extension KeyRequestContext {
    /// The grant of this request. Only for routes behind ``RequireKey``: elsewhere it stops the program, for a route that
    /// reads it without being protected is a mistake that no request must get past.
    public var grant: Grant {
        guard let grant = possibleGrant else {
            // A mistake in the program's own routes: answering it would be answering without a key.
            preconditionFailure("context.grant was read on a route that is not behind RequireKey")
        }
        return grant
    }
}

/// A context with nothing else in it, for services that need no context of their own.
public struct BasicKeyRequestContext: KeyRequestContext {
    /// What Hummingbird keeps for every request.
    public var coreContext: CoreRequestContextStorage
    /// The grant, behind ``RequireKey``.
    public var possibleGrant: Grant?
    /// The address of the connection's other end.
    public let remoteAddress: SocketAddress?

    /// A context for a new request.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}
