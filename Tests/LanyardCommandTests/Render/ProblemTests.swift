import LanyardWire
import Testing

@testable import LanyardCommand

@Suite("Durations, for people")
struct ShownDurationTests {
    @Test(
        "two units at most, rounded up",
        arguments: [
            (0, "0ms"), (412, "412ms"), (999, "999ms"), (1_000, "1s"), (10_192, "11s"), (60_000, "1m"),
            (60_192, "1m 1s"),
            (3_600_000, "1h"), (7_500_000, "2h 5m"), (2_678_400_000, "31d"), (100_000_000, "1d 3h"), (-5, "0ms"),
        ] as [(Int64, String)])
    func text(milliseconds: Int64, text: String) {
        #expect(ShownDuration.text(milliseconds: milliseconds) == text)
    }
}

@Suite("Problems, for people")
struct ProblemTests {
    @Test("title, code and status, the fields at fault, and what would fix it")
    func whole() throws {
        let json = try LanyardCommandJSON.parse(
            """
            {"type":"urn:lanyard:problem:invalid_request","title":"Invalid request","status":400,\
            "detail":"Two fields are at fault.","code":"invalid_request","errors":[\
            {"pointer":"/quotas","detail":"quotas are not available in this version"},\
            {"pointer":"","detail":"unknown field"}],"fix":"Correct the fields that are named."}
            """)
        let problem = try #require(Problem(json, requestID: "req-1"))
        #expect(
            problem.lines(style: .plain) == [
                "error: Invalid request (invalid_request, 400)",
                "  Two fields are at fault.",
                "  /quotas: quotas are not available in this version",
                "  unknown field",
                "fix: Correct the fields that are named.",
                "request id: req-1",
            ])
        #expect(problem.summary == "invalid_request: /quotas: quotas are not available in this version; unknown field")
    }

    @Test("what is missing or in the way is named")
    func more() throws {
        let json = try LanyardCommandJSON.parse(
            """
            {"title":"Conflict","status":409,"code":"conflict","detail":"There is one.","id":"proj_1",\
            "missing_scope":"lanyard:keys:write"}
            """)
        var problem = try #require(Problem(json))
        problem.note = "The key came from a file."
        #expect(
            problem.lines(style: .plain) == [
                "error: Conflict (conflict, 409)", "  There is one.", "  missing scope: lanyard:keys:write",
                "  id: proj_1", "note: The key came from a file.",
            ])
    }

    @Test("what is no problem is not taken for one")
    func none() throws {
        #expect(Problem(try LanyardCommandJSON.parse(#"{"message":"not found"}"#)) == nil)
        #expect(Problem(.array([])) == nil)
    }

    @Test("a server that isn't there is named, with what to do")
    func unreachable() throws {
        let admin = try Endpoint("http://127.0.0.1:8081/", listener: .admin)
        #expect(
            CommandFailure.unreachable(admin).lines(style: .plain) == [
                "error: Nothing answers at http://127.0.0.1:8081.",
                "fix: Is `lanyard serve` running there? If it listens elsewhere, set LANYARD_URL or give --url.",
            ])
        let data = try Endpoint("http://127.0.0.1:8080", listener: .data)
        #expect(
            CommandFailure.unreachable(data).lines(style: .plain)[1].contains("LANYARD_DATA_URL or give --data-url"))
    }
}
