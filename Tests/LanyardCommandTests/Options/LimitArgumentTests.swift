import ArgumentParser
import LanyardWire
import Testing

@testable import LanyardCommand

@Suite("Limits on the command line")
struct LimitArgumentTests {
    @Test(
        "a limit is read as [NAME=][UNIT:]AMOUNT/WINDOW",
        arguments: [
            ("100/60s", #"{"name":"requests-1m","unit":"requests","amount":100,"window":"1m"}"#),
            ("burst=10/1s", #"{"name":"burst","unit":"requests","amount":10,"window":"1s"}"#),
            ("tokens:100000/60s", #"{"name":"tokens-1m","unit":"tokens","amount":100000,"window":"1m"}"#),
            ("requests:5/1500ms", #"{"name":"requests-1500ms","unit":"requests","amount":5,"window":"1500ms"}"#),
            ("spend=usd:5.00/24h", #"{"name":"spend","unit":"usd","amount":"5.00","window":"1d"}"#),
            ("usd:0.00000015/31d", #"{"name":"usd-31d","unit":"usd","amount":"0.00000015","window":"31d"}"#),
            ("1000000000000/1s", #"{"name":"requests-1s","unit":"requests","amount":1000000000000,"window":"1s"}"#),
        ])
    func valid(text: String, json: String) throws {
        let limit = try LimitArgument(text)
        #expect(String(decoding: limit.json.bytes(), as: UTF8.self) == json)
    }

    @Test(
        "what is shown of a limit can be given as one", arguments: ["burst=10/1s", "tpm=tokens:5/1m", "s=usd:0.50/1d"])
    func roundTrip(text: String) throws {
        #expect(try LimitArgument(text).json.shownLimit == text)
    }

    @Test(
        "a limit that can't be read is refused, and the reason is said",
        arguments: [
            ("", "no /WINDOW"), ("100", "no /WINDOW"), ("100/", "duration"), ("100/60", "duration"),
            ("/60s", "whole number"), ("-1/60s", "whole number"), ("1.5/60s", "whole number"),
            ("100k/60s", "whole number"), ("minutes:5/60s", "requests, tokens, usd"), ("usd:5,00/1s", "dollars"),
            ("0/60s", "amount"), ("1000000000001/1s", "amount"), ("5/999ms", "window"), ("5/32d", "window"),
            ("a name=5/1s", "name"), ("=5/1s", "name"), ("99999999999999999999/1s", "whole number"),
        ])
    func invalid(text: String, reason: String) throws {
        let error = try #require(throws: ValidationError.self) { try LimitArgument(text) }
        #expect(error.message.contains(reason), "\(error.message)")
    }

    @Test("limits that can't stand together are refused before the server is asked")
    func together() async {
        for limits in [["5/1s", "6/1000ms"], ["a=5/1s", "a=5/2s"]] {
            let outcome = await CommandProbe().run(
                ["keys", "create", "--name", "x"] + limits.flatMap { ["--limit", $0] })
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("--limit: two limits"), "\(outcome.errors)")
        }
    }
}

@Suite("Costs and metadata on the command line")
struct CostAndMetadataTests {
    @Test(
        "a cost is read as [UNIT:]AMOUNT",
        arguments: [
            (["3"], #"{"requests":3}"#), (["tokens:250", "usd:0.02"], #"{"tokens":250,"usd":"0.02"}"#),
            (["requests:0"], #"{"requests":0}"#),
        ])
    func costs(texts: [String], json: String) throws {
        let costs = try texts.map { try CostArgument($0) }
        let value = try #require(CostArgument.json(costs))
        #expect(String(decoding: value.bytes(), as: UTF8.self) == json)
    }

    @Test("a cost that can't be read is refused", arguments: ["", "-1", "tokens:", "tokens:1.5", "usd:-1", "euro:5"])
    func badCosts(text: String) {
        #expect(throws: ValidationError.self) { try CostArgument(text) }
    }

    @Test(
        "metadata is KEY=TEXT, JSON objects, or both put together",
        arguments: [
            (["team=billing"], #"{"team":"billing"}"#), (["a=b=c", "d="], #"{"a":"b=c","d":""}"#),
            ([#"{"n":1,"o":{"p":[true]}}"#, "q=r"], #"{"n":1,"o":{"p":[true]},"q":"r"}"#),
        ])
    func metadata(texts: [String], json: String) throws {
        let value = try #require(MetadataArgument.json(try texts.map { try MetadataArgument.members($0) }))
        #expect(String(decoding: value.bytes(), as: UTF8.self) == json)
    }

    @Test("metadata that is neither is refused", arguments: ["team", "=x", "{", #"{"a":1,"a":2}"#, #"{"a":1} {}"#])
    func badMetadata(text: String) {
        #expect(throws: ValidationError.self) { try MetadataArgument.members(text) }
    }
}
