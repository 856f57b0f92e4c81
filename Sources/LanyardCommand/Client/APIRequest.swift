import LanyardWire
import NIOHTTP1

/// A call of the HTTP API.
struct APIRequest: Sendable {
    var method: HTTPMethod
    var path: [String]
    var query: [(name: String, value: String)] = []
    var body: JSONValue?
    /// Makes a POST that creates or rotates safe to repeat.
    var idempotencyKey: String?
    var accept = "application/json"
    /// Whether doing it twice is the same as doing it once.
    var isRepeatable: Bool

    /// A call that changes nothing.
    static func get(_ path: [String], query: [(name: String, value: String)] = []) -> APIRequest {
        APIRequest(method: .GET, path: path, query: query, isRepeatable: true)
    }

    /// A call that changes nothing although it is a POST.
    static func ask(_ path: [String], body: JSONValue) -> APIRequest {
        APIRequest(method: .POST, path: path, body: body, isRepeatable: true)
    }

    /// A call that creates or rotates. With its key it can be repeated.
    static func create(_ path: [String], body: JSONValue?, idempotencyKey: String) -> APIRequest {
        APIRequest(method: .POST, path: path, body: body, idempotencyKey: idempotencyKey, isRepeatable: true)
    }

    /// A change that sets fields to what the call says, whatever they were.
    static func patch(_ path: [String], body: JSONValue) -> APIRequest {
        APIRequest(method: .PATCH, path: path, body: body, isRepeatable: true)
    }

    /// An action on an object, as `revoke`.
    static func act(_ path: [String], body: JSONValue? = nil, isRepeatable: Bool) -> APIRequest {
        APIRequest(method: .POST, path: path, body: body, isRepeatable: isRepeatable)
    }

    /// Repeated, it would say that there is no such object.
    static func delete(_ path: [String]) -> APIRequest {
        APIRequest(method: .DELETE, path: path, isRepeatable: false)
    }
}

/// A successful answer.
struct APIAnswer: Sendable {
    /// As it came, for `--json`.
    let bytes: [UInt8]
    /// Null where there was no body.
    let json: JSONValue
}
