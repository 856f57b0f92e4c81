import LanyardWire
import Testing

@testable import LanyardCommand

@Suite("Quotas in commands")
struct QuotaCommandTests {
    private static let month =
        #"{"name":"monthly","unit":"requests","amount":10000,"used":3100,"remaining":6900,"period":"month","#
        + #""resets_at":"2026-04-01T00:00:00.000Z","subject":"plan"}"#
    private static let prepaid =
        #"{"name":"prepaid","unit":"usd","amount":"5.00","used":"5.00","remaining":"0.00","period":"lifetime","#
        + #""resets_at":null,"subject":"key"}"#

    @Test("how a key's quotas stand is shown as bars beneath the key, and plainly with --json")
    func show() async throws {
        let answer = #"{"key":\#(Samples.key),"quotas":[\#(Self.month),\#(Self.prepaid)]}"#
        try await FakeServer.run { _, _ in
            .json(answer)
        } _: { server in
            let outcome = await CommandProbe(server).run("keys", "show", Samples.keyID)
            let bars = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).suffix(5)
            #expect(
                bars.joined(separator: "\n") == """

                    QUOTA    OF    USED                          LEFT  AMOUNT  UNIT      PERIOD    BEGINS ANEW
                    monthly  plan  [██████░░░░░░░░░░░░░░]   31%  6900   10000  requests  month     2026-04-01 00:00Z
                    prepaid  key   [████████████████████]  100%  0.00    5.00  usd       lifetime  never

                    """)
            let json = await CommandProbe(server).run("keys", "show", Samples.keyID, "--json")
            #expect(json.output == answer + "\n")
        }
    }

    @Test(
        "a bar is full only when all is used, and not empty when something is",
        arguments: [
            ("0", "10", "[....................]", "0%"), ("1", "1000", "[....................]", "1%"),
            ("999", "1000", "[###################.]", "99%"), ("12", "10", "[####################]", "120%"),
            ("0", "0", "[####################]", "100%"), (#""0.05""#, #""0.10""#, "[##########..........]", "50%"),
        ])
    func bars(used: String, amount: String, bar: String, percent: String) throws {
        let quota = try LanyardCommandJSON.parse(#"{"used":\#(used),"amount":\#(amount)}"#)
        let row = QuotaView.row(quota, style: Style(usesColours: false, usesUnicode: false))
        #expect(row[2].text == bar)
        #expect(row[3].text == percent)
    }

    @Test("a credit is sent with an idempotency key, in the unit's form, and answered with the quota")
    func credit() async throws {
        try await FakeServer.run { _, _ in
            .json(#"{"quota":\#(Self.prepaid),\#(Samples.applied)}"#)
        } _: { server in
            let probe = CommandProbe(server)
            let added = await probe.run("keys", "credit", Samples.keyID, "5.00", "--reason", "invoice 4711")
            #expect(added.status == 0)
            #expect(
                added.output.hasPrefix(
                    "Added 5.00 usd to the quota prepaid of key \(Samples.keyID), confirmed by 1 node in 1.4 ms.\n"))
            #expect(added.output.contains("[████████████████████]"))
            _ = await probe.run(
                "accounts", "credit", Samples.accountID, "1000", "--unit", "requests", "--take", "--quota", "trial")
            #expect(
                server.requests.map(\.description) == [
                    "POST /v1/keys/\(Samples.keyID)/credits", "POST /v1/accounts/\(Samples.accountID)/credits",
                ])
            #expect(server.requests[0].body == #"{"unit":"usd","amount":"5.00","reason":"invoice 4711"}"#)
            #expect(server.requests[1].body == #"{"unit":"requests","amount":-1000,"quota":"trial"}"#)
            #expect(server.requests.allSatisfy { $0.header("Idempotency-Key") != nil })
        }
    }

    @Test("an amount that can't be one is refused before the server is asked", arguments: ["0", "0.00", "five", "1e3"])
    func badAmounts(amount: String) async {
        let outcome = await CommandProbe().run("keys", "credit", Samples.keyID, amount)
        #expect(outcome.status == 2, "\(outcome.errors)")
    }

    @Test("quotas are sent as the API takes them, and can be cleared")
    func changes() async throws {
        try await FakeServer.run { _, _ in
            .json(#"{"key":\#(Samples.key),\#(Samples.applied)}"#)
        } _: { server in
            let probe = CommandProbe(server)
            _ = await probe.run("keys", "update", Samples.keyID, "--quota", "10000/month")
            _ = await probe.run("accounts", "update", Samples.accountID, "--clear-quotas")
            #expect(
                server.requests.map(\.body) == [
                    #"{"quotas":[{"name":"requests-month","unit":"requests","amount":10000,"period":"month"}]}"#,
                    #"{"quotas":[]}"#,
                ])
        }
    }
}
