import HTTPTypes

/// Finds the endpoint of a request. A path that is written out goes before one with a parameter, also where it lacks the
/// request's method: so `GET /v1/keys/import` is a wrong method, not a key named `import`.
struct EndpointTable: Sendable {
    /// Every endpoint of the admin listener.
    static let all = EndpointTable(
        Endpoint.open + Endpoint.keys + Endpoint.projects + Endpoint.accounts + Endpoint.plans + Endpoint.roles
            + Endpoint.policies + Endpoint.explain + Endpoint.usage + Endpoint.audit + Endpoint.attempts)

    enum Match: Sendable {
        case found(Endpoint, pathID: String)
        /// The path is known, the method is not; these are.
        case wrongMethod([String])
        case noSuchPath
    }

    let endpoints: [Endpoint]
    private let byPath: [String: [Endpoint]]

    /// What stands for any id in ``byPath``.
    private static let parameter = "{id}"

    init(_ endpoints: [Endpoint]) {
        self.endpoints = endpoints
        byPath = Dictionary(grouping: endpoints, by: \.path)
    }

    func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        if let known = byPath[path], !path.contains("{") { return match(method, known, pathID: "") }
        // `/v1/things/{id}` and `/v1/things/{id}/action`: the id is the third segment.
        var segments = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard segments.count >= 4, segments.count <= 5, !segments[3].isEmpty else { return .noSuchPath }
        let pathID = segments[3]
        segments[3] = EndpointTable.parameter
        guard let known = byPath[segments.joined(separator: "/")] else { return .noSuchPath }
        return match(method, known, pathID: pathID)
    }

    private func match(_ method: HTTPRequest.Method, _ known: [Endpoint], pathID: String) -> Match {
        let wanted = method == .head ? .get : method
        if let endpoint = known.first(where: { $0.method == wanted }) { return .found(endpoint, pathID: pathID) }
        return .wrongMethod(EndpointTable.allowed(known))
    }

    /// Whether a request's body is read piece by piece, for as long as it takes.
    func streamsBody(of request: HTTPRequest) -> Bool {
        let path = request.path?.prefix { $0 != "?" && $0 != "#" } ?? ""
        switch match(request.method, String(path)) {
        case .found(let endpoint, pathID: _): return endpoint.streamsBody
        case .wrongMethod, .noSuchPath: return false
        }
    }

    /// The methods of one path, as `Allow` lists them: `HEAD` wherever there is `GET`.
    static func allowed(_ endpoints: [Endpoint]) -> [String] {
        endpoints.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }
    }
}
