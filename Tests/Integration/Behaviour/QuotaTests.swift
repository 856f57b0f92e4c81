import LanyardWire
import NIOHTTP1
import Testing

@Suite("Quotas and credits through the API")
struct QuotaTests {
    private static let node = Task { try await TestNode() }

    private static let monthly = #"{"name":"monthly","amount":10000,"period":"month"}"#
    private static let prepaid = #"{"name":"prepaid","unit":"usd","amount":"0","period":"lifetime"}"#

    private func standing(_ answer: Answer) -> [String] {
        (answer["quotas"]?.array ?? []).map { quota in
            ["name", "subject", "amount", "used", "remaining", "resets_at"]
                .map { quota[$0]?.string ?? quota[$0]?.number?.text ?? "null" }.joined(separator: " ")
        }
    }

    @Test("a key is shown with its quotas as they were written, and beside it how all that hold it back stand")
    func shown() async throws {
        let node = try await Self.node.value
        let account = try await node.account(#""billing_day":15,"quotas":[{"name":"all","amount":7,"period":"month"}]"#)
        let plan = try await node.make(
            "plan", at: "/v1/plans", #"{"name":"\#(TestNode.name("plan"))","quotas":[\#(Self.monthly)]}"#)
        let key = try await node.key(
            #""account":"\#(account)","plan":"\#(plan)","quotas":[\#(Self.prepaid),"#
                + #"{"name":"daily","unit":"tokens","amount":5,"period":"day","alert_at":[50,100],"on_outage":"allow"}]"#
        )
        let answer = try await node.manage(.GET, "/v1/keys/\(key.id)")
        #expect(
            answer["key"]?["quotas"]
                == (try JSONParser.parse(
                    Array(
                        (#"[{"name":"prepaid","unit":"usd","amount":"0.00","period":"lifetime","alert_at":[],"on_outage":"deny"},"#
                            + #"{"name":"daily","unit":"tokens","amount":5,"period":"day","alert_at":[50,100],"on_outage":"allow"}]"#)
                            .utf8))))
        #expect(
            standing(answer) == [
                "prepaid key 0.00 0.00 0.00 null", "daily key 5 0 5 2026-01-02T00:00:00.000Z",
                "monthly plan 10000 0 10000 2026-01-15T00:00:00.000Z", "all account 7 0 7 2026-01-15T00:00:00.000Z",
            ])
        #expect(
            standing(try await node.manage(.GET, "/v1/accounts/\(account)")) == [
                "all account 7 0 7 2026-01-15T00:00:00.000Z"
            ])
        let changed = try await node.manage(.PATCH, "/v1/keys/\(key.id)", #"{"quotas":[\#(Self.monthly)]}"#)
        #expect(changed["key"]?["quotas"]?.array?.count == 1)
        #expect(changed["acknowledged_by"]?.array?.count == 1)
    }

    @Test("a credit is booked once for its idempotency key, and is in the audit log")
    func credits() async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""quotas":[\#(Self.monthly),\#(Self.prepaid)]"#)
        let call = Call.admin(
            .POST, "/v1/keys/\(key.id)/credits", secret: node.adminSecret,
            json: #"{"unit":"usd","amount":"5.00","reason":"invoice 4711"}"#
        ).with("Idempotency-Key", TestNode.name("credit"))
        for _ in 0..<3 {
            let answer = try await node.send(call)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer["quota"]?["amount"]?.string == "5.00")
            #expect(answer["acknowledged_by"]?.array?.count == 1)
        }
        let path = "/v1/keys/\(key.id)"
        #expect(standing(try await node.manage(.GET, path)).last == "prepaid key 5.00 0.00 5.00 null")
        let entries = try await node.manage(.GET, "/v1/audit?action=key.credit&target=\(key.id)")["data"]?.array ?? []
        #expect(entries.count == 1)
        #expect(entries.first?["after"]?["reason"]?.string == "invoice 4711")
        #expect(entries.first?["after"]?["credited"]?.number?.int64 == 5_000_000_000)
    }

    @Test("what is taken away is no more than is free, and the answer says how much that is")
    func takenAway() async throws {
        let node = try await Self.node.value
        let account = try await node.account(#""quotas":[{"name":"trial","amount":100,"period":"lifetime"}]"#)
        let path = "/v1/accounts/\(account)/credits"
        let refused = try await node.admin(.POST, path, #"{"unit":"requests","amount":-101}"#)
        #expect(refused.status == 409 && refused.code == "conflict")
        #expect(refused["detail"]?.string?.contains("100 of the quota 'trial' is free") == true, "\(refused.text)")
        let taken = try await node.manage(.POST, path, #"{"unit":"requests","amount":-100}"#)
        #expect(taken["quota"]?["remaining"]?.number?.int64 == 0)
        for (body, pointers) in [
            ("{}", ["/unit", "/amount"]), (#"{"unit":"requests","amount":"5.00"}"#, ["/amount"]),
            (#"{"unit":"requests","amount":5,"quota":"other"}"#, ["/quota"]),
            (#"{"unit":"requests","amount":5,"why":"x"}"#, ["/why"]),
        ] {
            #expect(try await node.admin(.POST, path, body).pointers == pointers, "\(body)")
        }
    }

    @Test("what a finished call cost is read strictly")
    func finish() async throws {
        let node = try await Self.node.value
        let key = try await node.key(#""in_flight":1"#)
        let grant = try #require(
            try await node.send(
                .data(.POST, "/v1/verify", secret: node.adminSecret, json: #"{"secret":"\#(key.secret)"}"#))[
                    "grant_id"]?
                .string)
        func finish(_ actual: String) async throws -> Answer {
            try await node.send(
                .data(
                    .POST, "/v1/finish", secret: node.adminSecret,
                    json: #"{"grant_id":"\#(grant)","actual":\#(actual)}"#))
        }
        #expect(
            try await finish(#"{"tokens":-1,"usd":1,"calls":2}"#).pointers == [
                "/actual/tokens", "/actual/usd", "/actual/calls",
            ])
        #expect(try await finish(#"{"tokens":231}"#).status == 200)
    }
}
