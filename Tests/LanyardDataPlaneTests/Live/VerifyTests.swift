import Foundation
import LanyardCore
import LanyardWire
import NIOCore
import TestSupport
import Testing

@testable import LanyardDataPlane

@Suite("Verify", .timeLimit(.minutes(TestRun.minutes(1))))
struct VerifyTests {
    private let caller = Secret.make()
    private let secret = Secret.make()

    /// A server with a caller that may verify, for these projects only if they are named.
    private func withVerifier(
        _ scopes: [String] = ["lanyard:verify"], _ change: @Sendable @escaping (inout KeyRecord) -> Void = { _ in },
        _ body: (LiveServer) async throws -> Void
    ) async throws {
        try await withServer { server in
            server.decisions.add(caller, projectName: "lanyard") {
                $0.project = ProjectRecord.lanyardID
                $0.scopes = scopes.compactMap(Scope.init)
                change(&$0)
            }
            try await body(server)
        }
    }

    private func project(_ name: String, _ id: ProjectID) -> ProjectRecord {
        ProjectRecord(
            id: id, name: name, prefix: .lyd, environments: [.live], createdAt: Timestamp(milliseconds: 0))
    }

    private func json(_ answer: RawAnswer) throws -> JSONObject {
        guard case .object(let object) = try JSONParser.parse(Array(answer.body.utf8)) else { return JSONObject() }
        return object
    }

    private func verify(_ server: LiveServer, _ members: String, secret: Secret? = nil) async throws -> RawAnswer {
        let text = (secret ?? self.secret).reveal()
        return try await server.ask("POST", "/v1/verify", key: caller, body: "{\"secret\":\"\(text)\"\(members)}")
    }

    @Test("a granted check tells the key, how its limits stand, and no grant id where nothing is held open")
    func grant() async throws {
        try await withVerifier { server in
            let key = server.decisions.add(secret) {
                $0.name = "billing"
                $0.scopes = [Scope("a:read")].compactMap { $0 }
                $0.limits = [.requests(5, per: .seconds(60), name: "burst")]
                $0.metadata = Metadata(json: #"{"team":"x"}"#)
            }
            let answer = try await verify(server, #","scope":"a:read","costs":{"requests":2}"#)
            #expect(answer.status == 200)
            #expect(answer["X-Request-Id"] != nil)
            let object = try json(answer)
            #expect(object["valid"] == .bool(true))
            #expect(object["code"] == .string("ok"))
            #expect(object["grant_id"] == .null)
            #expect(object["problem"] == nil)
            #expect(answer.body.contains("\"id\":\"\(key.id)\""))
            #expect(answer.body.contains(#""metadata":{"team":"x"}"#))
            #expect(answer.body.contains(#""remaining":3"#))
            #expect(answer.body.contains(#""quotas":[]"#))
        }
    }

    @Test("every denial is a 200 that tells why, and whose key it is once that is known")
    func denials() async throws {
        try await withVerifier { server in
            let key = server.decisions.add(secret) { $0.isDisabled = true }
            let denied = try await verify(server, "")
            #expect(denied.status == 200)
            #expect(denied.body.hasPrefix(#"{"valid":false,"code":"disabled_key","key":{"id":"\#(key.id)""#))
            #expect(denied.body.contains(#""problem":{"type":"urn:lanyard:problem:disabled_key""#))
            let unknown = try await verify(server, "", secret: .make())
            #expect(unknown.body.hasPrefix(#"{"valid":false,"code":"unknown_key","key":null"#))
            let empty = try await server.ask("POST", "/v1/verify", key: caller, body: #"{"secret":""}"#)
            #expect(empty.body.contains(#""code":"missing_key""#))
        }
    }

    @Test("what the check says of the request is what is judged, not the caller's own request")
    func parameters() async throws {
        try await withVerifier { server in
            server.decisions.add(secret) {
                $0.ipAllowlist = [CIDR("192.0.2.0/24")].compactMap { $0 }
                $0.methods = [HTTPMethodName("PUT")].compactMap { $0 }
                $0.paths = [PathPattern("/orig/*")].compactMap { $0 }
            }
            let bare = try await verify(server, "")
            #expect(bare.body.contains("ip_not_allowed"))
            let address = #","ip":"192.0.2.9""#
            #expect(try await verify(server, address).body.contains("method_not_allowed_for_key"))
            let method = address + #","method":"PUT""#
            #expect(try await verify(server, method).body.contains("path_not_allowed_for_key"))
            #expect(try await verify(server, method + #","path":"/orig/1""#).body.contains(#""valid":true"#))
            #expect(try await verify(server, method + #","path":"/orig/../x""#).body.contains("invalid_request_path"))
            #expect(try await verify(server, #","environment":"test""#).body.contains("wrong_environment"))
        }
    }

    @Test("the caller needs lanyard:verify, and a key of project lanyard", arguments: Self.calls)
    func callersProject(path: String, body: String) async throws {
        try await withServer { server in
            let ordinary = Secret.make()
            server.decisions.add(ordinary) { $0.scopes = [Scope("lanyard:verify")].compactMap { $0 } }
            let answer = try await server.ask("POST", path, key: ordinary, body: body)
            #expect(answer.status == 403)
            #expect(answer.body.contains(#""code":"wrong_project""#))
        }
    }

    private static let calls = [
        ("/v1/verify", #"{"secret":"x"}"#), ("/v1/verify/batch", #"{"checks":[{"secret":"x"}]}"#),
        ("/v1/finish", "{\"grant_id\":\"\(GrantID.make(atMilliseconds: 1))\"}"),
    ]

    @Test("a caller without lanyard:verify, or without a key, is told so")
    func callers() async throws {
        try await withVerifier(["other:scope"]) { server in
            server.decisions.add(secret)
            let lacking = try await verify(server, "")
            #expect(lacking.status == 403)
            #expect(lacking.body.contains(#""missing_scope":"lanyard:verify""#))
            let none = try await server.ask("POST", "/v1/verify", body: "{}")
            #expect(none.status == 401)
            #expect(none["WWW-Authenticate"] == #"Bearer realm="lanyard""#)
        }
    }

    @Test("the caller's own limits hold, and its own bound on calls in flight is given back with the answer")
    func callersLimits() async throws {
        try await withVerifier(
            ["lanyard:verify"],
            {
                $0.limits = [.requests(3, per: .seconds(60))]
                $0.maximumInFlight = 1
            }
        ) { server in
            server.decisions.add(secret)
            for _ in 0..<3 { #expect(try await verify(server, "").status == 200) }
            #expect(server.decisions.openCalls == 0)
            let limited = try await verify(server, "")
            #expect(limited.status == 429)
            #expect(limited["RateLimit"] != nil)
        }
    }

    @Test("an unbound caller finds keys of every project valid but those of project lanyard, unless it names that")
    func unboundCallers() async throws {
        try await withVerifier { server in
            server.decisions.add(project("lanyard", ProjectRecord.lanyardID))
            server.decisions.add(secret, projectName: "lanyard") { $0.project = ProjectRecord.lanyardID }
            let unnamed = try await verify(server, "")
            #expect(unnamed.body.hasPrefix(#"{"valid":false,"code":"wrong_project","key":null"#))
            #expect(try await verify(server, #","project":"lanyard""#).body.contains(#""valid":true"#))
            let nowhere = try await verify(server, #","project":"nowhere""#)
            #expect(nowhere.status == 400)
            #expect(nowhere.body.contains(#""pointer":"/project""#))
        }
    }

    @Test("a caller that is bound to a project finds only its keys valid, and learns of no other")
    func boundCallers() async throws {
        let payments = ProjectID.make(atMilliseconds: 1)
        let other = ProjectID.make(atMilliseconds: 2)
        try await withVerifier(["lanyard:verify@payments"]) { server in
            server.decisions.add(project("payments", payments))
            server.decisions.add(project("other", other))
            server.decisions.add(secret, projectName: "payments") { $0.project = payments }
            let foreign = Secret.make()
            server.decisions.add(foreign, projectName: "other") {
                $0.project = other
                $0.name = "telling name"
            }
            let revoked = Secret.make()
            server.decisions.add(revoked, projectName: "other") {
                $0.project = other
                $0.revokedAt = Timestamp(milliseconds: 1)
            }
            #expect(try await verify(server, "").body.contains(#""valid":true"#))
            #expect(try await verify(server, #","project":"payments""#).body.contains(#""valid":true"#))
            #expect(try await verify(server, #","project":"\#(payments)""#).body.contains(#""valid":true"#))
            let denied = try await verify(server, "", secret: foreign)
            #expect(denied.body.hasPrefix(#"{"valid":false,"code":"wrong_project","key":null"#))
            #expect(!denied.body.contains("telling name"))
            #expect(try await verify(server, "", secret: revoked).body.contains(#""code":"revoked_key","key":null"#))
            for name in ["other", "nowhere", "\(other)"] {
                let beyond = try await verify(server, ",\"project\":\"\(name)\"")
                #expect(beyond.status == 403)
                #expect(beyond.body.contains(#""code":"insufficient_scope""#))
            }
        }
    }

    @Test("a body that isn't as it should be is refused by name, and nothing was charged")
    func invalidBodies() async throws {
        try await withVerifier { server in
            let key = server.decisions.add(secret) { $0.limits = [.requests(1, per: .seconds(60))] }
            let text = secret.reveal()
            let cases = [
                ("{}", "/secret"), ("[]", "\"pointer\":\"\""), ("{\"secret\":\"\(text)\",\"scop\":\"a\"}", "/scop"),
                ("{\"secret\":\"\(text)\",\"secret\":\"b\"}", "/secret"),
                ("{\"secret\":\"\(text)\",\"ip\":\"x\"}", "/ip"),
                ("{\"secret\":\"\(text)\",\"scope\":\"a b\"}", "/scope"), ("", "\"pointer\":\"\""),
                ("{\"secret\":\"\(text)\"", "\"pointer\":"),
            ]
            for (body, pointer) in cases {
                let answer = try await server.ask("POST", "/v1/verify", key: caller, body: body)
                #expect(answer.status == 400, "\(body)")
                #expect(answer.body.contains(pointer), "\(answer.body)")
                #expect(!answer.body.contains(text))
            }
            let query = try await server.ask(
                "POST", "/v1/verify?scope=a", key: caller, body: "{\"secret\":\"\(text)\"}")
            #expect(query.status == 400)
            #expect(query.body.contains("?scope"))
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
                let answer = try await server.ask(
                    "POST", "/v1/verify", key: caller, ["Content-Type: \(type)"], body: "{\"secret\":\"\(text)\"}")
                #expect(answer.status == 415)
            }
            #expect(key.state.callsInFlight == 0)
            let good = try await server.ask(
                "POST", "/v1/verify", key: caller, ["Content-Type: Application/JSON; charset=utf-8"],
                body: "{\"secret\":\"\(text)\"}")
            #expect(good.body.contains(#""remaining":0"#))
        }
    }

    // MARK: Calls in flight

    @Test("a call of a key that bounds them is held open until it is finished, which may be said twice")
    func finishing() async throws {
        try await withVerifier { server in
            let key = server.decisions.add(secret) { $0.maximumInFlight = 1 }
            let granted = try json(await verify(server, ""))
            guard case .string(let id)? = granted["grant_id"] else {
                Issue.record("no grant id")
                return
            }
            #expect(key.state.callsInFlight == 1)
            #expect(try await verify(server, "").body.contains(#""code":"too_many_in_flight""#))
            for _ in 0..<2 {
                let body = "{\"grant_id\":\"\(id)\",\"actual\":{\"requests\":1}}"
                let finished = try await server.ask("POST", "/v1/finish", key: caller, body: body)
                #expect(finished.status == 200)
                #expect(finished.body == #"{"finished":true}"#)
            }
            #expect(key.state.callsInFlight == 0)
            let unknown = "{\"grant_id\":\"\(GrantID.make(atMilliseconds: 5))\"}"
            #expect(try await server.ask("POST", "/v1/finish", key: caller, body: unknown).status == 404)
            #expect(try await server.ask("POST", "/v1/finish", body: unknown).status == 401)
            #expect(try await server.ask("POST", "/v1/finish", key: caller, body: #"{"grant_id":"x"}"#).status == 400)
        }
    }

    // MARK: Batches

    @Test("a batch is decided in its order: what one check spends, the next has not")
    func batch() async throws {
        try await withVerifier { server in
            server.decisions.add(secret) { $0.limits = [.requests(2, per: .seconds(60))] }
            let check = "{\"secret\":\"\(secret.reveal())\"}"
            let unknown = "{\"secret\":\"\(Secret.make().reveal())\"}"
            let body = "{\"checks\":[\(check),\(unknown),\(check),\(check)]}"
            let answer = try await server.ask("POST", "/v1/verify/batch", key: caller, body: body)
            #expect(answer.status == 200)
            guard case .array(let results)? = try json(answer)["results"] else {
                Issue.record("no results")
                return
            }
            let codes = results.map { result -> String in
                if case .object(let object) = result, case .string(let code)? = object["code"] { code } else { "" }
            }
            #expect(codes == ["ok", "unknown_key", "ok", "rate_limited"])
        }
    }

    @Test("a hundred keys that have to be fetched are answered; one more check is refused, and so is none")
    func largeBatches() async throws {
        try await withVerifier { server in
            func body(_ count: Int) -> String {
                let checks = (0..<count).map { _ in
                    let secret = Secret.make()
                    server.decisions.add(secret, isLoaded: false)
                    return "{\"secret\":\"\(secret.reveal())\"}"
                }
                return "{\"checks\":[\(checks.joined(separator: ","))]}"
            }
            let full = try await server.ask("POST", "/v1/verify/batch", key: caller, body: body(100))
            #expect(full.body.components(separatedBy: #""valid":true"#).count == 101)
            #expect(server.decisions.loads == 100)
            #expect(try await server.ask("POST", "/v1/verify/batch", key: caller, body: body(101)).status == 400)
            #expect(try await server.ask("POST", "/v1/verify/batch", key: caller, body: body(0)).status == 400)
        }
    }

    @Test("in a batch, a key that can't be fetched is unavailable, and the others are decided")
    func partlyUnavailable() async throws {
        try await withVerifier { server in
            server.decisions.add(secret)
            server.decisions.set(load: .fails)
            let check = "{\"secret\":\"\(secret.reveal())\"}"
            let lost = "{\"secret\":\"\(Secret.make().reveal())\"}"
            let body = "{\"checks\":[\(check),\(lost),\(check)]}"
            let answer = try await server.ask("POST", "/v1/verify/batch", key: caller, body: body)
            #expect(answer.body.components(separatedBy: #""valid":true"#).count == 3)
            #expect(answer.body.components(separatedBy: #""code":"unavailable","key":null"#).count == 2)
        }
    }

    @Test("a check of a project that isn't there is named by its place, and no check of the batch was charged")
    func invalidBatch() async throws {
        try await withVerifier { server in
            server.decisions.add(secret) { $0.limits = [.requests(1, per: .seconds(60))] }
            let check = "{\"secret\":\"\(secret.reveal())\"}"
            let bad = "{\"secret\":\"x\",\"project\":\"nowhere\"}"
            let refused = try await server.ask(
                "POST", "/v1/verify/batch", key: caller, body: "{\"checks\":[\(check),\(bad)]}")
            #expect(refused.status == 400)
            #expect(refused.body.contains(#""pointer":"/checks/1/project""#))
            #expect(try await verify(server, "").body.contains(#""valid":true"#))
        }
    }

    @Test("calls that were opened for a client that has gone are ended")
    func abandoned() async throws {
        try await withVerifier { server in
            let key = server.decisions.add(secret) { $0.maximumInFlight = 5 }
            server.decisions.set(load: .waits)
            let check = "{\"secret\":\"\(secret.reveal())\"}"
            let body = "{\"checks\":[\(check),\(check),{\"secret\":\"\(Secret.make().reveal())\"}]}"
            let connection = try await server.connect()
            try await connection.send(requestText("POST", "/v1/verify/batch", key: caller, body: body))
            while server.decisions.loads == 0 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(key.state.callsInFlight == 2)
            try await connection.reset()
            try await Task.sleep(for: .milliseconds(50))
            server.decisions.release()
            while key.state.callsInFlight > 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
    }
}
