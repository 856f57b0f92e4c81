import LanyardWire
import NIOHTTP1
import TestSupport

/// What whoever revokes a key, or narrows something else, is told.
struct Revocation: Sendable {
    /// When that was, on the monotonic clock.
    let answered: Int64
    let acknowledgedBy: [String]
    let pending: [String]
}

extension ServerClient {
    func revoke(_ key: IssuedKey) async throws -> Revocation {
        try await change(.POST, "/v1/keys/\(key.id)/revoke", #"{"reason":"a test"}"#)
    }

    /// Lets a policy demand a scope.
    func narrow(_ policy: String, to scope: String) async throws -> Revocation {
        try await change(.PATCH, "/v1/policies/\(policy)", #"{"scope":"\#(scope)"}"#)
    }

    private func change(_ method: HTTPMethod, _ path: String, _ body: String) async throws -> Revocation {
        let answer = try await send(.admin, method, path, json: body)
        let answered = LoadConnection.now
        guard answer.status == 200, let nodes = answer["acknowledged_by"]?.array, let late = answer["pending"]?.array
        else { throw Unfulfilled(description: "\(method) \(path) is acknowledged: \(answer.status) \(answer.text)") }
        return Revocation(
            answered: answered, acknowledgedBy: nodes.compactMap(\.string), pending: late.compactMap(\.string))
    }

    /// The id of the node that has started last.
    func newestNode() async throws -> String {
        let answer = try await send(.admin, .GET, "/v1/nodes")
        let nodes = (answer["data"]?.array ?? []).compactMap { node in
            node["started_at"]?.string.flatMap { time in node["id"]?.string.map { (time, $0) } }
        }
        guard let newest = nodes.max(by: { $0 < $1 }) else {
            throw Unfulfilled(description: "the nodes are listed: \(answer.status) \(answer.text)")
        }
        return newest.1
    }
}
