import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

@testable import LanyardDataPlane

@Suite("The data listener, held against openapi.yaml", .timeLimit(.minutes(TestRun.minutes(2))))
struct DataContractTests {
    private let contract: Contract
    private let operations: [ContractOperation]

    init() throws {
        contract = try Contract.shared.get()
        operations = try contract.operations().filter { $0.tags.contains("data") }
    }

    /// A path of the contract with something in place of its parameters.
    private func concrete(_ path: String) -> String {
        path.replacing("{policy}", with: "web").replacing("{suffix}", with: "any/where")
    }

    @Test("there is a route for each operation of the contract, with its methods")
    func routes() throws {
        #expect(operations.count > 20)
        for operation in operations {
            let route = try #require(RequestTarget(concrete(operation.path))?.withPath { Route(path: $0) })
            #expect(
                route.methods.map { Set($0.map(\.rawValue)) } == operation.allowed.map(Set.init), "\(operation.path)")
            #expect(route.text == operation.path.replacing("/{suffix}", with: ""))
        }
    }

    @Test("each status that the contract promises is answered as it says, on a live socket")
    func statuses() async throws {
        var seen = Seen(contract: contract)
        try await withRealServer { server in
            let keys = try await Keys(server)
            for operation in operations {
                for status in operation.statuses where status != 503 && !isBudget(operation, status) {
                    guard let request = try await request(operation, status, keys) else {
                        Issue.record("no request for \(operation.id) \(status)")
                        continue
                    }
                    try seen.check(try await ask(request, operation, server.listener), operation, status)
                }
            }
            try await server.engine.shutDown()
            for operation in operations where operation.statuses.contains(503) {
                let request = requestText(operation.method, concrete(operation.path), key: keys.good, body: "{}")
                try seen.check(try await ask(request, operation, server.listener), operation, 503)
            }
        }
        var configuration = EngineConfiguration()
        configuration.unknownKeysPerMinute = 1
        try await withRealServer(engine: configuration) { server in
            _ = try await server.ask("GET", "/v1/self", key: .make())
            for operation in operations where operation.statuses.contains(429) && isBudget(operation, 429) {
                let request = requestText(operation.method, operation.path, key: .make())
                try seen.check(try await ask(request, operation, server.listener), operation, 429)
            }
        }
        #expect(seen.problems.isEmpty, "\(seen.problems.joined(separator: "\n"))")
    }

    /// What a key does for itself is limited by nothing but the budget of secrets that belong to no key.
    private func isBudget(_ operation: ContractOperation, _ status: Int) -> Bool {
        status == 429 && operation.path.hasPrefix("/v1/self")
    }

    private func ask(_ request: String, _ operation: ContractOperation, _ listener: Listener) async throws -> RawAnswer
    {
        let connection = try await listener.connect()
        try await connection.send(request)
        let answers = await connection.answers(1, omittingBodies: operation.method == "HEAD")
        try await connection.close()
        return try #require(answers.first)
    }

    // MARK: What provokes each status

    private struct Keys {
        let server: RealServer
        let good: Secret
        let other: Secret
        let disabled: Secret
        let exhausted: Secret
        let limitedVerifier: Secret
        let unscoped: Secret

        init(_ server: RealServer) async throws {
            self.server = server
            good = try await server.key { $0.allowsSelfRotation = true }.secret
            other = try await server.key().secret
            let disabled = try await server.key { $0.allowsSelfRotation = true }
            _ = try await server.management.disableKey(disabled.details.record.id, as: .operator)
            self.disabled = disabled.secret
            let limits = [LimitDefinition.requests(1, per: .seconds(3600), name: "tiny")]
            exhausted = try await server.key { $0.limits = limits }.secret
            limitedVerifier = try await server.key {
                $0.project = .id(ProjectRecord.lanyardID)
                $0.limits = limits
                $0.scopes = [Scope("lanyard:verify")].compactMap { $0 }
            }.secret
            unscoped = other
            _ = try await server.management.createPolicy(PolicyDraft(name: "web"), as: .operator)
            _ = try await server.ask("GET", "/v1/authorize", key: exhausted)
            _ = try await server.ask("POST", "/v1/verify", key: limitedVerifier, body: "{}")
        }

        /// Two keys in one request.
        var ambiguous: [String] {
            ["X-API-Key: \(good.reveal())", "Authorization: Bearer \(other.reveal())"]
        }
    }

    private func request(_ operation: ContractOperation, _ status: Int, _ keys: Keys) async throws -> String? {
        let path = concrete(operation.path)
        let method = operation.method
        if status == 413 { return "\(method) \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" }
        if path.hasPrefix("/v1/authorize") {
            switch status {
            case 200: return requestText(method, path, key: keys.good)
            case 400: return requestText(method, path, keys.ambiguous)
            case 401: return requestText(method, path)
            case 403: return requestText(method, path, key: keys.disabled)
            case 404: return requestText(method, path.replacing("/web", with: "/nothing"), key: keys.good)
            case 429: return requestText(method, path, key: keys.exhausted)
            default: return nil
            }
        }
        return path.hasPrefix("/v1/self")
            ? try await ownKeyRequest(method, path, status, keys) : try await lanyardRequest(method, path, status, keys)
    }

    private func ownKeyRequest(_ method: String, _ path: String, _ status: Int, _ keys: Keys) async throws -> String? {
        let fresh = try await keys.server.key { $0.allowsSelfRotation = true }.secret
        switch status {
        case 200, 201: return requestText(method, path, key: fresh)
        case 400: return requestText(method, path, keys.ambiguous)
        case 401: return requestText(method, path)
        case 403: return requestText(method, path, key: keys.disabled)
        case 409:
            _ = try await keys.server.ask(method, path, key: fresh)
            return requestText(method, path, key: fresh)
        case 415: return requestText(method, path, key: fresh, ["Content-Type: text/plain"], body: "x")
        case 422:
            let field = "Idempotency-Key: same"
            _ = try await keys.server.ask(method, path, key: fresh, [field])
            return requestText(method, path, key: fresh, [field], body: #"{"grace":"1h"}"#)
        default: return nil
        }
    }

    private func lanyardRequest(_ method: String, _ path: String, _ status: Int, _ keys: Keys) async throws -> String? {
        let verifier = keys.server.administrator
        switch (path, status) {
        case ("/healthz", 200), ("/readyz", 200): return requestText(method, path)
        case ("/v1/verify", 200):
            return requestText(method, path, key: verifier, body: "{\"secret\":\"\(keys.exhausted.reveal())\"}")
        case ("/v1/verify/batch", 200):
            let checks = [keys.good, keys.disabled, keys.exhausted].map { "{\"secret\":\"\($0.reveal())\"}" }
            let body = "{\"checks\":[\(checks.joined(separator: ","))]}"
            return requestText(method, path, key: verifier, body: body)
        case ("/v1/finish", 200):
            let bound = try await keys.server.key { $0.maximumInFlight = 1 }.secret
            let granted = try await keys.server.ask(
                "POST", "/v1/verify", key: verifier, body: "{\"secret\":\"\(bound.reveal())\"}")
            let id = try JSONParser.parse(Array(granted.body.utf8)).object?["grant_id"]?.string ?? ""
            return requestText(method, path, key: verifier, body: "{\"grant_id\":\"\(id)\"}")
        case (_, 400): return requestText(method, path, key: verifier, body: "{}")
        case (_, 401): return requestText(method, path)
        case (_, 403): return requestText(method, path, key: keys.unscoped, body: "{}")
        case (_, 404):
            let body = "{\"grant_id\":\"\(GrantID.make(atMilliseconds: 1))\"}"
            return requestText(method, path, key: verifier, body: body)
        case (_, 415): return requestText(method, path, key: verifier, ["Content-Type: text/plain"], body: "x")
        case (_, 429): return requestText(method, path, key: keys.limitedVerifier, body: "{}")
        default: return nil
        }
    }

    // MARK: What the contract says of the answer

    private struct Seen {
        let contract: Contract
        var problems: [String] = []
        private static let always: Set<String> = [
            "date", "content-length", "content-type", "connection", "x-request-id",
        ]

        init(contract: Contract) {
            self.contract = contract
        }

        mutating func check(_ answer: RawAnswer, _ operation: ContractOperation, _ status: Int) throws {
            let what = "\(operation.id) \(status)"
            guard answer.status == status, let promised = operation.responses[status] else {
                problems.append("\(what): answered \(answer.status) \(answer.body)")
                return
            }
            let names = Set(answer.fields.map { $0.name.lowercased() })
            let unnamed = names.subtracting(promised.fields).subtracting(Self.always)
            if !unnamed.isEmpty {
                problems.append("\(what): fields that the contract doesn't name: \(unnamed.sorted())")
            }
            if promised.fields.contains("x-request-id"), !names.contains("x-request-id") {
                problems.append("\(what): no request id")
            }
            if operation.method == "HEAD" { return }
            guard !promised.schemas.isEmpty else {
                if !answer.body.isEmpty { problems.append("\(what): a body where there is none") }
                return
            }
            guard let schema = promised.schemas[answer["Content-Type"] ?? ""] else {
                problems.append("\(what): the media type \(answer["Content-Type"] ?? "-")")
                return
            }
            let body = try JSONParser.parse(Array(answer.body.utf8))
            let found = try SchemaValidator(contract: contract).problems(body, schema)
            problems += found.map { "\(what)\($0)" }
        }
    }
}
