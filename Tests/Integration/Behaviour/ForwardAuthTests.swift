import Foundation
import LanyardWire
import NIOHTTP1
import Testing

@Suite("Forward-auth, in every dialect")
struct ForwardAuthTests {
    /// How a proxy tells of the original request.
    private struct Dialect: Sendable, CustomTestStringConvertible {
        let name: String
        /// The fields for method, path with query, and client's address.
        let fields: [String]
        var testDescription: String { name }

        /// A call about a request, as this proxy makes it.
        func call(
            _ policy: String, _ method: String, _ target: String, from address: String = "203.0.113.9", secret: String?
        ) -> Call {
            let own = name == "envoy"
            let path = "/v1/authorize/p/\(policy)\(own ? target : "")"
            var call = Call.data(own ? HTTPMethod(rawValue: method) : .GET, path, secret: secret)
            for (field, value) in zip(fields, own ? [address] : [method, target, address]) {
                call = call.with(field, value)
            }
            return call
        }

        static let all = [
            Dialect(name: "nginx", fields: ["X-Original-Method", "X-Original-URI", "X-Real-IP"]),
            Dialect(name: "haproxy", fields: ["X-Original-Method", "X-Original-URI", "X-Real-IP"]),
            Dialect(name: "caddy", fields: ["X-Forwarded-Method", "X-Forwarded-Uri", "X-Forwarded-For"]),
            Dialect(name: "traefik", fields: ["X-Forwarded-Method", "X-Forwarded-Uri", "X-Forwarded-For"]),
            Dialect(name: "envoy", fields: ["X-Forwarded-For"]),
        ]
    }

    private static let node = Task { try await TestNode() }

    /// Status and the denial's own status, as this dialect tells a denial.
    private func expect(
        _ answer: Answer, _ status: Int, _ code: String, in dialect: Dialect,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let told = dialect.name == "nginx" && status != 401 ? 403 : status
        #expect(answer.status == told, "\(answer.text)", sourceLocation: sourceLocation)
        #expect(answer.code == code, "\(answer.text)", sourceLocation: sourceLocation)
        let own = dialect.name == "nginx" ? String(status) : nil
        #expect(answer.header("Lanyard-Status") == own, sourceLocation: sourceLocation)
    }

    @Test(
        "the original request is judged: granted, without a key, of another scope, method, path, address",
        arguments: Dialect.all)
    private func judged(dialect: Dialect) async throws {
        let node = try await Self.node.value
        let account = try await node.account()
        let key = try await node.key(
            #""account":"\#(account)","scopes":["invoices:read","x:y"],"methods":["GET"],"paths":["/v1/invoices/**"],"#
                + #""ip_allowlist":["203.0.113.0/24"]"#)
        let policy = try await node.policy(#""dialect":"\#(dialect.name)","scope":"invoices:read""#).name
        func ask(_ method: String, _ target: String, _ address: String = "203.0.113.9") async throws -> Answer {
            try await node.send(dialect.call(policy, method, target, from: address, secret: key.secret))
        }
        let granted = try await ask("GET", "/v1/invoices/7?page=2")
        #expect(granted.status == 200 && granted.body.isEmpty, "\(granted.text)")
        #expect(granted.header("Lanyard-Key-Id") == key.id)
        #expect(granted.header("Lanyard-Account-Id") == account)
        #expect(granted.header("Lanyard-Scopes") == "invoices:read x:y")
        expect(try await ask("POST", "/v1/invoices/7"), 403, "method_not_allowed_for_key", in: dialect)
        expect(try await ask("GET", "/v2"), 403, "path_not_allowed_for_key", in: dialect)
        expect(try await ask("GET", "/v1/invoices/%2e%2e/x"), 400, "invalid_request_path", in: dialect)
        expect(try await ask("GET", "/v1/invoices/7", "198.51.100.1"), 403, "ip_not_allowed", in: dialect)
        let missing = try await node.send(dialect.call(policy, "GET", "/v1/invoices", secret: nil))
        expect(missing, 401, "missing_key", in: dialect)
        #expect(missing.header("WWW-Authenticate")?.hasPrefix("Bearer") == true)
        try await node.manage(.PATCH, "/v1/keys/\(key.id)", #"{"scopes":["x:y"]}"#)
        let poor = try await ask("GET", "/v1/invoices/7")
        expect(poor, 403, "insufficient_scope", in: dialect)
        #expect(poor["missing_scope"]?.string == "invoices:read")
        try await node.manage(.POST, "/v1/keys/\(key.id)/revoke")
        expect(try await ask("GET", "/v1/invoices/7"), 401, "revoked_key", in: dialect)
    }

    @Test("a key that has spent its limit is told when to come again", arguments: Dialect.all)
    private func limited(dialect: Dialect) async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""limits":[{"name":"burst","amount":4,"window":"60s"}]"#)
        let policy = try await node.policy(#""dialect":"\#(dialect.name)","costs":{"requests":2}"#).name
        let call = dialect.call(policy, "GET", "/x", secret: key.secret)
        let first = try await node.send(call)
        #expect(first.status == 200)
        #expect(first.header("RateLimit-Policy") == #""burst";q=4;w=60;qu="requests""#)
        #expect(first.header("RateLimit")?.hasPrefix(#""burst";r=2;t="#) == true)
        _ = try await node.send(call)
        let limited = try await node.send(call)
        expect(limited, 429, "rate_limited", in: dialect)
        // A unit comes back up to a 32nd of the window late.
        #expect(Int(limited.header("Retry-After") ?? "").map { (1...62).contains($0) } == true)
        #expect(limited.header("RateLimit")?.hasPrefix(#""burst";r=0;t="#) == true)
    }

    @Test("a field that is missing or doubled is refused by name, and costs nothing", arguments: Dialect.all)
    private func fields(dialect: Dialect) async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""limits":[{"name":"one","amount":1,"window":"31d"}]"#)
        let policy = try await node.policy(#""dialect":"\#(dialect.name)""#).name
        let whole = dialect.call(policy, "GET", "/x", secret: key.secret)
        for field in dialect.fields {
            var missing = whole
            missing.fields.removeAll { $0.name == field }
            var doubled = whole
            doubled.fields.append((field.lowercased(), "203.0.113.10"))
            for call in [missing, doubled] {
                let answer = try await node.send(call)
                expect(answer, 403, "untrusted_proxy", in: dialect)
                #expect(answer["detail"]?.string?.lowercased().contains(field.lowercased()) == true, "\(answer.text)")
            }
        }
        // The other proxies' fields are not looked at: they are the client's own.
        var spoofed = whole
        for other in Dialect.all {
            for field in other.fields where !dialect.fields.contains(field) {
                spoofed = spoofed.with(field, "/spoofed")
            }
        }
        #expect(try await node.send(spoofed).status == 200)
    }

    @Test("what an address says that is no trusted proxy is not believed", arguments: Dialect.all)
    private func untrusted(dialect: Dialect) async throws {
        var setup = TestNode.Setup()
        setup.trustedProxies = ["192.0.2.1/32"]
        try await TestNode.run(setup) { node in
            let key = try await node.key()
            let policy = try await node.policy(#""dialect":"\#(dialect.name)""#).name
            let answer = try await node.send(dialect.call(policy, "GET", "/x", secret: key.secret))
            expect(answer, 403, "untrusted_proxy", in: dialect)
            #expect(answer["detail"]?.string?.contains("--trusted-proxy") == true, "\(answer.text)")
            #expect(answer["detail"]?.string?.contains("127.0.0.1") == true)
        }
    }

    @Test(
        "of the addresses in X-Forwarded-For the rightmost that is not trusted counts",
        arguments: [
            ("203.0.113.9", true), ("198.51.100.1, 203.0.113.9", true), ("203.0.113.9, 127.0.0.5", true),
            ("203.0.113.9, 198.51.100.1", false), ("127.0.0.5", false), ("unknown", false), ("203.0.113.9, ", false),
            ("203.0.113.9,198.51.100.1,127.0.0.5", false),
        ])
    func forwardedFor(list: String, isGranted: Bool) async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""ip_allowlist":["203.0.113.9"]"#)
        for dialect in Dialect.all where dialect.fields.last == "X-Forwarded-For" {
            let policy = try await node.policy(#""dialect":"\#(dialect.name)""#).name
            let answer = try await node.send(dialect.call(policy, "GET", "/x", from: list, secret: key.secret))
            #expect((answer.status == 200) == isGranted, "\(dialect.name): \(answer.text)")
        }
    }

    @Test("without a policy the request itself is judged, and no forwarded field is read")
    func none() async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""methods":["PUT"],"paths":["/v1/authorize"],"ip_allowlist":["127.0.0.1"]"#)
        var call = Call.data(.PUT, "/v1/authorize?x=1", secret: key.secret)
        for field in Dialect.all.flatMap(\.fields) { call = call.with(field, "/spoofed") }
        #expect(try await node.send(call).status == 200)
        call.method = .GET
        #expect(try await node.send(call).code == "method_not_allowed_for_key")
        let (test, own) = (try await node.key(#""environment":"test""#), try await node.project())
        let other = try await node.key(#""project":"\#(own.name)""#)
        for secret in [test.secret, other.secret] {
            #expect(try await node.send(.data(.GET, "/v1/authorize", secret: secret)).status == 200)
        }
        #expect(try await node.send(.data(.GET, "/v1/authorize", secret: node.adminSecret)).code == "wrong_project")
    }

    @Test("a policy demands its project, environment, methods and paths, and takes the key from where it says")
    func demands() async throws {
        let node = try await Self.node.value
        let project = try await node.project()
        let key = try await node.key(#""project":"\#(project.name)""#)
        let other = try await node.key()
        func ask(_ fields: String, _ target: String = "", _ make: (Call) -> Call) async throws -> String? {
            let policy = try await node.policy(fields).name
            let answer = try await node.send(make(.data(.GET, "/v1/authorize/p/\(policy)\(target)", secret: nil)))
            return answer.status == 200 ? "ok" : answer.code
        }
        let ofProject = #""project":"\#(project.name)""#
        #expect(try await ask(ofProject) { $0.by(key.secret) } == "ok")
        #expect(try await ask(ofProject) { $0.by(other.secret) } == "wrong_project")
        #expect(try await ask(#""environment":"test""#) { $0.by(key.secret) } == "wrong_environment")
        #expect(try await ask(#""methods":["POST"]"#) { $0.by(key.secret) } == "method_not_allowed_for_key")
        #expect(try await ask(#""paths":["/v2/**"]"#) { $0.by(key.secret) } == "path_not_allowed_for_key")
        #expect(try await ask(#""key_from":["header:X-Token"]"#) { $0.with("X-Token", key.secret) } == "ok")
        #expect(try await ask(#""key_from":["header:X-Token"]"#) { $0.by(key.secret) } == "missing_key")
        #expect(try await ask(#""key_from":["query:api_key"]"#, "?api_key=\(key.secret)") { $0 } == "ok")
        let basic = Data("\(key.secret):".utf8).base64EncodedString()
        #expect(try await ask(#""key_from":["basic"]"#) { $0.with("Authorization", "Basic \(basic)") } == "ok")
        let both = #""key_from":["x-api-key","header:X-Token"]"#
        #expect(
            try await ask(both) { $0.with("X-API-Key", key.secret).with("X-Token", other.secret) } == "ambiguous_key")
        #expect(try await ask(both) { $0.with("X-API-Key", key.secret).with("X-Token", key.secret) } == "ok")
    }

    @Test("a policy that was changed or deleted counts from the next request on, and answers to its id too")
    func changed() async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""scopes":["a:b"]"#)
        let policy = try await node.policy(#""scope":"a:b""#)
        func ask(_ name: String) async throws -> Int {
            try await node.send(.data(.GET, "/v1/authorize/p/\(name)/x?y=z", secret: key.secret)).status
        }
        for name in [policy.name, policy.id] { #expect(try await ask(name) == 200) }
        try await node.manage(.PATCH, "/v1/policies/\(policy.id)", #"{"scope":"c:d"}"#)
        #expect(try await ask(policy.name) == 403)
        let renamed = TestNode.name("policy")
        try await node.manage(.PATCH, "/v1/policies/\(policy.id)", #"{"scope":null,"name":"\#(renamed)"}"#)
        #expect(try await ask(renamed) == 200)
        #expect(try await ask(policy.name) == 404)
        #expect(try await node.admin(.DELETE, "/v1/policies/\(policy.id)").status == 204)
        for name in [renamed, policy.id] { #expect(try await ask(name) == 404) }
    }
}
