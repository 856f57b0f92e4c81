package import LanyardCore

// # Whose word is taken for the original request
//
// A proxy that asks for permission tells in headers what it asks about. Anyone can write such headers, so they are believed only
// from addresses that the operator has named, and only those of the one dialect that the policy names: a header that this
// proxy doesn't set would be the client's own, passed on.
//
// | dialect | method | URI | client |
// |---|---|---|---|
// | none | the call's own | the call's own | the connection |
// | nginx, haproxy | X-Original-Method | X-Original-URI | X-Real-IP |
// | caddy, traefik | X-Forwarded-Method | X-Forwarded-Uri | X-Forwarded-For |
// | envoy | the call's own | what follows the policy's name | X-Forwarded-For |
//
// A header that is missing, or there twice, is a misconfigured proxy or somebody's attempt; either way it is refused, by name.

/// Reads the original request in one proxy's dialect.
package struct ForwardedRequestReader: Sendable {
    package let dialect: ProxyDialect
    private let trustedProxies: CIDRSet
    private let names: HeaderNames?

    private struct HeaderNames: Sendable {
        /// Nil where the call itself tells the method and URI.
        var request: (method: FieldName, target: FieldName)?
        var address: FieldName
    }

    package init(_ dialect: ProxyDialect, trustedProxies: CIDRSet) {
        self.dialect = dialect
        self.trustedProxies = trustedProxies
        names = Self.names(dialect)
    }

    private static func names(_ dialect: ProxyDialect) -> HeaderNames? {
        switch dialect {
        case .none: nil
        case .nginx, .haproxy: HeaderNames(request: (.originalMethod, .originalURI), address: .realIP)
        case .caddy, .traefik: HeaderNames(request: (.forwardedMethod, .forwardedURI), address: .forwardedFor)
        case .envoy: HeaderNames(request: nil, address: .forwardedFor)
        }
    }

    /// The original request, or why its word isn't taken.
    package func read(
        _ call: ForwardAuthCall, _ fields: some HeaderFields
    ) -> Result<ForwardedRequest, UntrustedProxy> {
        guard let names else {
            return .success(
                ForwardedRequest(
                    method: HTTPMethodName(call.method), target: call.target[...], address: call.peer))
        }
        guard let peer = call.peer, trustedProxies.contains(peer) else {
            return .failure(UntrustedProxy(names.address, .sender(call.peer)))
        }
        var method = Single()
        var target = Single()
        var address = Single()
        fields.forEachField { name, value in
            if names.address.matches(name) { address.add(value) }
            guard let request = names.request else { return }
            if request.method.matches(name) { method.add(value) }
            if request.target.matches(name) { target.add(value) }
        }
        do {
            var request = ForwardedRequest(method: nil, target: "", address: nil)
            if let names = names.request {
                request.method = HTTPMethodName(try method.value(of: names.method))
                request.target = try target.value(of: names.target)[...]
            } else {
                request.method = HTTPMethodName(call.method)
                request.target = call.suffix
            }
            request.address = try client(try address.value(of: names.address), names.address)
            return .success(request)
        } catch {
            return .failure(error)
        }
    }

    private func client(_ value: String, _ name: FieldName) throws(UntrustedProxy) -> IPAddress {
        let client: IPAddress? =
            switch dialect {
            case .none: nil
            case .nginx, .haproxy: value[...].trimmed.withBytes { IPAddress(utf8: $0) }
            case .caddy, .traefik, .envoy: rightmostUntrusted(value)
            }
        guard let client else { throw UntrustedProxy(name, .noAddress) }
        return client
    }

    /// The last address in the list that isn't a trusted proxy's: each proxy appends whom it heard from, so what stands to
    /// the left of it is that one's own word. Where all are trusted, the first: a trusted machine itself is asking.
    private func rightmostUntrusted(_ list: String) -> IPAddress? {
        var rest = list.utf8[...]
        while true {
            let comma = rest.lastIndex(of: UInt8(ascii: ","))
            let entry = Substring(rest[(comma.map { rest.index(after: $0) } ?? rest.startIndex)...]).trimmed
            // One that can't be read can't be trusted either, nor can anything to its left.
            guard let address = entry.withBytes({ IPAddress(utf8: $0) }) else { return nil }
            guard trustedProxies.contains(address), let comma else { return address }
            rest = rest[..<comma]
        }
    }
}

/// A header that must be there exactly once.
private struct Single {
    private var first: String?
    private var isDoubled = false

    mutating func add(_ value: String) {
        if first == nil { first = value } else { isDoubled = true }
    }

    func value(of name: FieldName) throws(UntrustedProxy) -> String {
        if isDoubled { throw UntrustedProxy(name, .doubled) }
        guard let first, !first.isEmpty else { throw UntrustedProxy(name, .missing) }
        return first
    }
}
