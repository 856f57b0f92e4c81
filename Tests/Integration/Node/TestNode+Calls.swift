import LanyardCore
import LanyardWire
import NIOHTTP1

extension TestNode {
    func send(_ call: Call) async throws -> Answer { try await client.send(call) }

    /// An administrator's call.
    func admin(_ method: HTTPMethod, _ target: String, _ json: String? = nil) async throws -> Answer {
        try await send(.admin(method, target, secret: adminSecret, json: json))
    }

    /// An administrator's call that must succeed for the test to go on.
    @discardableResult
    func manage(_ method: HTTPMethod, _ target: String, _ json: String? = nil) async throws -> Answer {
        let call = Call.admin(method, target, secret: adminSecret, json: json)
        let answer = try await send(call)
        guard answer.status < 300 else { throw UnexpectedAnswer(call, answer) }
        return answer
    }

    /// Makes something, and returns its id.
    func make(_ kind: String, at target: String, _ json: String) async throws -> String {
        let answer = try await manage(.POST, target, json)
        guard let id = answer[kind]?["id"]?.string else {
            throw UnexpectedAnswer("\(target) gave no id: \(answer.text)")
        }
        return id
    }

    struct Key: Sendable {
        let id: String
        let secret: String
    }

    /// Makes a key; `fields` are members beside its name, as `"scopes":["a:b"]`.
    func key(_ fields: String = "") async throws -> Key {
        let answer = try await manage(.POST, "/v1/keys", #"{"name":"k"\#(fields.isEmpty ? "" : ",")\#(fields)}"#)
        return try Key(answer)
    }

    /// Makes a key of project `lanyard` with these scopes.
    func caller(_ scopes: [String], _ fields: String = "") async throws -> Key {
        let list = scopes.map { "\"\($0)\"" }.joined(separator: ",")
        return try await key(#""project":"lanyard","scopes":[\#(list)]\#(fields.isEmpty ? "" : ",")\#(fields)"#)
    }

    func account(_ fields: String = "") async throws -> String {
        try await make("account", at: "/v1/accounts", #"{"name":"Acme"\#(fields.isEmpty ? "" : ",")\#(fields)}"#)
    }

    /// A project of a new name, and the name.
    func project() async throws -> (id: String, name: String) {
        let name = Self.name("project")
        return (try await make("project", at: "/v1/projects", #"{"name":"\#(name)"}"#), name)
    }

    func policy(_ fields: String = "") async throws -> (id: String, name: String) {
        let name = Self.name("policy")
        let json = #"{"name":"\#(name)"\#(fields.isEmpty ? "" : ",")\#(fields)}"#
        return (try await make("policy", at: "/v1/policies", json), name)
    }

    func plan(_ fields: String = "") async throws -> (id: String, name: String) {
        let name = Self.name("plan")
        let json = #"{"name":"\#(name)"\#(fields.isEmpty ? "" : ",")\#(fields)}"#
        return (try await make("plan", at: "/v1/plans", json), name)
    }

    func role(_ scopes: String = #""a:b""#) async throws -> (id: String, name: String) {
        let name = Self.name("role")
        return (try await make("role", at: "/v1/roles", #"{"name":"\#(name)","scopes":[\#(scopes)]}"#), name)
    }

    /// Asks whether a secret would be granted; the code.
    func verify(_ secret: String, _ fields: String = "") async throws -> String? {
        let json = #"{"secret":"\#(secret)"\#(fields.isEmpty ? "" : ",")\#(fields)}"#
        return try await send(.data(.POST, "/v1/verify", secret: adminSecret, json: json)).code
    }

    /// A name that nothing has yet.
    static func name(_ kind: String) -> String {
        "\(kind)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    /// A secret of the right form that was never given out.
    static func unknownSecret(prefix: String = "lyd") -> String {
        Secret.generate(prefix: SecretPrefix(prefix) ?? .lyd, environment: .live).reveal()
    }
}

extension TestNode.Key {
    init(_ answer: Answer) throws {
        guard let id = answer["key"]?["id"]?.string, let secret = answer["secret"]?.string else {
            throw UnexpectedAnswer("no new key: \(answer.status)")
        }
        self.init(id: id, secret: secret)
    }
}
