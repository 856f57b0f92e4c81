import Testing

@testable import LanyardCommand

/// What a command line makes the server be asked.
struct RequestCase: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let request: String
    let body: String

    init(_ arguments: String, _ request: String, _ body: String = "") {
        // Words with spaces are written with underscores.
        self.arguments = arguments.split(separator: " ").map { String($0).replacing("~", with: " ") }
        self.request = request
        self.body = body
    }

    var testDescription: String { arguments.joined(separator: " ") }
}

@Suite("What commands ask the server")
struct RequestTests {
    static let id = Samples.keyID

    static let keys: [RequestCase] = [
        .init("keys create --name billing~cron", "POST /v1/keys", #"{"name":"billing cron"}"#),
        .init(
            """
            keys create --name x --project payments --account cus_481 --environment test --scope a:read --scope b:* \
            --role r --plan free --limit burst=10/1s --in-flight 8 --allow-ip 203.0.113.0/24 --method get --path /v1/** \
            --proof any --not-before 2026-03-01T09:30:00Z --expires-in 90d --metadata team=billing --allow-self-rotate
            """, "POST /v1/keys",
            """
            {"name":"x","project":"payments","environment":"test","account":"cus_481","scopes":["a:read","b:*"],\
            "roles":["r"],"plan":"free","limits":[{"name":"burst","unit":"requests","amount":10,"window":"1s"}],\
            "in_flight":8,"ip_allowlist":["203.0.113.0/24"],"methods":["GET"],"paths":["/v1/**"],"proof":"any",\
            "not_before":"2026-03-01T09:30:00Z","expires_in":"90d","metadata":{"team":"billing"},"allow_self_rotate":true}
            """),
        .init("keys list", "GET /v1/keys?limit=50"),
        .init(
            "keys list --project p --account a/b --environment test --status not_yet_valid --name x~y --count 7 --cursor c=",
            "GET /v1/keys?project=p&account=a%2Fb&environment=test&status=not_yet_valid&name=x%20y&limit=7&cursor=c%3D"),
        .init("keys list --all", "GET /v1/keys?limit=200"),
        .init("keys show \(id)", "GET /v1/keys/\(id)"),
        .init(
            "keys update \(id) --name y --no-allow-self-rotate", "PATCH /v1/keys/\(id)",
            #"{"name":"y","allow_self_rotate":false}"#),
        .init(
            """
            keys update \(id) --clear-account --clear-scopes --clear-roles --clear-plan --clear-limits --clear-in-flight \
            --clear-ips --clear-methods --clear-paths --clear-not-before --clear-expiry --clear-metadata
            """, "PATCH /v1/keys/\(id)",
            """
            {"account":null,"scopes":[],"roles":[],"plan":null,"limits":[],"in_flight":null,"ip_allowlist":[],\
            "methods":[],"paths":[],"not_before":null,"expires_at":null,"metadata":{}}
            """),
        .init("keys rotate \(id)", "POST /v1/keys/\(id)/rotate"),
        .init("keys rotate \(id) --grace 0s", "POST /v1/keys/\(id)/rotate", #"{"grace":"0s"}"#),
        .init("keys revoke \(id)", "POST /v1/keys/\(id)/revoke"),
        .init("keys revoke \(id) --reason it~leaked", "POST /v1/keys/\(id)/revoke", #"{"reason":"it leaked"}"#),
        .init("keys disable \(id)", "POST /v1/keys/\(id)/disable"),
        .init("keys enable \(id)", "POST /v1/keys/\(id)/enable"),
        .init("keys delete \(id)", "DELETE /v1/keys/\(id)"),
        .init(
            "keys lookup --digest sha256:9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
            "POST /v1/keys/lookup",
            #"{"digest":"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}"#),
    ]

    static let others: [RequestCase] = [
        .init(
            "projects create --name p --prefix pay --environment live --environment test", "POST /v1/projects",
            #"{"name":"p","prefix":"pay","environments":["live","test"]}"#),
        .init("projects list --name p", "GET /v1/projects?name=p&limit=50"),
        .init(
            "projects update proj_06Fq2kWc5NhMx8BtQz92Lp --environment live",
            "PATCH /v1/projects/proj_06Fq2kWc5NhMx8BtQz92Lp",
            #"{"environments":["live"]}"#),
        .init(
            "accounts create --name Acme --external-id c --billing-day 15 --limit 5/1s", "POST /v1/accounts",
            """
            {"name":"Acme","external_id":"c","billing_day":15,\
            "limits":[{"name":"requests-1s","unit":"requests","amount":5,"window":"1s"}]}
            """),
        .init("accounts list --external-id c", "GET /v1/accounts?external_id=c&limit=50"),
        .init(
            "accounts update \(Samples.accountID) --clear-external-id", "PATCH /v1/accounts/\(Samples.accountID)",
            #"{"external_id":null}"#),
        .init(
            "accounts suspend \(Samples.accountID) --reason late", "POST /v1/accounts/\(Samples.accountID)/suspend",
            #"{"reason":"late"}"#),
        .init("accounts resume \(Samples.accountID)", "POST /v1/accounts/\(Samples.accountID)/resume"),
        .init("accounts revoke-keys \(Samples.accountID)", "POST /v1/accounts/\(Samples.accountID)/revoke-keys"),
        .init(
            "plans create --name free --scope a:b --limit 5/1s --in-flight 2", "POST /v1/plans",
            """
            {"name":"free","scopes":["a:b"],"limits":[{"name":"requests-1s","unit":"requests","amount":5,"window":"1s"}],\
            "in_flight":2}
            """),
        .init(
            "plans update plan_06Fq2kWc5NhMx8BtQz92Lp --clear-in-flight", "PATCH /v1/plans/plan_06Fq2kWc5NhMx8BtQz92Lp",
            #"{"in_flight":null}"#),
        .init("roles create --name r --scope a:b", "POST /v1/roles", #"{"name":"r","scopes":["a:b"]}"#),
        .init(
            "roles update role_06Fq2kWc5NhMx8BtQz92Lp --clear-scopes", "PATCH /v1/roles/role_06Fq2kWc5NhMx8BtQz92Lp",
            #"{"scopes":[]}"#),
        .init("roles delete role_06Fq2kWc5NhMx8BtQz92Lp", "DELETE /v1/roles/role_06Fq2kWc5NhMx8BtQz92Lp"),
        .init(
            """
            policies create --name i --project p --environment live --scope a:b~or~c:d --cost tokens:5 --dialect nginx \
            --key-from bearer --key-from header:api-key --method get --path /v1/**
            """, "POST /v1/policies",
            """
            {"name":"i","project":"p","environment":"live","scope":"a:b or c:d","costs":{"tokens":5},"dialect":"nginx",\
            "key_from":["bearer","header:api-key"],"methods":["GET"],"paths":["/v1/**"]}
            """),
        .init("policies list --project p", "GET /v1/policies?project=p&limit=50"),
        .init(
            "policies update pol_06Fq2kWc5NhMx8BtQz92Lp --clear-scope", "PATCH /v1/policies/pol_06Fq2kWc5NhMx8BtQz92Lp",
            #"{"scope":null}"#),
        .init(
            "audit list --actor \(id) --target t --action key.revoke --last 1d --to 2026-03-01T00:00:00Z",
            "GET /v1/audit?actor=\(id)&target=t&action=key.revoke&from=2026-02-28T00%3A00%3A00.000Z&to=2026-03-01T00%3A00%3A00Z&limit=50"
        ),
        .init("audit verify", "GET /v1/audit/verify"),
        .init("nodes", "GET /v1/nodes"),
        .init(
            "usage --key \(id) --account a --project p --group-by account --interval day --last 2h",
            """
            GET /v1/usage?account=a&project=p&group_by=account&key=\(id)&interval=day&from=2026-03-01T07%3A30%3A00.000Z\
            &limit=200
            """),
        .init("usage --csv", "GET /v1/usage?interval=hour&format=csv"),
        .init(
            "explain \(id) --scope a:b --policy p --proof signature --method get", "POST /v1/explain",
            #"{"key_id":"\#(id)","scope":"a:b","method":"GET","policy":"p","proof":"signature"}"#),
        .init("explain --ip 203.0.113.9", "POST /v1/explain", #"{"secret":"\#(Samples.secret)","ip":"203.0.113.9"}"#),
        .init(
            "verify --scope a:b --cost tokens:250 --ip ::1 --method get --path /x --environment live --project p --tag t",
            "POST /v1/verify",
            """
            {"secret":"\(Samples.secret)","scope":"a:b","costs":{"tokens":250},"ip":"::1","method":"GET","path":"/x",\
            "environment":"live","project":"p","tags":["t"]}
            """),
    ]

    @Test("a command asks what its options say and nothing more, with the admin's secret", arguments: keys + others)
    func requests(_ sample: RequestCase) async throws {
        let requests = try await FakeServer.run { _, _ in
            .json(#"{"key":\#(Samples.key),"secret":"\#(Samples.secret)","data":[],"next_cursor":null,"valid":true}"#)
        } _: { server in
            var probe = CommandProbe(server)
            probe.input = Samples.secret + "\n"
            _ = await probe.run(sample.arguments)
            return server.requests
        }
        #expect(requests.map(\.description) == [sample.request])
        let request = try #require(requests.first)
        #expect(request.body == sample.body)
        #expect(request.header("Authorization") == "Bearer \(CommandProbe.adminKey)")
        #expect(request.header("Content-Type") == (sample.body.isEmpty ? nil : "application/json"))
        let creates =
            sample.request == "POST /v1/\(sample.arguments[0])" && sample.arguments.contains("create")
            || sample.arguments.contains("rotate")
        #expect((request.header("Idempotency-Key") != nil) == creates)
    }
}
