import LanyardCore
import LanyardWire
import Testing

@Suite("Quotas and credits in bodies")
struct QuotaBodyTests {
    private func errors<Body>(
        _ text: String, _ decode: (JSONValue) throws(InvalidRequest) -> Body
    ) throws -> [String] {
        let value = try JSONValue.text(text)
        let error = #expect(throws: InvalidRequest.self, "\(text)") { try decode(value) }
        return try #require(error).errors.map(\.pointer.text)
    }

    @Test("a quota is read with all its fields, and with what stands for those that are left out")
    func fields() throws {
        let body = try KeyCreateBody.decode(
            JSONValue.text(
                #"""
                {"name":"k","quotas":[{"name":"monthly","amount":10000,"period":"month"},
                 {"name":"spend","unit":"usd","amount":"5.00","period":"week","alert_at":[50,80,100],"on_outage":"allow"},
                 {"name":"trial","amount":0,"period":"lifetime"},
                 {"name":"prepaid","unit":"usd","amount":"0","period":"lifetime"}]}
                """#))
        #expect(
            body.quotas == [
                QuotaDefinition(name: "monthly", unit: .requests, amount: 10_000, period: .month),
                QuotaDefinition(
                    name: "spend", unit: .usd, amount: 5_000_000_000, period: .week, alertAt: [50, 80, 100],
                    onOutage: .allow),
                QuotaDefinition(name: "trial", unit: .requests, amount: 0, period: .lifetime),
                QuotaDefinition(name: "prepaid", unit: .usd, amount: 0, period: .lifetime),
            ])
    }

    @Test("what is written of a quota is read as the same quota")
    func roundTrip() throws {
        let quotas = [
            QuotaDefinition(name: "a", unit: .tokens, amount: 1, period: .hour, alertAt: [1, 100]),
            QuotaDefinition(name: "b", unit: .usd, amount: 150, period: .day, onOutage: .allow),
            QuotaDefinition(name: "c", unit: .requests, amount: 0, period: .lifetime),
        ]
        var writer = JSONWriter()
        writer.object { $0.member("quotas", quotas) }
        #expect(try AccountPatchBody.decode(try JSONParser.parse(writer.bytes)).quotas == quotas)
    }

    @Test(
        "each fault has its place",
        arguments: [
            (#"{"name":"a","amount":1}"#, ["/quotas/0/period"]), (#"{"amount":1,"period":"day"}"#, ["/quotas/0/name"]),
            (#"{"name":"a","amount":0,"period":"day"}"#, ["/quotas/0/amount"]),
            (#"{"name":"a","unit":"usd","amount":"0","period":"day"}"#, ["/quotas/0/amount"]),
            (#"{"name":"a","unit":"usd","amount":5,"period":"day"}"#, ["/quotas/0/amount"]),
            (#"{"name":"a","amount":"5","period":"day"}"#, ["/quotas/0/amount"]),
            (#"{"name":"a","amount":1,"period":"day","alert_at":[80,50]}"#, ["/quotas/0/alert_at"]),
            (#"{"name":"a","amount":1,"period":"day","alert_at":[50,50]}"#, ["/quotas/0/alert_at"]),
            (
                #"{"name":"a","amount":1,"period":"day","alert_at":[0,"x"]}"#,
                ["/quotas/0/alert_at/0", "/quotas/0/alert_at/1"]
            ),
            (#"{"name":"a","amount":1,"period":"day","on_outage":"close"}"#, ["/quotas/0/on_outage"]),
            (#"{"name":"a","amount":1,"period":"day","window":"1s"}"#, ["/quotas/0/window"]),
        ])
    func faults(quota: String, pointers: [String]) throws {
        let text = #"{"name":"k","quotas":[\#(quota)]}"#
        #expect(try errors(text, KeyCreateBody.decode) == pointers)
        #expect(try errors(text, KeyPatchBody.decode) == pointers)
        #expect(try errors(text, AccountCreateBody.decode) == pointers)
        #expect(try errors(text, AccountPatchBody.decode) == pointers)
        #expect(try errors(text, PlanCreateBody.decode) == pointers)
        #expect(try errors(text, PlanPatchBody.decode) == pointers)
    }

    @Test("quotas that can't stand together are told of the list, and there are at most eight")
    func together() throws {
        for quotas in [
            #"{"name":"a","amount":1,"period":"day"},{"name":"a","amount":1,"period":"hour"}"#,
            #"{"name":"a","amount":1,"period":"day"},{"name":"b","amount":2,"period":"day"}"#,
            (0..<9).map { #"{"name":"q\#($0)","amount":1,"period":"day"}"# }.joined(separator: ","),
        ] {
            #expect(try errors(#"{"name":"k","quotas":[\#(quotas)]}"#, KeyCreateBody.decode) == ["/quotas"])
        }
    }

    @Test("a credit is an amount in its unit, with a sign where it takes away")
    func credits() throws {
        let credits: [(String, Int64)] = [
            (#"{"unit":"usd","amount":"5.00"}"#, 5_000_000_000), (#"{"unit":"usd","amount":"-0.000000001"}"#, -1),
            (#"{"unit":"requests","amount":7}"#, 7),
            (#"{"unit":"tokens","amount":-1000000000000}"#, -1_000_000_000_000),
        ]
        for (text, units) in credits { #expect(try CreditBody.decode(JSONValue.text(text)).units == units, "\(text)") }
        let full = try CreditBody.decode(
            JSONValue.text(#"{"unit":"usd","amount":"1","quota":"prepaid","reason":"invoice 4711"}"#))
        #expect(full == CreditBody(unit: .usd, units: 1_000_000_000, quota: "prepaid", reason: "invoice 4711"))
    }

    @Test(
        "a credit of nothing, in no unit, or in another form is refused",
        arguments: [
            (#"{"unit":"usd","amount":"0.00"}"#, ["/amount"]), (#"{"unit":"usd","amount":"--5"}"#, ["/amount"]),
            (#"{"unit":"usd","amount":"+5"}"#, ["/amount"]), (#"{"unit":"usd","amount":5}"#, ["/amount"]),
            (#"{"unit":"usd","amount":"1000000000.01"}"#, ["/amount"]),
            (#"{"unit":"requests","amount":0}"#, ["/amount"]),
            (#"{"unit":"requests","amount":"5"}"#, ["/amount"]), (#"{"unit":"requests","amount":1.5}"#, ["/amount"]),
            (#"{"unit":"eur","amount":"5"}"#, ["/unit"]), ("{}", ["/unit", "/amount"]),
            (#"{"unit":"usd","amount":"5","quota":"a b","why":1}"#, ["/quota", "/why"]),
        ])
    func badCredits(text: String, pointers: [String]) throws {
        #expect(try errors(text, CreditBody.decode) == pointers)
    }

    @Test("how a quota stands is told with what its period holds, credits included")
    func status() throws {
        let quota = QuotaDefinition(name: "prepaid", unit: .usd, amount: 0, period: .lifetime)
        let subject = Subject(KeyID(high: 1, low: 2))
        let identity = QuotaIdentity(subject: subject, unit: .usd, period: .lifetime, source: .plan)
        let span = QuotaPeriod.lifetime.span(containing: Timestamp(milliseconds: 9))
        var balance = QuotaBalance(
            id: QuotaBalanceID(quota: identity, start: span.start), end: span.end, amount: 7, amountEpoch: 1)
        balance.credits = 5_000_000_000
        balance.used = 1_250_000_000
        balance.leased = 250_000_000
        let status = QuotaStatus(quota, source: .plan, period: span, balance: balance)
        #expect(
            String(decoding: status.bytes(), as: UTF8.self)
                == #"{"name":"prepaid","unit":"usd","amount":"5.00","used":"1.50","remaining":"3.50","period":"lifetime","#
                + #""resets_at":null,"subject":"plan"}"#)
        balance.used = 9_000_000_000
        #expect(QuotaStatus(quota, source: .plan, period: span, balance: balance).remaining == 0)
        let day = QuotaDefinition(name: "d", unit: .requests, amount: 9, period: .day)
        let unused = QuotaStatus(
            day, source: .key, period: QuotaPeriod.day.span(containing: Timestamp(milliseconds: 9)), balance: nil)
        #expect(
            String(decoding: unused.bytes(), as: UTF8.self)
                == #"{"name":"d","unit":"requests","amount":9,"used":0,"remaining":9,"period":"day","#
                + #""resets_at":"1970-01-02T00:00:00.000Z","subject":"key"}"#)
    }
}
