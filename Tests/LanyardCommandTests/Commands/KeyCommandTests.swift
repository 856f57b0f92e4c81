import LanyardWire
import TestSupport
import Testing

@testable import LanyardCommand

@Suite("Commands on keys")
struct KeyCommandTests {
    private static let created = #"{"key":\#(Samples.key),"secret":"\#(Samples.secret)"}"#

    @Test("create prints the secret to standard output and nothing else; quiet says nothing more at all")
    func create() async throws {
        try await FakeServer.run { _, _ in
            .json(Self.created, status: 201)
        } _: { server in
            let outcome = await CommandProbe(server).run("keys", "create", "--name", "billing cron")
            #expect(outcome.status == 0)
            #expect(outcome.output == Samples.secret + "\n")
            #expect(outcome.errors.contains("Keep it now"))
            #expect(outcome.errors.contains("burst=10/1s, tpm=tokens:100000/1m"))
            #expect(!outcome.errors.contains(Samples.secret))

            let quiet = await CommandProbe(server).run("keys", "create", "--name", "x", "--quiet")
            #expect(quiet.output == Samples.secret + "\n")
            #expect(quiet.errors.isEmpty)
        }
    }

    @Test("with --json create prints what the server wrote, byte for byte")
    func createJSON() async throws {
        try await FakeServer.run { _, _ in
            .json(Self.created + "\n ", status: 201)
        } _: { server in
            let outcome = await CommandProbe(server).run("keys", "create", "--name", "x", "--json")
            #expect(outcome.output == Self.created + "\n \n")
            #expect(outcome.errors.isEmpty)
        }
    }

    @Test("a secret that goes to a file is readable for its owner alone, and is printed nowhere")
    func secretFile() async throws {
        let folder = try TemporaryFolder()
        try await FakeServer.run { _, _ in
            .json(Self.created, status: 201)
        } _: { server in
            let probe = CommandProbe(server)
            let file = folder.file("new.key")
            let outcome = await probe.run("keys", "create", "--name", "x", "--secret-file", file)
            #expect(outcome.status == 0)
            #expect(!(outcome.output + outcome.errors).contains(Samples.secret))
            #expect(folder.read("new.key") == Samples.secret + "\n")
            #expect(folder.permissions("new.key") == 0o600)

            let json = await probe.run("keys", "create", "--name", "x", "--secret-file", file, "--replace", "--json")
            #expect(json.status == 0)
            #expect(!json.output.contains(Samples.secret))
            #expect(json.output.contains(#""hint":"x7Qa""#))
            #expect(folder.names == ["new.key"])
        }
    }

    @Test("a secret's file that exists, or can't be written, is found out before a key is made")
    func secretFileInTheWay() async throws {
        let folder = try TemporaryFolder()
        try folder.write("precious", to: "old.key")
        try await FakeServer.run { _, _ in
            .json(Self.created, status: 201)
        } _: { server in
            for file in [folder.file("old.key"), folder.file("nowhere/new.key")] {
                let outcome = await CommandProbe(server).run("keys", "create", "--name", "x", "--secret-file", file)
                #expect(outcome.status == 1)
                #expect(outcome.errors.hasPrefix("error: \(file)"))
            }
            #expect(server.requests.isEmpty)
            #expect(folder.read("old.key") == "precious")
        }
    }

    @Test("where no key was made, no file is left behind")
    func refusedCreation() async throws {
        let folder = try TemporaryFolder()
        try await FakeServer.run { _, _ in
            .problem("invalid_request", status: 400)
        } _: { server in
            let outcome = await CommandProbe(server).run(
                "keys", "create", "--name", "x", "--secret-file", folder.file("new.key"))
            #expect(outcome.status == 1)
            #expect(folder.names.isEmpty)
        }
    }

    @Test("rotate prints the new secret, and says how long the older one works")
    func rotate() async throws {
        let answer = """
            {"key":\(Samples.key),"secret":"\(Samples.secret)","previous_expires_at":"2026-03-02T09:30:00.000Z",\
            "acknowledged_by":[],"pending":["node_06Fq2mXv9TbLw3ZrYc81Ke"],"elapsed_ms":5000}
            """
        try await FakeServer.run { _, _ in
            .json(answer, status: 201)
        } _: { server in
            let outcome = await CommandProbe(server).run("keys", "rotate", Samples.keyID)
            #expect(outcome.output == Samples.secret + "\n")
            #expect(outcome.errors.contains("works until 2026-03-02 09:30Z"))
            #expect(outcome.errors.contains("warning: not yet confirmed by node_06Fq2mXv9TbLw3ZrYc81Ke"))
        }
    }

    @Test("a list is a table; that there are more pages is said beside it")
    func list() async throws {
        let page = Samples.list(
            [Samples.key, Samples.key(name: "x", status: "revoked", id: "key_06Fq2mXv9TbLw3ZrYc81Kf")], next: "abc")
        try await FakeServer.run { _, _ in
            .json(page)
        } _: { server in
            let outcome = await CommandProbe(server).run("keys", "list")
            #expect(
                outcome.output == """
                    ID                          NAME          PROJECT   ENV   STATUS   HINT   ACCOUNT  EXPIRES            LAST USED
                    key_06Fq2mXv9TbLw3ZrYc81Ke  billing cron  payments  live  active   …x7Qa  cus_481  2026-05-30 09:30Z  -
                    key_06Fq2mXv9TbLw3ZrYc81Kf  x             payments  live  revoked  …x7Qa  cus_481  2026-05-30 09:30Z  -

                    """)
            #expect(outcome.errors == "There are more: give --all, or --cursor abc\n")
        }
    }

    @Test("all pages are one table, and with --json one document")
    func allPages() async throws {
        try await FakeServer.run { request, _ in
            request.target.contains("cursor=two")
                ? .json(Samples.list([#"{"id":"b"}"#])) : .json(Samples.list([#"{"id":"a"}"#], next: "two"))
        } _: { server in
            let table = await CommandProbe(server).run("roles", "list", "--all")
            #expect(table.output.split(separator: "\n").map { $0.prefix(2) } == ["ID", "a ", "b "])
            let json = await CommandProbe(server).run("roles", "list", "--all", "--json")
            #expect(json.output == "{\"data\":[\n{\"id\":\"a\"},\n{\"id\":\"b\"}],\"next_cursor\":null}\n")
            let document = try LanyardCommandJSON.parse(json.output)
            #expect(document["data"]?.array?.count == 2)
        }
    }

    @Test("an empty list is said to be empty, and no table is printed")
    func emptyList() async throws {
        try await FakeServer.run { _, _ in
            .json(Samples.list([]))
        } _: { server in
            let outcome = await CommandProbe(server).run("plans", "list")
            #expect(outcome.status == 0)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors == "There are no such plans.\n")
        }
    }

    @Test("a key in full leaves out what says nothing")
    func show() async throws {
        try await FakeServer.run { _, _ in
            .json(#"{"key":\#(Samples.key)}"#)
        } _: { server in
            let outcome = await CommandProbe(server).run("keys", "show", Samples.keyID)
            #expect(
                outcome.output == """
                    id           key_06Fq2mXv9TbLw3ZrYc81Ke
                    name         billing cron
                    status       active
                    project      payments
                    environment  live
                    account      cus_481
                    hint         …x7Qa
                    scopes       invoices:read
                    plan         free
                    limits       burst=10/1s, tpm=tokens:100000/1m
                    in flight    8
                    addresses    203.0.113.0/24
                    methods      GET
                    paths        /v1/invoices/**
                    expires      2026-05-30 09:30Z
                    metadata     {"team":"billing"}
                    created      2026-03-01 09:30Z
                    updated      2026-03-01 09:30Z
                    last used    never

                    """)
        }
    }

    @Test("a name stands for the one key that has it")
    func byName() async throws {
        try await FakeServer.run { request, _ in
            request.method == "GET"
                ? .json(Samples.list([Samples.key])) : .json(#"{"key":\#(Samples.key),\#(Samples.applied)}"#)
        } _: { server in
            let outcome = await CommandProbe(server).run("keys", "disable", "billing cron")
            #expect(
                outcome.output == """
                    Disabled key key_06Fq2mXv9TbLw3ZrYc81Ke "billing cron", confirmed by 1 node in 1.4 ms.

                    """)
            #expect(
                server.requests.map(\.description) == [
                    "GET /v1/keys?name=billing%20cron&limit=10", "POST /v1/keys/key_06Fq2mXv9TbLw3ZrYc81Ke/disable",
                ])
        }
    }

    @Test("a name that several keys have is not guessed about, and one that none has is said to be none")
    func ambiguousName() async throws {
        try await FakeServer.run { request, _ in
            request.target.contains("twice")
                ? .json(Samples.list([#"{"id":"key_1"}"#, #"{"id":"key_2"}"#])) : .json(Samples.list([]))
        } _: { server in
            let twice = await CommandProbe(server).run("keys", "revoke", "twice")
            #expect(twice.status == 1)
            #expect(twice.errors.contains("Several keys are named twice: key_1, key_2."))
            let none = await CommandProbe(server).run("keys", "revoke", "none")
            #expect(none.status == 1)
            #expect(none.errors.contains("There is no key named none."))
            #expect(server.requests.allSatisfy { $0.method == "GET" })
        }
    }

    @Test("an account is found by its external id before its name")
    func accountByName() async throws {
        try await FakeServer.run { request, _ in
            if request.target.contains("external_id=") { return .json(Samples.list([])) }
            if request.target.contains("name=") { return .json(Samples.list([#"{"id":"\#(Samples.accountID)"}"#])) }
            return .json(#"{"account":{"id":"\#(Samples.accountID)","name":"Acme"},"revoked":3,\#(Samples.applied)}"#)
        } _: { server in
            let outcome = await CommandProbe(server).run("accounts", "revoke-keys", "Acme")
            #expect(
                outcome.output.hasPrefix("Revoked 3 keys of account \(Samples.accountID) \"Acme\", confirmed by 1 node")
            )
            #expect(server.requests.count == 3)
        }
    }

    @Test("at a terminal it is asked whether all keys of an account are meant; a script is taken at its word")
    func confirmation() async throws {
        let answer = #"{"account":{"id":"\#(Samples.accountID)"},"revoked":3,\#(Samples.applied)}"#
        try await FakeServer.run { _, _ in
            .json(answer)
        } _: { server in
            var probe = CommandProbe(server)
            probe.isInputTerminal = true
            probe.isErrorTerminal = true
            for (typed, isDone) in [("\n", false), ("n\n", false), ("", false), ("y\n", true), (" YES\n", true)] {
                probe.input = typed
                let before = server.requests.count
                let outcome = await probe.run("accounts", "revoke-keys", Samples.accountID)
                #expect(outcome.status == (isDone ? 0 : 1), "\(typed)")
                #expect(outcome.errors.hasPrefix("Revoke all keys of \(Samples.accountID)? It can't be undone. [y/N] "))
                #expect(server.requests.count == before + (isDone ? 1 : 0))
            }
            let sure = await probe.run("accounts", "revoke-keys", Samples.accountID, "--yes")
            #expect(sure.status == 0)
            #expect(sure.errors.isEmpty)
        }
    }

    @Test("one key, which was named, is revoked without a question")
    func revoke() async throws {
        try await FakeServer.run { _, _ in
            .json(#"{"key":\#(Samples.key),\#(Samples.applied)}"#)
        } _: { server in
            var probe = CommandProbe(server)
            probe.isInputTerminal = true
            probe.isErrorTerminal = true
            let outcome = await probe.run("keys", "revoke", Samples.keyID)
            #expect(outcome.status == 0)
            #expect(outcome.output.hasPrefix("Revoked key \(Samples.keyID) \"billing cron\""))
            #expect(outcome.errors.isEmpty)
        }
    }

    @Test("creating anything else shows it, or its id alone")
    func createRole() async throws {
        let role = #"{"role":{"id":"role_1","name":"r","scopes":["a:b","c:d"],"builtin":false}}"#
        try await FakeServer.run { _, _ in
            .json(role, status: 201)
        } _: { server in
            let outcome = await CommandProbe(server).run("roles", "create", "--name", "r", "--scope", "a:b")
            #expect(outcome.output == "id        role_1\nname      r\nscopes    a:b, c:d\nbuilt in  no\n")
            let quiet = await CommandProbe(server).run("roles", "create", "--name", "r", "--scope", "a:b", "-q")
            #expect(quiet.output == "role_1\n")
        }
    }

    @Test("deleting says what was deleted, and with --json there is nothing to print")
    func delete() async throws {
        let id = "plan_06Fq2kWc5NhMx8BtQz92Lp"
        try await FakeServer.run { _, _ in
            .init(status: 204)
        } _: { server in
            #expect(await CommandProbe(server).run("plans", "delete", id).output == "Deleted plan \(id).\n")
            let json = await CommandProbe(server).run("plans", "delete", id, "--json")
            #expect(json.output.isEmpty)
            #expect(json.status == 0)
        }
    }
}
