import LanyardWire
import NIOHTTP1
import Testing

@Suite("A key can only grant what it holds")
struct EscalationTests {
    /// A node with a project, and a key that may write that project's keys and nothing else.
    private struct Stage {
        let node: TestNode
        let project: String
        let bound: TestNode.Key

        init() async throws {
            node = try await EscalationTests.node.value
            project = try await node.project().name
            bound = try await node.caller(["lanyard:keys:write@\(project)", "lanyard:keys:read@\(project)"])
        }

        func send(_ method: HTTPMethod, _ target: String, _ json: String? = nil) async throws -> Answer {
            try await node.send(.admin(method, target, secret: bound.secret, json: json))
        }
    }

    private static let node = Task { try await TestNode() }

    @Test("within its project it grants any scope but Lanyard's own")
    func within() async throws {
        let stage = try await Stage()
        let made = try await stage.send(
            .POST, "/v1/keys", #"{"name":"k","project":"\#(stage.project)","scopes":["*","admin:everything"]}"#)
        #expect(made.status == 201)
        let id = try #require(made["key"]?["id"]?.string)
        for body in [
            #"{"scopes":["lanyard:verify"]}"#, #"{"scopes":["lanyard:*"]}"#, #"{"scopes":["lanyard:keys:write"]}"#,
            #"{"scopes":["lanyard:keys:*@\#(stage.project)"]}"#, #"{"roles":["admin"]}"#, #"{"roles":["monitoring"]}"#,
        ] {
            let answer = try await stage.send(.PATCH, "/v1/keys/\(id)", body)
            #expect(answer.status == 403 && answer.code == "insufficient_scope", "\(body): \(answer.text)")
            let create = body.dropLast() + #","name":"k","project":"\#(stage.project)"}"#
            #expect(try await stage.send(.POST, "/v1/keys", String(create)).status == 403, "\(create)")
        }
        // What it holds itself, it may hand on.
        let own = #"{"scopes":["lanyard:keys:write@\#(stage.project)"]}"#
        #expect(try await stage.send(.PATCH, "/v1/keys/\(id)", own).status == 200)
        let plan = try await stage.node.plan(#""scopes":["lanyard:verify"]"#)
        #expect(try await stage.send(.PATCH, "/v1/keys/\(id)", #"{"plan":"\#(plan.name)"}"#).status == 403)
    }

    @Test("outside its project it makes nothing, and finds nothing")
    func outside() async throws {
        let stage = try await Stage()
        let foreign = try await stage.node.key()
        for project in ["default", "lanyard"] {
            let answer = try await stage.send(.POST, "/v1/keys", #"{"name":"k","project":"\#(project)"}"#)
            #expect(answer.status == 403, "\(project)")
            #expect(answer["missing_scope"]?.string == "lanyard:keys:write@\(project)")
        }
        // The same answer whether the project exists.
        let nowhere = try await stage.send(.POST, "/v1/keys", #"{"name":"k","project":"no-such"}"#)
        #expect(nowhere.status == 403)
        let calls: [(HTTPMethod, String, String?)] = [
            (.GET, "", nil), (.PATCH, "", "{}"), (.DELETE, "", nil), (.POST, "/rotate", nil), (.POST, "/revoke", nil),
            (.POST, "/disable", nil), (.POST, "/enable", nil),
        ]
        for (method, action, body) in calls {
            for id in [foreign.id, stage.bound.id] {
                let answer = try await stage.send(method, "/v1/keys/\(id)\(action)", body)
                #expect(answer.status == 404, "\(method) \(action): \(answer.text)")
            }
        }
        #expect(try await stage.node.verify(foreign.secret) == "ok")
        #expect(try await stage.send(.POST, "/v1/keys/lookup", #"{"secret":"\#(foreign.secret)"}"#).status == 404)
        let listed = try await stage.send(.GET, "/v1/keys?limit=200")["data"]?.array
        #expect(listed?.allSatisfy { $0["project"]?["name"]?.string == stage.project } == true)
        #expect(try await stage.send(.GET, "/v1/keys?project=default").status == 403)
    }

    @Test("what belongs to no project needs a scope without a bound")
    func unbound() async throws {
        let stage = try await Stage()
        let node = stage.node
        let account = try await node.account()
        let everything = [
            "keys:write", "keys:read", "projects:write", "projects:read", "accounts:write", "accounts:read",
            "plans:write",
            "plans:read", "roles:write", "roles:read", "audit:read", "nodes:read",
        ]
        let bound = try await node.caller(everything.map { "lanyard:\($0)@\(stage.project)" })
        for (method, target, body) in [
            (HTTPMethod.POST, "/v1/accounts", #"{"name":"a"}"#), (.GET, "/v1/accounts", nil),
            (.POST, "/v1/accounts/\(account)/suspend", nil), (.POST, "/v1/accounts/\(account)/revoke-keys", nil),
            (.POST, "/v1/plans", #"{"name":"a"}"#), (.GET, "/v1/plans", nil),
            (.POST, "/v1/roles", #"{"name":"a","scopes":[]}"#), (.GET, "/v1/roles", nil),
            (.POST, "/v1/projects", #"{"name":"a"}"#), (.GET, "/v1/audit", nil), (.GET, "/v1/audit/verify", nil),
            (.GET, "/v1/nodes", nil), (.POST, "/v1/policies", #"{"name":"a"}"#),
        ] as [(HTTPMethod, String, String?)] {
            let answer = try await node.send(.admin(method, target, secret: bound.secret, json: body))
            #expect(answer.status == 403 && answer.code == "insufficient_scope", "\(method) \(target): \(answer.text)")
        }
    }

    @Test("keys of project lanyard need lanyard:admin, for reading too")
    func administrators() async throws {
        let node = try await Self.node.value
        let writer = try await node.caller(["lanyard:keys:write", "lanyard:keys:read"])
        let other = try await node.caller([])
        func send(_ method: HTTPMethod, _ target: String, _ json: String? = nil) async throws -> Int {
            try await node.send(.admin(method, target, secret: writer.secret, json: json)).status
        }
        #expect(try await send(.POST, "/v1/keys", #"{"name":"k","project":"lanyard"}"#) == 403)
        #expect(try await send(.GET, "/v1/keys/\(other.id)") == 404)
        #expect(try await send(.POST, "/v1/keys/\(other.id)/rotate") == 404)
        #expect(try await send(.POST, "/v1/keys/lookup", #"{"secret":"\#(other.secret)"}"#) == 404)
        #expect(try await send(.GET, "/v1/keys?project=lanyard") == 403)
        let listed = try await node.send(.admin(.GET, "/v1/keys?limit=200", secret: writer.secret))["data"]?.array
        #expect(listed?.contains { $0["project"]?["name"]?.string == "lanyard" } == false)
        // A key of another project with Lanyard's scopes is no administrator's either.
        let customer = try await node.key(#""scopes":["lanyard:keys:write","lanyard:admin"]"#)
        let wrong = try await node.send(.admin(.GET, "/v1/keys", secret: customer.secret))
        #expect(wrong.code == "wrong_project")
    }

    @Test("whoever can't grant what a key holds can't take the key over: by rotating, changing or enabling it")
    func takingOver() async throws {
        let stage = try await Stage()
        let node = stage.node
        let strong = try await node.key(#""project":"\#(stage.project)","scopes":["lanyard:verify"]"#)
        for (method, action, body) in [
            (HTTPMethod.POST, "/rotate", nil), (.PATCH, "", #"{"ip_allowlist":[]}"#), (.POST, "/enable", nil),
        ] as [(HTTPMethod, String, String?)] {
            let answer = try await stage.send(method, "/v1/keys/\(strong.id)\(action)", body)
            #expect(answer.status == 403 && answer["missing_scope"]?.string == "lanyard:verify", "\(action)")
        }
        // Taking away is open to whoever may write the project's keys.
        #expect(try await stage.send(.POST, "/v1/keys/\(strong.id)/disable").status == 200)
        #expect(try await stage.send(.POST, "/v1/keys/\(strong.id)/revoke").status == 200)
    }

    @Test("roles and plans are no way round: neither is made, changed nor deleted with more than the caller holds")
    func rolesAndPlans() async throws {
        let node = try await Self.node.value
        let caller = try await node.caller(["lanyard:roles:write", "lanyard:plans:write"])
        let (role, plan) = (try await node.role(#""a:b""#), try await node.plan())
        let (strongRole, strongPlan) = (
            try await node.role(#""lanyard:audit:read""#), try await node.plan(#""scopes":["lanyard:audit:read"]"#)
        )
        for (method, target, body) in [
            (HTTPMethod.POST, "/v1/roles", #"{"name":"r-strong","scopes":["lanyard:*"]}"#),
            (.POST, "/v1/plans", #"{"name":"p-strong","scopes":["lanyard:*"]}"#),
            (.PATCH, "/v1/roles/\(role.id)", #"{"scopes":["lanyard:audit:read"]}"#),
            (.PATCH, "/v1/plans/\(plan.id)", #"{"scopes":["lanyard:audit:read"]}"#),
            (.PATCH, "/v1/roles/\(strongRole.id)", #"{"scopes":["a:b"]}"#),
            (.DELETE, "/v1/roles/\(strongRole.id)", nil),
            (.DELETE, "/v1/plans/\(strongPlan.id)", nil),
        ] as [(HTTPMethod, String, String?)] {
            let answer = try await node.send(.admin(method, target, secret: caller.secret, json: body))
            #expect(answer.status == 403, "\(method) \(target): \(answer.text)")
        }
    }

    @Test("the built-in roles open what they say, and no more")
    func builtIn() async throws {
        let node = try await Self.node.value
        let developer = try await node.key(#""project":"lanyard","roles":["developer"]"#)
        let monitoring = try await node.key(#""project":"lanyard","roles":["monitoring"]"#)
        for (key, target, status) in [
            (developer, "/v1/keys", 200), (developer, "/v1/accounts", 200), (developer, "/v1/audit", 403),
            (developer, "/v1/plans", 200), (monitoring, "/v1/usage", 200), (monitoring, "/v1/audit", 200),
            (monitoring, "/v1/nodes", 200), (monitoring, "/v1/keys", 403), (monitoring, "/v1/accounts", 403),
        ] {
            let answer = try await node.send(.admin(.GET, target, secret: key.secret))
            #expect(answer.status == status, "\(target): \(answer.text)")
        }
        let plan = Call.admin(.POST, "/v1/plans", secret: developer.secret, json: #"{"name":"p"}"#)
        #expect(try await node.send(plan).status == 403)
        let admin = Call.admin(
            .POST, "/v1/keys", secret: developer.secret,
            json: #"{"name":"k","project":"lanyard","roles":["developer"]}"#)
        #expect(try await node.send(admin).status == 403)
    }

    @Test("an import grants no more than a key by hand, line by line")
    func imports() async throws {
        let stage = try await Stage()
        let lines = [
            #"{"digest":"sha256:\#(ImportLines.digest())","name":"k","project":"\#(stage.project)"}"#,
            #"{"digest":"sha256:\#(ImportLines.digest())","name":"k","project":"\#(stage.project)","scopes":["lanyard:*"]}"#,
            #"{"digest":"sha256:\#(ImportLines.digest())","name":"k"}"#,
            #"{"digest":"sha256:\#(ImportLines.digest())","name":"k","project":"lanyard"}"#,
        ]
        var call = Call.admin(.POST, "/v1/keys/import", secret: stage.bound.secret)
        call.body = Call.Body(bytes: Array(lines.joined(separator: "\n").utf8), mediaType: "application/x-ndjson")
        let answer = try await stage.node.send(call)
        let results = try answer.body.split(separator: UInt8(ascii: "\n")).map { try JSONParser.parse($0) }
        #expect(results.count == 5)
        #expect(results[0]["id"] != nil)
        for result in results[1...3] { #expect(result["problem"]?["code"]?.string == "insufficient_scope") }
        #expect(results[4]["summary"]?["imported"]?.number?.int64 == 1)
    }

    @Test("a digest that another project's key has is refused without telling whose it is")
    func foreignDigests() async throws {
        let stage = try await Stage()
        let (own, foreign) = (
            try await stage.node.key(#""project":"\#(stage.project)""#), try await stage.node.key()
        )
        var call = Call.admin(.POST, "/v1/keys/import", secret: stage.bound.secret)
        let lines = [own.secret, foreign.secret, stage.node.adminSecret].map { secret in
            #"{"digest":"sha256:\#(ImportLines.digest(of: secret))","name":"k","project":"\#(stage.project)"}"#
        }
        call.body = Call.Body(bytes: Array(lines.joined(separator: "\n").utf8), mediaType: "application/x-ndjson")
        let answer = try await stage.node.send(call)
        let problems = try answer.body.split(separator: UInt8(ascii: "\n")).map { try JSONParser.parse($0)["problem"] }
        #expect(problems.compactMap { $0?["code"]?.string } == ["digest_exists", "digest_exists", "digest_exists"])
        #expect(problems.prefix(3).map { $0?["id"]?.string } == [own.id, nil, nil])
    }

    @Test("verify is bound to its projects: keys of others are wrong_project, and other projects are not named")
    func verify() async throws {
        let stage = try await Stage()
        let node = stage.node
        let caller = try await node.caller(["lanyard:verify@\(stage.project)"])
        let own = try await node.key(#""project":"\#(stage.project)""#)
        let foreign = try await node.key()
        func ask(_ secret: String, _ more: String = "") async throws -> Answer {
            try await node.send(
                .data(.POST, "/v1/verify", secret: caller.secret, json: #"{"secret":"\#(secret)"\#(more)}"#))
        }
        #expect(try await ask(own.secret).code == "ok")
        let denied = try await ask(foreign.secret)
        #expect(denied.status == 200 && denied.code == "wrong_project")
        #expect(denied["key"] == .null, "a caller learns nothing of keys that it may not check: \(denied.text)")
        #expect(try await ask(foreign.secret, #","project":"default""#).status == 403)
        #expect(try await ask(foreign.secret, #","project":"no-such""#).status == 403)
        #expect(try await ask(node.adminSecret).code == "wrong_project")
        #expect(try await node.verify(node.adminSecret) == "wrong_project")
    }
}
