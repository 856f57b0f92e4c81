package import LanyardCore

/// The original request that a forward-auth call asks about, as far as it may be believed.
package struct ForwardedRequest: Sendable, Hashable {
    /// Nil where the method has no name that a restriction could hold.
    package var method: HTTPMethodName?
    /// Path and query, as the client sent them.
    package var target: Substring
    /// The client's address; nil where the connection has none.
    package var address: IPAddress?

    package init(method: HTTPMethodName?, target: Substring, address: IPAddress?) {
        self.method = method
        self.target = target
        self.address = address
    }

    /// The path, as it was sent. Whether it is canonical is for the decision to say.
    package var path: Substring { CanonicalPath.cut(target) }
}

/// A forward-auth call as it arrived: what is known of it without believing a header.
package struct ForwardAuthCall: Sendable {
    /// Who is connected.
    package var peer: IPAddress?
    package var method: String
    /// The call's own path and query.
    package var target: String
    /// What follows the policy's name in the path, with its slash and the query; empty where nothing does.
    package var suffix: Substring

    package init(peer: IPAddress?, method: String, target: String, suffix: Substring) {
        self.peer = peer
        self.method = method
        self.target = target
        self.suffix = suffix
    }
}
