import LanyardWire
import NIOHTTP1

/// One request of a test's.
struct Call: Sendable {
    enum Listener: String, Sendable {
        case data
        case admin
    }

    struct Body: Sendable {
        var bytes: [UInt8]
        var mediaType: String?
    }

    var listener: Listener
    var method: HTTPMethod
    /// Path and query.
    var target: String
    /// Presented as a bearer token.
    var secret: String?
    var fields: [(name: String, value: String)] = []
    var body: Body?

    init(_ listener: Listener, _ method: HTTPMethod, _ target: String, secret: String? = nil, json: String? = nil) {
        self.listener = listener
        self.method = method
        self.target = target
        self.secret = secret
        if let json { body = Body(bytes: Array(json.utf8), mediaType: "application/json") }
    }

    static func admin(_ method: HTTPMethod, _ target: String, secret: String?, json: String? = nil) -> Call {
        Call(.admin, method, target, secret: secret, json: json)
    }

    static func data(_ method: HTTPMethod, _ target: String, secret: String?, json: String? = nil) -> Call {
        Call(.data, method, target, secret: secret, json: json)
    }

    /// The call with another field.
    func with(_ name: String, _ value: String) -> Call {
        var call = self
        call.fields.append((name, value))
        return call
    }

    /// The call by whoever holds this secret; `nil` presents none.
    func by(_ secret: String?) -> Call {
        var call = self
        call.secret = secret
        return call
    }

    /// Every field that goes over the wire but `Host` and what frames the body.
    var headers: HTTPHeaders {
        var headers = HTTPHeaders()
        if let secret { headers.add(name: "Authorization", value: "Bearer \(secret)") }
        if let type = body?.mediaType { headers.add(name: "Content-Type", value: type) }
        for field in fields { headers.add(name: field.name, value: field.value) }
        return headers
    }
}
