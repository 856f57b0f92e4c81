import HTTPTypes
import Hummingbird
import LanyardCore
import LanyardHTTP
import LanyardManagement
import LanyardWire
import NIOCore

/// A request on its way through an endpoint: who asks, and the parts that endpoints read.
struct AdminCall: Sendable {
    let request: Request
    let context: AdminContext
    /// What stands for `{id}` in the path; empty where there is none.
    let pathID: String
    /// Holds nothing where the endpoint asks for no key.
    let caller: Caller
    let services: AdminServices

    var management: Management { services.management }

    /// The id in the path. One that has not the form of an id names nothing.
    func id<Tag: IdentifierTag>(_ kind: String, as type: Tag.Type) throws -> Identifier<Tag> {
        guard let id = Identifier<Tag>(pathID) else { throw ManagementError.notFound("\(kind) with this id") }
        return id
    }

    /// The query's parameters; `names` are all that the endpoint knows.
    func query(_ names: String...) throws -> AdminQuery {
        try AdminQuery(request.uri.query.map { $0[...] } ?? "", known: names)
    }

    /// Refuses a query where the endpoint has none.
    func refuseQuery() throws {
        _ = try AdminQuery(request.uri.query.map { $0[...] } ?? "", known: [])
    }
}

// MARK: - Bodies

extension AdminCall {
    /// The body as JSON.
    func json() async throws -> JSONValue {
        guard let value = try await optionalJSON() else {
            throw InvalidRequest(.root, "expected a JSON object, found an empty body")
        }
        return value
    }

    /// The body as JSON; `nil` if it is empty.
    func optionalJSON() async throws -> JSONValue? {
        try await optionalJSONWithBytes().value
    }

    private func optionalJSONWithBytes() async throws -> (value: JSONValue?, bytes: [UInt8]) {
        if let length = request.headers[.contentLength].flatMap(Int.init),
            length > services.configuration.maximumBodyBytes
        {
            throw tooLarge
        }
        var bytes: [UInt8] = []
        for try await piece in request.body {
            guard bytes.count + piece.readableBytes <= services.configuration.maximumBodyBytes else { throw tooLarge }
            bytes.append(contentsOf: piece.readableBytesView)
        }
        guard !bytes.isEmpty else { return (nil, bytes) }
        try requireMediaType(AdminAnswer.MediaType.json)
        return (try AdminCall.parse(bytes), bytes)
    }

    private static func parse(_ bytes: [UInt8]) throws(AdminFailure) -> JSONValue {
        do {
            return try JSONParser.parse(bytes)
        } catch {
            throw AdminFailure(.invalid(error))
        }
    }

    private var tooLarge: AdminFailure {
        AdminFailure(.tooLarge(limit: services.configuration.maximumBodyBytes, of: "body"))
    }

    /// Refuses a body of another kind; parameters such as `charset` are let pass.
    func requireMediaType(_ expected: String) throws {
        let given = request.headers[.contentType]?.split(separator: ";").first?.trimmingBlanks.lowercased()
        guard given == expected else { throw AdminFailure(.unsupportedMediaType(expected: expected)) }
    }

    /// Refuses a body where the endpoint takes none.
    func refuseBody() async throws {
        for try await piece in request.body where piece.readableBytes > 0 {
            throw InvalidRequest(.root, "this call takes no body")
        }
    }

    /// The body, and the idempotency key if there is one: bound to method, path and body, so that another request under the
    /// same key is told from a repetition.
    func idempotentJSON() async throws -> (value: JSONValue?, idempotency: IdempotentRequest?) {
        let (value, bytes) = try await optionalJSONWithBytes()
        guard let key = request.headers[.idempotencyKey] else { return (value, nil) }
        let idempotency = try IdempotentRequest(
            key: key, method: request.method.rawValue, path: request.uri.path, body: bytes)
        return (value, idempotency)
    }
}

extension HTTPField.Name {
    static let idempotencyKey = known("Idempotency-Key")
    static let requestID = known("X-Request-Id")
    static let link = known("Link")

    private static func known(_ name: StaticString) -> HTTPField.Name {
        guard let known = HTTPField.Name("\(name)") else {
            // Not reachable: the names stand above, and every answer uses one.
            preconditionFailure("\(name) is no field name")
        }
        return known
    }
}

extension Substring {
    /// Without blanks around it.
    var trimmingBlanks: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}

/// A problem thrown on the way, to be answered as it is.
struct AdminFailure: Error {
    let problem: ManagementProblem

    init(_ problem: ManagementProblem) {
        self.problem = problem
    }
}
