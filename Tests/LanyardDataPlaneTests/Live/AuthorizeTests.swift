import LanyardCore
import LanyardEngine
import NIOCore
import TestSupport
import Testing

@testable import LanyardDataPlane

@Suite("Forward-auth", .timeLimit(.minutes(TestRun.minutes(1))))
struct AuthorizeTests {
    private let secret = Secret.make()

    private func policy(
        _ name: String, _ dialect: ProxyDialect = .none, _ change: (inout PolicyRecord) -> Void = { _ in }
    ) -> PolicyRecord {
        var policy = PolicyRecord(
            id: PolicyID.make(atMilliseconds: 1), name: name, createdAt: Timestamp(milliseconds: 0))
        policy.dialect = dialect
        change(&policy)
        return policy
    }

    private func trustLoopback(_ configuration: inout DataPlaneConfiguration) {
        configuration.trustedProxies = CIDRSet([CIDR("127.0.0.0/8"), CIDR("10.0.0.0/8")].compactMap { $0 })
    }

    @Test("a grant is an empty 200 that tells whose key it is, without a request id")
    func grant() async throws {
        try await withServer { server in
            let account = AccountRecord(
                id: AccountID.make(atMilliseconds: 1), name: "Acme", createdAt: Timestamp(milliseconds: 0))
            let state = AllowanceState(subject: Subject(account.id))
            let key = server.decisions.add(secret, account: ResolvedAccount(account, state: state, epoch: 0)) {
                $0.scopes = ["b:write", "a:read"].compactMap(Scope.init)
            }
            for field in ["Authorization: Bearer \(secret.reveal())", "x-api-key: \(secret.reveal())"] {
                for method in ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PROPFIND"] {
                    let answer = try await server.ask(method, "/v1/authorize?any=thing", [field])
                    #expect(answer.status == 200)
                    #expect(answer.body.isEmpty)
                    #expect(answer["Lanyard-Key-Id"] == "\(key.id)")
                    #expect(answer["Lanyard-Account-Id"] == "\(account.id)")
                    #expect(answer["Lanyard-Scopes"] == "a:read b:write")
                    #expect(answer["RateLimit"] == nil)
                    #expect(answer["X-Request-Id"] == nil)
                }
            }
        }
    }

    @Test("a key with nothing to tell is told by its id alone")
    func plainGrant() async throws {
        try await withServer { server in
            server.decisions.add(secret)
            let answer = try await server.ask("GET", "/v1/authorize", key: secret)
            #expect(answer.fields.map(\.name) == ["Date", "Content-Length", "Lanyard-Key-Id"])
        }
    }

    @Test("a limited key is told how its limits stand, and is refused with 429 when they are full")
    func limits() async throws {
        try await withServer { server in
            server.decisions.add(secret) { $0.limits = [.requests(2, per: .seconds(60), name: "burst")] }
            for remaining in [1, 0] {
                let answer = try await server.ask("GET", "/v1/authorize", key: secret)
                #expect(answer.status == 200)
                #expect(answer["RateLimit-Policy"] == #""burst";q=2;w=60;qu="requests""#)
                #expect(answer["RateLimit"]?.hasPrefix(#""burst";r=\#(remaining);t="#) == true)
            }
            let refused = try await server.ask("GET", "/v1/authorize", key: secret)
            #expect(refused.status == 429)
            // A unit comes back when its bucket, a 32nd of the window, has left it.
            let wait = try #require(refused["Retry-After"].flatMap { Int($0) })
            // At most so late; sooner where the machine was slow between the calls.
            #expect((20...62).contains(wait))
            #expect(refused["RateLimit"]?.hasPrefix(#""burst";r=0;t="#) == true)
            #expect(refused["X-Request-Id"] != nil)
            #expect(refused.body.contains(#""code":"rate_limited""#))
            #expect(refused.body.contains(#""violated":{"name":"burst""#))
        }
    }

    @Test("limits that change while a key stays are told as they are now")
    func changedLimits() async throws {
        try await withServer { server in
            let key = server.decisions.add(secret) { $0.limits = [.requests(9, per: .seconds(60), name: "a")] }
            let before = try await server.ask("GET", "/v1/authorize", key: secret)
            #expect(before["RateLimit-Policy"]?.contains("q=9") == true)
            let limits = LimitSet([(definition: .requests(7, per: .seconds(60), name: "a"), source: .key)])
            key.state.configure(limits: limits, maximumInFlight: nil, epoch: 2)
            let after = try await server.ask("GET", "/v1/authorize", key: secret)
            #expect(after["RateLimit-Policy"]?.contains("q=7") == true)
        }
    }

    @Test("each kind of refusal has its status, its code and its challenge")
    func refusals() async throws {
        try await withServer { server in
            let (disabled, bound, foreign) = (Secret.make(), Secret.make(), Secret.make())
            server.decisions.add(disabled) { $0.isDisabled = true }
            server.decisions.add(bound) { $0.maximumInFlight = 1 }
            server.decisions.add(foreign) { $0.project = ProjectRecord.lanyardID }
            let cases: [([String], Int, String, String?)] = [
                ([], 401, "missing_key", #"Bearer realm="lanyard""#),
                (["X-API-Key: nonsense"], 401, "malformed_key", #"Bearer realm="lanyard", error="invalid_token""#),
                (
                    ["X-API-Key: \(secret.reveal())"], 401, "unknown_key",
                    #"Bearer realm="lanyard", error="invalid_token""#
                ),
                (["X-API-Key: \(disabled.reveal())"], 403, "disabled_key", nil),
                (["X-API-Key: \(foreign.reveal())"], 403, "wrong_project", nil),
                (["X-API-Key: \(bound.reveal())"], 429, "too_many_in_flight", nil),
                (
                    ["X-API-Key: \(bound.reveal())", "Authorization: Bearer \(disabled.reveal())"], 400,
                    "ambiguous_key", nil
                ),
            ]
            for (fields, status, code, challenge) in cases {
                let answer = try await server.ask("GET", "/v1/authorize", fields)
                #expect(answer.status == status)
                #expect(answer.body.contains("\"code\":\"\(code)\""), "\(answer.body)")
                #expect(answer["WWW-Authenticate"] == challenge)
                #expect(answer["Content-Type"] == "application/problem+json")
                #expect(!answer.body.contains(secret.reveal()))
            }
        }
    }

    @Test("without a policy the request itself is judged: its address, method and path, and no forwarded header")
    func ownRequest() async throws {
        try await withServer(configure: trustLoopback) { server in
            server.decisions.add(secret) {
                $0.ipAllowlist = [CIDR("127.0.0.1/32")].compactMap { $0 }
                $0.methods = [HTTPMethodName("GET")].compactMap { $0 }
                $0.paths = [PathPattern("/v1/authorize")].compactMap { $0 }
            }
            let forged = ["X-Real-IP: 192.0.2.1", "X-Forwarded-For: 192.0.2.1", "X-Original-Method: POST"]
            #expect(try await server.ask("GET", "/v1/authorize", key: secret, forged).status == 200)
            #expect(try await server.ask("GET", "http://a/v1/authorize?x", key: secret).status == 200)
            let method = try await server.ask("POST", "/v1/authorize", key: secret, body: "")
            #expect(method.body.contains("method_not_allowed_for_key"))
        }
    }

    @Test("an unknown policy is 404, so that a proxy lets nobody through")
    func unknownPolicy() async throws {
        try await withServer { server in
            server.decisions.add(secret)
            let answer = try await server.ask("GET", "/v1/authorize/p/nothing", key: secret)
            #expect(answer.status == 404)
        }
    }

    @Test("a policy demands scope, environment, method and path, and nothing of it can come from the request")
    func policies() async throws {
        try await withServer { server in
            server.decisions.add(secret) { $0.scopes = [Scope("a:read")].compactMap { $0 } }
            try server.decisions.add(policy("open"))
            try server.decisions.add(policy("scoped") { $0.scope = "a:read and b:write" })
            try server.decisions.add(policy("test") { $0.environment = .test })
            try server.decisions.add(policy("posts") { $0.methods = [HTTPMethodName("POST")].compactMap { $0 } })
            #expect(try await server.ask("GET", "/v1/authorize/p/open", key: secret).status == 200)
            #expect(try await server.ask("GET", "/v1/authorize/p/open/any/suffix?q", key: secret).status == 200)
            let scoped = try await server.ask("GET", "/v1/authorize/p/scoped?scope=a:read", key: secret)
            #expect(scoped.status == 403)
            #expect(scoped.body.contains(#""missing_scope":"b:write""#))
            #expect(scoped["WWW-Authenticate"]?.contains(#"scope="b:write""#) == true)
            #expect(try await server.ask("GET", "/v1/authorize/p/test", key: secret).body.contains("wrong_environment"))
            #expect(try await server.ask("GET", "/v1/authorize/p/posts", key: secret).status == 403)
            #expect(try await server.ask("POST", "/v1/authorize/p/posts", key: secret, body: "").status == 200)
        }
    }

    @Test("each dialect is read from its own headers, and judged by what they say")
    func dialects() async throws {
        try await withServer(configure: trustLoopback) { server in
            server.decisions.add(secret) {
                $0.ipAllowlist = [CIDR("192.0.2.0/24")].compactMap { $0 }
                $0.methods = [HTTPMethodName("PUT")].compactMap { $0 }
                $0.paths = [PathPattern("/orig/*")].compactMap { $0 }
            }
            for dialect in ProxyDialect.allCases { try server.decisions.add(policy(dialect.rawValue, dialect)) }
            let nginx = ["X-Original-Method: PUT", "X-Original-URI: /orig/1?a=b", "X-Real-IP: 192.0.2.7"]
            let traefik = [
                "X-Forwarded-Method: PUT", "X-Forwarded-Uri: /orig/1?a=b",
                "X-Forwarded-For: 10.9.9.9, 192.0.2.7, 10.1.1.1",
            ]
            let granted = [
                ("GET", "/v1/authorize/p/nginx", nginx), ("GET", "/v1/authorize/p/haproxy", nginx),
                ("GET", "/v1/authorize/p/caddy", traefik), ("GET", "/v1/authorize/p/traefik", traefik),
                ("PUT", "/v1/authorize/p/envoy/orig/1?a=b", ["X-Forwarded-For: 192.0.2.7"]),
            ]
            for (method, target, fields) in granted {
                #expect(try await server.ask(method, target, key: secret, fields).status == 200, "\(target)")
            }
            for dialect in ["nginx", "haproxy", "caddy", "traefik", "envoy"] {
                let answer = try await server.ask("PUT", "/v1/authorize/p/\(dialect)/orig/1", key: secret)
                #expect(answer.status == 403)
                #expect(answer.body.contains("untrusted_proxy"))
            }
            let doubled = try await server.ask(
                "GET", "/v1/authorize/p/nginx", key: secret, nginx + ["X-Real-IP: 192.0.2.8"])
            #expect(doubled.body.contains("untrusted_proxy"))
        }
    }

    @Test("headers from a proxy that isn't trusted are refused, naming header and setting")
    func untrusted() async throws {
        try await withServer { server in
            server.decisions.add(secret)
            try server.decisions.add(policy("nginx", .nginx))
            let fields = ["X-Original-Method: PUT", "X-Original-URI: /x", "X-Real-IP: 192.0.2.7"]
            let answer = try await server.ask("GET", "/v1/authorize/p/nginx", key: secret, fields)
            #expect(answer.status == 403)
            #expect(answer.body.contains("--trusted-proxy"))
            #expect(server.decisions.decisions == 0)
        }
    }

    @Test("nginx gets 403 for whatever isn't 401, with the true status in a field of its own; others get it as it is")
    func nginxStatuses() async throws {
        try await withServer(configure: trustLoopback) { server in
            server.decisions.add(secret) { $0.limits = [.requests(1, per: .seconds(60))] }
            try server.decisions.add(policy("nginx", .nginx))
            try server.decisions.add(policy("haproxy", .haproxy))
            let fields = ["X-Original-Method: PUT", "X-Original-URI: /x", "X-Real-IP: 192.0.2.7"]
            #expect(try await server.ask("GET", "/v1/authorize/p/nginx", key: secret, fields).status == 200)
            let limited = try await server.ask("GET", "/v1/authorize/p/nginx", key: secret, fields)
            #expect(limited.status == 403)
            #expect(limited["Lanyard-Status"] == "429")
            #expect(limited["Retry-After"] != nil)
            let missing = try await server.ask("GET", "/v1/authorize/p/nginx", fields)
            #expect(missing.status == 401)
            #expect(missing["Lanyard-Status"] == "401")
            let plain = try await server.ask("GET", "/v1/authorize/p/haproxy", key: secret, fields)
            #expect(plain.status == 429)
            #expect(plain["Lanyard-Status"] == nil)
        }
    }

    @Test("a policy says where the key is read from, the query of the original request and a body included")
    func keySources() async throws {
        try await withServer(configure: trustLoopback) { server in
            server.decisions.add(secret)
            try server.decisions.add(policy("header") { $0.keyFrom = [.header("x-token")] })
            try server.decisions.add(policy("query", .caddy) { $0.keyFrom = [.query("key")] })
            try server.decisions.add(policy("body") { $0.keyFrom = [.body("key")] })
            let text = secret.reveal()
            #expect(try await server.ask("GET", "/v1/authorize/p/header", ["X-Token: \(text)"]).status == 200)
            #expect(try await server.ask("GET", "/v1/authorize/p/header", key: secret).status == 401)
            let fields = ["X-Forwarded-Method: GET", "X-Forwarded-Uri: /x?key=\(text)", "X-Forwarded-For: 192.0.2.7"]
            #expect(try await server.ask("GET", "/v1/authorize/p/query?key=x", fields).status == 200)
            #expect(try await server.ask("POST", "/v1/authorize/p/body", body: "{\"key\":\"\(text)\"}").status == 200)
            #expect(try await server.ask("POST", "/v1/authorize/p/body", body: "not json").status == 401)
        }
    }

    // MARK: What has to be fetched

    @Test("a key that isn't cached is fetched once, and answered on the same connection")
    func fetching() async throws {
        try await withServer { server in
            server.decisions.add(secret, isLoaded: false)
            let connection = try await server.connect()
            let request = requestText("GET", "/v1/authorize", key: secret)
            try await connection.send(request + request)
            #expect(await connection.answers(2).map(\.status) == [200, 200])
            #expect(server.decisions.loads == 1)
            try await connection.close()
        }
    }

    @Test("when the store fails, or takes too long, the request is denied unavailable")
    func failing() async throws {
        try await withServer(configure: { $0.parking.deadline = .milliseconds(50) }) { server in
            server.decisions.add(secret, isLoaded: false)
            for load in [MemoryDecisions.Load.fails, .waits] {
                server.decisions.set(load: load)
                let answer = try await server.ask("GET", "/v1/authorize", key: secret)
                #expect(answer.status == 503)
                #expect(answer["Retry-After"] != nil)
                #expect(answer.body.contains(#""code":"unavailable""#))
            }
            server.decisions.release()
        }
    }

    @Test("a decision goes and fetches so often and no more")
    func rounds() async throws {
        try await withServer { server in
            server.decisions.set(forgets: true)
            let answer = try await server.ask("GET", "/v1/authorize", key: secret)
            #expect(answer.status == 503)
            #expect(server.decisions.loads == KeyEngine.maximumRounds)
        }
    }

    @Test("beyond the limit of parked requests one more is denied at once, and others go on")
    func parkingLimit() async throws {
        try await withServer(configure: {
            $0.parking.callsOnEachLoop = 2
        }) { server in
            server.decisions.add(secret)
            server.decisions.set(load: .waits)
            let waiting = [try await server.connect(), try await server.connect()]
            for connection in waiting {
                try await connection.send(requestText("GET", "/v1/authorize", key: .make()))
            }
            while server.decisions.loads < 2 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(try await server.ask("GET", "/v1/authorize", key: .make()).status == 503)
            #expect(try await server.ask("GET", "/v1/authorize", key: secret).status == 200)
            server.decisions.release()
            for connection in waiting { #expect(await connection.answer()?.status == 401) }
        }
    }

    @Test("a client that has gone meanwhile is not charged, and its place is free again")
    func abandoned() async throws {
        try await withServer(configure: {
            $0.parking.callsOnEachLoop = 1
        }) { server in
            server.decisions.add(secret, isLoaded: false) { $0.limits = [.requests(1, per: .seconds(60))] }
            server.decisions.set(load: .waits)
            let connection = try await server.connect()
            try await connection.send(requestText("GET", "/v1/authorize", key: secret))
            while server.decisions.loads == 0 { try await Task.sleep(for: .milliseconds(2)) }
            try await connection.reset()
            try await Task.sleep(for: .milliseconds(50))
            server.decisions.release()
            try await Task.sleep(for: .milliseconds(50))
            #expect(server.decisions.decisions == 1)
            #expect(try await server.ask("GET", "/v1/authorize", key: secret).status == 200)
        }
    }

    @Test("an address that presents too many unknown keys is told to wait before the store is asked")
    func unknownKeyBudget() async throws {
        try await withServer { server in
            server.decisions.set(lookUpWait: 1500)
            let answer = try await server.ask("GET", "/v1/authorize", key: secret)
            #expect(answer.status == 429)
            #expect(answer["Retry-After"] == "2")
            #expect(answer.body.contains("too_many_unknown_keys"))
            #expect(server.decisions.loads == 0)
        }
    }
}
