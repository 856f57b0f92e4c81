import LanyardCore
import LanyardWire
import Testing

@Suite("Bodies about projects, accounts, plans, roles and policies")
struct ObjectBodyTests {
    private func pointers<Body>(
        _ text: String, _ decode: (JSONValue) throws(InvalidRequest) -> Body
    ) throws -> [String] {
        let value = try JSONValue.text(text)
        let error = #expect(throws: InvalidRequest.self) { try decode(value) }
        return try #require(error).errors.map(\.pointer.text)
    }

    @Test(
        "a name that is unique has no shape of an id, no capitals and no spaces",
        arguments: [
            "", "A", "a b", "-a", "_a", "é", "proj_0123456789abcdefghijkl", "plan_0123456789abcdefghijkl",
            "role_0123456789abcdefghijkl", "pol_0123456789abcdefghijkl",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ])
    func slugs(name: String) throws {
        let text = #"{"name":"\#(name)"}"#
        #expect(try pointers(text, ProjectCreateBody.decode) == ["/name"])
        #expect(try pointers(text, PlanCreateBody.decode) == ["/name"])
        #expect(try pointers(text, PolicyCreateBody.decode) == ["/name"])
        #expect(try pointers(text, RolePatchBody.decode) == ["/name"])
    }

    @Test("a project has a prefix, and environments that differ")
    func project() throws {
        let body = try ProjectCreateBody.decode(
            JSONValue.text(#"{"name":"payments","prefix":"pay","environments":["live","eu1"]}"#))
        #expect(body.prefix?.description == "pay")
        #expect(body.environments?.map(\.description) == ["live", "eu1"])
        #expect(try pointers(#"{"name":"a","prefix":"Pay"}"#, ProjectCreateBody.decode) == ["/prefix"])
        #expect(try pointers(#"{"environments":["live","live"]}"#, ProjectPatchBody.decode) == ["/environments"])
        #expect(try pointers(#"{"environments":[]}"#, ProjectPatchBody.decode) == ["/environments"])
        #expect(try pointers(#"{"name":"b"}"#, ProjectPatchBody.decode) == ["/name"])
    }

    @Test("an account's own id is not mistaken for ours")
    func account() throws {
        let body = try AccountCreateBody.decode(
            JSONValue.text(#"{"name":"Acme","external_id":"cus_481","billing_day":28,"metadata":{"a":1}}"#))
        #expect(body.externalID == "cus_481")
        #expect(body.billingDay == 28)
        #expect(body.metadata.json == #"{"a":1}"#)
        let id = AccountID.make(atMilliseconds: 1)
        #expect(try pointers(#"{"name":"a","external_id":"\#(id)"}"#, AccountCreateBody.decode) == ["/external_id"])
        #expect(try pointers(#"{"billing_day":29}"#, AccountPatchBody.decode) == ["/billing_day"])
        #expect(try AccountPatchBody.decode(JSONValue.text(#"{"external_id":null}"#)).externalID == .null)
    }

    @Test("a plan and a role are scopes under a name")
    func plansAndRoles() throws {
        let plan = try PlanCreateBody.decode(
            JSONValue.text(#"{"name":"free","limits":[{"name":"rpm","amount":60,"window":"60s"}],"in_flight":2}"#))
        #expect(plan.limits.map(\.amount) == [60])
        #expect(plan.maximumInFlight == 2)
        #expect(try PlanPatchBody.decode(JSONValue.text(#"{"in_flight":null}"#)).maximumInFlight == .null)
        #expect(try RoleCreateBody.decode(JSONValue.text(#"{"name":"r","scopes":[]}"#)).scopes == [])
        #expect(try pointers(#"{"name":"r"}"#, RoleCreateBody.decode) == ["/scopes"])
        #expect(try pointers(#"{"builtin":true}"#, RolePatchBody.decode) == ["/builtin"])
    }

    @Test("a policy says what it demands, and reads keys from places that a proxy passes on")
    func policy() throws {
        let body = try PolicyCreateBody.decode(
            JSONValue.text(
                """
                {"name":"invoices","project":"payments","environment":"live","scope":"a or b","costs":{"tokens":5},
                 "dialect":"nginx","key_from":["basic","header:X-Token","query:key"],"methods":["GET"],"paths":["/**"]}
                """))
        #expect(body.scope?.description == "a or b")
        #expect(body.costs == Costs(tokens: 5))
        #expect(body.dialect == .nginx)
        #expect(body.keyFrom == [.basic, .header("x-token"), .query("key")])
        let bare = try PolicyCreateBody.decode(JSONValue.text(#"{"name":"p","project":null,"scope":null}"#))
        #expect(bare.keyFrom == KeySource.standard)
        #expect(bare.dialect == .none)
        #expect(bare.costs == .oneRequest)
        for source in ["body:key", "cookie:a", "header:", "header:a b", "Bearer"] {
            #expect(try pointers(#"{"key_from":["\#(source)"]}"#, PolicyPatchBody.decode) == ["/key_from/0"])
        }
        #expect(try pointers(#"{"key_from":[]}"#, PolicyPatchBody.decode) == ["/key_from"])
        #expect(try pointers(#"{"dialect":"apache"}"#, PolicyPatchBody.decode) == ["/dialect"])
        #expect(try PolicyPatchBody.decode(JSONValue.text(#"{"scope":null}"#)).scope == .null)
    }
}
