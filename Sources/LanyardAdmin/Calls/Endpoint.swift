import HTTPTypes
import LanyardManagement

/// One operation of the management API: where it is, whom it admits, and what it does. The router, the 405 answers and the
/// tests against `openapi.yaml` all read the same table of these.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    /// Segments in braces are parameters, as in `openapi.yaml`.
    let path: String
    /// The scope that a caller needs for one project at least; `nil` where no key is asked for.
    let scope: AdministrativeScope?
    /// Whether it has parameters in the query; where it has none, any is refused.
    var readsQuery: Bool { method == .get && !path.contains("{") && !Endpoint.withoutQuery.contains(path) }
    /// Whether its body is read piece by piece, for as long as it takes.
    private(set) var streamsBody = false
    let run: @Sendable (AdminCall) async throws -> AdminAnswer

    /// Endpoints of reading that have no parameters.
    private static let withoutQuery: Set = ["/v1/audit/verify", "/v1/nodes"]

    func streamingBody() -> Endpoint {
        var endpoint = self
        endpoint.streamsBody = true
        return endpoint
    }

    static func get(
        _ path: String, _ scope: AdministrativeScope?,
        _ run: @escaping @Sendable (AdminCall) async throws -> AdminAnswer
    ) -> Endpoint {
        Endpoint(method: .get, path: path, scope: scope, run: run)
    }

    static func post(
        _ path: String, _ scope: AdministrativeScope?,
        _ run: @escaping @Sendable (AdminCall) async throws -> AdminAnswer
    ) -> Endpoint {
        Endpoint(method: .post, path: path, scope: scope, run: run)
    }

    static func patch(
        _ path: String, _ scope: AdministrativeScope?,
        _ run: @escaping @Sendable (AdminCall) async throws -> AdminAnswer
    ) -> Endpoint {
        Endpoint(method: .patch, path: path, scope: scope, run: run)
    }

    static func delete(
        _ path: String, _ scope: AdministrativeScope?,
        _ run: @escaping @Sendable (AdminCall) async throws -> AdminAnswer
    ) -> Endpoint {
        Endpoint(method: .delete, path: path, scope: scope, run: run)
    }
}
