import AsyncHTTPClient
import LanyardWire
import NIOCore
import NIOHTTP1
import TestSupport

/// Calls a server's listeners as a program elsewhere would.
struct ServerClient: Sendable {
    let data: String
    let admin: String
    /// The administrator's.
    let secret: String

    enum Listener: Sendable {
        case data
        case admin
    }

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let text: String

        var json: JSONValue? { try? JSONParser.parse(Array(text.utf8)) }
        subscript(member: String) -> JSONValue? { json?[member] }
        var code: String? { self["code"]?.string }
    }

    /// A client whose connections fail when the server is gone, and are not tried again behind a test's back.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(TestRun.seconds(20))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        // Lives as long as the process, as the library's own shared one does.
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// No call needs it; one that takes longer hangs.
    private static let patience = TimeAmount.seconds(TestRun.seconds(60))

    func send(
        _ listener: Listener, _ method: HTTPMethod, _ target: String, json: String? = nil,
        mediaType: String = "application/json", secret: String? = nil, fields: [(name: String, value: String)] = []
    ) async throws -> Answer {
        let address =
            switch listener {
            case .data: data
            case .admin: admin
            }
        var request = HTTPClientRequest(url: "http://\(address)\(target)")
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(secret ?? self.secret)")
        for field in fields { request.headers.add(name: field.name, value: field.value) }
        if let json {
            request.headers.add(name: "Content-Type", value: mediaType)
            request.body = .bytes(Array(json.utf8))
        }
        let response = try await Self.client.execute(request, timeout: Self.patience)
        let body = try await response.body.collect(upTo: 32 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers,
            text: String(decoding: body.readableBytesView, as: UTF8.self))
    }
}

extension ServerClient {
    struct IssuedKey: Sendable {
        let id: String
        let secret: String
    }

    /// Makes a key; `fields` are the JSON members beside its name.
    func createKey(_ name: String, _ fields: String = "") async throws -> IssuedKey {
        let members = fields.isEmpty ? "" : ",\(fields)"
        let answer = try await send(.admin, .POST, "/v1/keys", json: #"{"name":"\#(name)"\#(members)}"#)
        guard answer.status == 201, let id = answer["key"]?["id"]?.string, let secret = answer["secret"]?.string else {
            throw Unfulfilled(description: "a key is made: \(answer.status) \(answer.text)")
        }
        return IssuedKey(id: id, secret: secret)
    }

    /// Asks about secrets, and returns the decisions' codes in their order.
    func verify(_ secrets: [String]) async throws -> [String] {
        var codes: [String] = []
        var rest = secrets[...]
        while !rest.isEmpty {
            let checks = rest.prefix(100).map { #"{"secret":"\#($0)"}"# }.joined(separator: ",")
            rest = rest.dropFirst(100)
            let answer = try await send(.data, .POST, "/v1/verify/batch", json: #"{"checks":[\#(checks)]}"#)
            guard answer.status == 200, let results = answer["results"]?.array else {
                throw Unfulfilled(description: "secrets are judged: \(answer.status) \(answer.text)")
            }
            codes += results.map { $0["code"]?.string ?? "none" }
        }
        return codes
    }

    /// Asks about one secret with its limits: the decision's code, and what is left of each limit.
    func check(_ secret: String) async throws -> (code: String, remaining: [String: Int64]) {
        let answer = try await send(.data, .POST, "/v1/verify", json: #"{"secret":"\#(secret)"}"#)
        guard answer.status == 200, let code = answer.code else {
            throw Unfulfilled(description: "a secret is judged: \(answer.status) \(answer.text)")
        }
        var remaining: [String: Int64] = [:]
        for limit in answer["limits"]?.array ?? [] {
            if let name = limit["name"]?.string { remaining[name] = limit["remaining"]?.number?.int64 }
        }
        return (code, remaining)
    }

    /// What was counted of a key in the last day, by outcome.
    func usage(of key: String) async throws -> [String: Int64] {
        let answer = try await send(.admin, .GET, "/v1/usage?key=\(key)&interval=day")
        var sums: [String: Int64] = [:]
        for row in answer["data"]?.array ?? [] {
            for member in row["outcomes"]?.object?.members ?? [] {
                sums[member.name, default: 0] += member.value.number?.int64 ?? 0
            }
        }
        return sums
    }

    /// A metric without labels.
    func metric(_ name: String) async throws -> Double? {
        let text = try await send(.admin, .GET, "/metrics").text
        return text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    /// Every entry of the audit log as `action target`.
    func auditEntries() async throws -> Set<String> {
        var entries: Set<String> = []
        var cursor = ""
        while true {
            let answer = try await send(.admin, .GET, "/v1/audit?limit=200\(cursor)")
            guard let page = answer["data"]?.array else {
                throw Unfulfilled(description: "the audit log is read: \(answer.status) \(answer.text)")
            }
            for entry in page {
                entries.insert("\(entry["action"]?.string ?? "") \(entry["target"]?.string ?? "")")
            }
            guard let next = answer["next_cursor"]?.string else { return entries }
            cursor = "&cursor=\(next)"
        }
    }
}
