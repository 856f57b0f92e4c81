import ArgumentParser
import LanyardWire
import Testing

@testable import LanyardCommand

@Suite("Quotas on the command line")
struct QuotaArgumentTests {
    @Test(
        "a quota is read as [NAME=][UNIT:]AMOUNT/PERIOD with options behind it",
        arguments: [
            ("10000/month", #"{"name":"requests-month","unit":"requests","amount":10000,"period":"month"}"#),
            (
                "spend=usd:5.00/month,alert=50+80+100",
                #"{"name":"spend","unit":"usd","amount":"5.00","period":"month","alert_at":[50,80,100]}"#
            ),
            (
                "tokens:2000000/day,outage=allow",
                #"{"name":"tokens-day","unit":"tokens","amount":2000000,"period":"day","on_outage":"allow"}"#
            ),
            ("prepaid=usd:0/lifetime", #"{"name":"prepaid","unit":"usd","amount":"0.00","period":"lifetime"}"#),
            (
                "0/lifetime,outage=deny",
                #"{"name":"requests-lifetime","unit":"requests","amount":0,"period":"lifetime"}"#
            ),
        ])
    func valid(text: String, json: String) throws {
        #expect(String(decoding: try QuotaArgument(text).json.bytes(), as: UTF8.self) == json)
    }

    @Test(
        "what is shown of a quota can be given as one",
        arguments: ["a=10/hour", "s=usd:0.50/week,alert=1+100", "t=tokens:5/lifetime,alert=50,outage=allow"])
    func roundTrip(text: String) throws {
        #expect(try QuotaArgument(text).json.shownQuota == text)
    }

    @Test(
        "a quota that can't be read is refused, and the reason is said",
        arguments: [
            ("", "no /PERIOD"), ("100", "no /PERIOD"), ("100/year", "hour, day, week, month, lifetime"),
            ("/day", "whole number"), ("-1/day", "whole number"), ("0/day", "amount"), ("usd:0/day", "amount"),
            ("eur:5/day", "requests, tokens, usd"), ("a b=5/day", "name"), ("5/day,alert=80+50", "rise"),
            ("5/day,alert=x", "alert"), ("5/day,alert=101", "percent"), ("5/day,outage=close", "deny or allow"),
            ("5/day,often", "alert=… and outage=…"), ("5/day,", "alert=… and outage=…"),
        ])
    func invalid(text: String, reason: String) throws {
        let error = try #require(throws: ValidationError.self) { try QuotaArgument(text) }
        #expect(error.message.contains(reason), "\(error.message)")
    }

    @Test("quotas that can't stand together are refused before the server is asked")
    func together() async {
        for quotas in [["5/day", "6/day"], ["a=5/day", "a=5/hour"]] {
            let outcome = await CommandProbe().run(
                ["keys", "create", "--name", "x"] + quotas.flatMap { ["--quota", $0] })
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("--quota: two quotas"), "\(outcome.errors)")
        }
    }
}
