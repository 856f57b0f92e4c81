import Testing

@testable import LanyardCommand

@Suite("Audit, nodes and usage")
struct RecordCommandTests {
    @Test("the audit log says who changed which fields of what")
    func audit() async throws {
        let entries = [
            """
            {"sequence":12,"at":"2026-03-01T09:30:00.000Z","actor":{"key_id":"key_1","name":"ops"},"action":"key.update",\
            "target":"key_2","before":{"name":"a","scopes":[],"updated_at":"1","plan":"x"},\
            "after":{"name":"a","scopes":["b"],"updated_at":"2","in_flight":3},"request_id":"r-1"}
            """,
            """
            {"sequence":11,"at":"2026-03-01T09:29:00.000Z","actor":null,"action":"key.create","target":"key_2",\
            "before":null,"after":{},"request_id":null}
            """,
        ]
        try await FakeServer.run { _, _ in
            .json(Samples.list(entries))
        } _: { server in
            let outcome = await CommandProbe(server).run("audit", "list")
            #expect(
                outcome.output == """
                     #  AT                 BY          ACTION      TARGET  CHANGED                  REQUEST
                    12  2026-03-01 09:30Z  ops         key.update  key_2   scopes, in_flight, plan  r-1
                    11  2026-03-01 09:29Z  the server  key.create  key_2   -                        -

                    """)
        }
    }

    @Test("a log that is whole exits with 0, one that is broken with 1 and the entry")
    func auditVerify() async throws {
        for (answer, text, status) in [
            (#"{"intact":true,"entries":4182}"#, "intact: 4182 entries\n", Int32(0)),
            (
                #"{"intact":false,"entries":40,"first_bad_sequence":17}"#,
                "broken: entry 17 is the first that was changed or taken away\n", 1
            ),
        ] {
            try await FakeServer.run { _, _ in
                .json(answer)
            } _: { server in
                let outcome = await CommandProbe(server).run("audit", "verify")
                #expect(outcome.output == text)
                #expect(outcome.status == status)
                let json = await CommandProbe(server).run("audit", "verify", "--json")
                #expect(json.output == answer + "\n")
                #expect(json.status == status)
            }
        }
    }

    @Test("nodes are a table")
    func nodes() async throws {
        let node = """
            {"id":"node_1","host":"alpha","version":"0.1.0","started_at":"2026-03-01T09:30:00.000Z","epoch":42,\
            "behind":3,"silent_ms":31400,"status":"silent"}
            """
        try await FakeServer.run { _, _ in
            .json(Samples.list([node]))
        } _: { server in
            let outcome = await CommandProbe(server).run("nodes")
            #expect(
                outcome.output == """
                    ID      STATUS  HOST   EPOCH  BEHIND  SILENT  VERSION  STARTED
                    node_1  silent  alpha     42       3  31.4 s  0.1.0    2026-03-01 09:30Z

                    """)
        }
    }

    private static let attempts = """
        {"since":"2026-03-01T08:00:00.000Z","data":[{"address":"203.0.113.7","attempts":41,\
        "codes":{"revoked_key":40,"unknown_key":1},"key_ids":["key_1"],"first_seen_at":"2026-03-01T09:12:31.000Z",\
        "last_seen_at":"2026-03-01T09:30:00.000Z"},{"address":"2001:db8::/64","attempts":1,\
        "codes":{"malformed_key":1},"key_ids":[],"first_seen_at":"2026-03-01T09:13:00.000Z",\
        "last_seen_at":"2026-03-01T09:13:00.000Z"}],"without_address":{"expired_key":2},"displaced":3}
        """

    @Test("addresses that try bad keys are a table, the most frequent code first, and what is missing is said")
    func attempts() async throws {
        try await FakeServer.run { _, _ in
            .json(Self.attempts)
        } _: { server in
            let outcome = await CommandProbe(server).run("attempts", "--code", "revoked_key", "--limit", "9")
            #expect(
                outcome.output == """
                    ADDRESS        ATTEMPTS  CODES                          LAST SEEN          FIRST SEEN         KEYS
                    203.0.113.7          41  revoked_key 40, unknown_key 1  2026-03-01 09:30Z  2026-03-01 09:12Z  key_1
                    2001:db8::/64         1  malformed_key 1                2026-03-01 09:13Z  2026-03-01 09:13Z  -

                    """)
            #expect(
                outcome.errors == """
                    Without an address (verify without ip): expired_key 2
                    More addresses tried than are remembered: the least busy ones are missing.

                    """)
            #expect(server.requests.last?.target == "/v1/attempts?limit=9&code=revoked_key")
            let json = await CommandProbe(server).run("attempts", "--json")
            #expect(json.output == Self.attempts + "\n")
            #expect(await CommandProbe(server).run("attempts", "--limit", "0").status == 2)
        }
    }

    @Test("no attempts are said to be none, and since when")
    func noAttempts() async throws {
        let answer = #"{"since":"2026-03-01T08:00:00.000Z","data":[],"without_address":{},"displaced":0}"#
        try await FakeServer.run { _, _ in
            .json(answer)
        } _: { server in
            let outcome = await CommandProbe(server).run("attempts")
            #expect(outcome.status == 0)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors == "There were none since 2026-03-01 08:00Z.\n")
        }
    }

    @Test("usage is fetched whole, and CSV is passed on as it comes")
    func usage() async throws {
        let row =
            #"{"start":"2026-03-01T09:00:00.000Z","outcomes":{"ok":1},"granted":1,"denied":0,"tokens":0,"usd":"0.00"}"#
        let other = row.replacing("T09", with: "T10")
        try await FakeServer.run { request, _ in
            if request.target.contains("format=csv") {
                return .init(type: "text/csv", body: "start,granted\r\n2026,1\r\n")
            }
            return .json(request.target.contains("cursor=2") ? Samples.list([other]) : Samples.list([row], next: "2"))
        } _: { server in
            let chart = await CommandProbe(server).run("usage")
            #expect(chart.output.hasSuffix("2 granted, 0 denied\n"))
            #expect(server.requests.count == 2)
            let csv = await CommandProbe(server).run("usage", "--csv")
            #expect(csv.output == "start,granted\r\n2026,1\r\n")
            #expect(server.requests.last?.header("Accept") == "text/csv")
        }
    }

    @Test("a long table comes page by page, with its columns named once")
    func longTable() async throws {
        try await FakeServer.run { request, _ in
            switch request.target {
            case let target where target.contains("cursor=1."):
                .init(
                    type: "text/csv", headers: ["Link": "</v1/usage?format=csv&cursor=2.>; rel=\"next\""],
                    body: "start,granted\n2027,2\n")
            case let target where target.contains("cursor=2."): .init(type: "text/csv", body: "start,granted\n2028,3\n")
            case _:
                // Another host's is not gone to: the key would go along.
                .init(
                    type: "text/csv",
                    headers: ["Link": "<http://192.0.2.1/v1/usage?format=csv&to=x&cursor=1.>; rel=\"next\""],
                    body: "start,granted\n2026,1\n")
            }
        } _: { server in
            let csv = await CommandProbe(server).run("usage", "--csv", "--include-lanyard")
            #expect(csv.output == "start,granted\n2026,1\n2027,2\n2028,3\n")
            #expect(
                server.requests.map(\.target) == [
                    "/v1/usage?include=lanyard&interval=hour&format=csv", "/v1/usage?format=csv&to=x&cursor=1.",
                    "/v1/usage?format=csv&cursor=2.",
                ])
        }
    }

    @Test("no usage is said to be none")
    func noUsage() async throws {
        try await FakeServer.run { _, _ in
            .json(Samples.list([]))
        } _: { server in
            let outcome = await CommandProbe(server).run("usage")
            #expect(outcome.status == 0)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors == "There was no usage.\n")
        }
    }
}
