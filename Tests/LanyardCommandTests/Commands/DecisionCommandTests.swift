import LanyardWire
import TestSupport
import Testing

@testable import LanyardCommand

@Suite("Decisions")
struct DecisionCommandTests {
    private static let verified = """
        {"id":"\(Samples.keyID)","name":"billing cron","project":{"id":"proj_1","name":"payments"},"account":null,\
        "environment":"live","scopes":["invoices:read"],"expires_at":null,"metadata":{}}
        """
    private static let limit = """
        {"name":"burst","unit":"requests","amount":10,"window":"1s","remaining":9,"reset_ms":1000,"subject":"key"}
        """
    private static let granted = """
        {"valid":true,"code":"ok","key":\(verified),"grant_id":null,"limits":[\(limit)],"quotas":[]}
        """
    private static let denied = """
        {"valid":false,"code":"insufficient_scope","key":\(verified),"grant_id":null,"limits":[],"quotas":[],\
        "problem":{"title":"Insufficient scope","status":403,"code":"insufficient_scope","detail":"The key lacks a scope.",\
        "missing_scope":"invoices:write","fix":"Grant the key invoices:write."}}
        """

    @Test("a grant is shown with its key and limits, and exits with 0")
    func grant() async throws {
        try await FakeServer.run { _, _ in
            .json(Self.granted)
        } _: { server in
            var probe = CommandProbe(server)
            probe.input = Samples.secret + "\n"
            let outcome = await probe.run("verify")
            #expect(outcome.status == 0)
            #expect(
                outcome.output == """
                    granted
                    key      key_06Fq2mXv9TbLw3ZrYc81Ke "billing cron"
                    project  payments, live
                    scopes   invoices:read

                    LIMIT  OF   UNIT      AMOUNT  WINDOW  REMAINING  ALL BACK
                    burst  key  requests      10      1s          9     in 1s

                    """)
        }
    }

    @Test("a denial is shown with what would fix it, and exits with 1, with --json too")
    func denial() async throws {
        try await FakeServer.run { _, _ in
            .json(Self.denied)
        } _: { server in
            var probe = CommandProbe(server)
            probe.input = Samples.secret
            let outcome = await probe.run("verify")
            #expect(outcome.status == 1)
            #expect(
                outcome.output.hasPrefix(
                    """
                    denied insufficient_scope
                      The key lacks a scope.
                      missing scope: invoices:write
                      fix: Grant the key invoices:write.
                    key
                    """))
            #expect(outcome.errors.isEmpty)
            let json = await probe.run("verify", "--json")
            #expect(json.status == 1)
            #expect(json.output == Self.denied + "\n")
        }
    }

    @Test("a place in flight is given back at once, unless it is to be held")
    func inFlight() async throws {
        let grant = "grant_06Fq2nT6bXcVm9LsDw4Guz"
        let answer = Self.granted.replacing(#""grant_id":null"#, with: #""grant_id":"\#(grant)""#)
        try await FakeServer.run { request, _ in
            .json(request.target == "/v1/finish" ? #"{"finished":true}"# : answer)
        } _: { server in
            var probe = CommandProbe(server)
            probe.input = Samples.secret
            #expect(await probe.run("verify").status == 0)
            #expect(server.requests.last?.body == #"{"grant_id":"\#(grant)"}"#)
            let held = await probe.run("verify", "--hold")
            #expect(held.output.contains("held open  \(grant)"))
            #expect(server.requests.map(\.target) == ["/v1/verify", "/v1/finish", "/v1/verify"])
        }
    }

    @Test("a check that may have been charged is not sent again unseen")
    func notRepeated() async throws {
        try await FakeServer.run { _, _ in
            .init(body: "{", isCut: true)
        } _: { server in
            var probe = CommandProbe(server)
            probe.input = Samples.secret
            let outcome = await probe.run("verify")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("was cut before the answer was complete"))
            #expect(server.requests.count == 1)
        }
    }

    @Test("explain shows every step with its verdict, and exits as the decision is")
    func explain() async throws {
        let answer = """
            {"decision":{"valid":false,"code":"insufficient_scope","problem":{"detail":"The key lacks a scope."}},"steps":[\
            {"step":"known","verdict":"pass"},{"step":"derivation","verdict":"not_applicable"},\
            {"step":"scope","verdict":"fail","code":"insufficient_scope","detail":"invoices:write is missing."},\
            {"step":"allowances","verdict":"not_reached"}],"limits":[],"quotas":[]}
            """
        try await FakeServer.run { _, _ in
            .json(answer)
        } _: { server in
            let outcome = await CommandProbe(server).run("explain", Samples.keyID)
            #expect(outcome.status == 1)
            #expect(
                outcome.output == """
                    denied insufficient_scope
                      The key lacks a scope.

                    STEP        VERDICT         CODE                DETAIL
                    known       pass            -                   -
                    derivation  not applicable  -                   -
                    scope       fail            insufficient_scope  invoices:write is missing.
                    allowances  not reached     -                   -

                    """)
        }
    }
}

@Suite("Where secrets come from")
struct SecretInputTests {
    /// The secret that `explain` was given.
    private func presented(_ probe: CommandProbe, _ arguments: String...) async throws -> String? {
        try await FakeServer.run { _, _ in
            .json(#"{"decision":{"valid":true}}"#)
        } _: { server in
            var probe = probe
            probe.environment["LANYARD_URL"] = server.url
            _ = await probe.run(["explain"] + arguments)
            return server.requests.first?.json["secret"]?.string
        }
    }

    @Test("from standard input, without the newline at its end")
    func standardInput() async throws {
        var probe = CommandProbe()
        probe.input = "  abc\r\n"
        #expect(try await presented(probe) == "abc")
    }

    @Test("from the environment before standard input, and from a file before both")
    func precedence() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("from-file\n", to: "secret")
        var probe = CommandProbe()
        probe.input = "from-input"
        probe.environment["LANYARD_SECRET"] = "from-environment"
        #expect(try await presented(probe) == "from-environment")
        #expect(try await presented(probe, "--secret-file", file) == "from-file")
    }

    @Test("typed at a terminal it is asked for and not shown")
    func typed() async throws {
        try await FakeServer.run { _, _ in
            .json(#"{"decision":{"valid":true}}"#)
        } _: { server in
            var probe = CommandProbe(server)
            probe.isInputTerminal = true
            probe.input = "typed-secret\nmore"
            let outcome = await probe.run("explain")
            #expect(outcome.errors.hasPrefix("Secret (not shown): \n"))
            #expect(!(outcome.output + outcome.errors).contains("typed-secret"))
            #expect(server.requests.first?.json["secret"]?.string == "typed-secret")
        }
    }

    @Test(
        "what is no single secret is refused and not quoted",
        arguments: ["", " \n", "hunter two", "hunter\ntwo", "hunter\u{0}"])
    func noSecret(input: String) async throws {
        try await FakeServer.run { _, _ in
            .json("{}")
        } _: { server in
            var probe = CommandProbe(server)
            probe.input = input
            let outcome = await probe.run("verify")
            #expect(outcome.status == 1)
            #expect(!outcome.errors.contains("hunter"))
            #expect(server.requests.isEmpty)
        }
    }

    @Test("lookup sends the secret's digest and not the secret")
    func lookup() async throws {
        try await FakeServer.run { _, _ in
            .json(#"{"key":\#(Samples.key)}"#)
        } _: { server in
            var probe = CommandProbe(server)
            probe.input = "test\n"
            let outcome = await probe.run("keys", "lookup")
            #expect(outcome.output.hasPrefix("id           key_06Fq2mXv9TbLw3ZrYc81Ke"))
            #expect(
                server.requests.first?.body
                    == #"{"digest":"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}"#)
        }
    }

    @Test("keys typed without echo: return ends, delete takes back, Ctrl-U empties, Ctrl-C gives up")
    func hiddenLine() {
        func type(_ keys: String) -> (String, HiddenLine.Step) {
            var line = HiddenLine()
            var step = HiddenLine.Step.more
            for byte in keys.utf8 where step == .more { step = line.take(byte) }
            return (String(decoding: line.bytes, as: UTF8.self), step)
        }
        #expect(type("abc\rd") == ("abc", .done))
        #expect(type("abä\u{7F}\u{8}c\n") == ("ac", .done))
        #expect(type("\u{7F}x\u{15}yz\u{4}") == ("yz", .done))
        #expect(type("ab\u{3}").1 == .cancelled)
        #expect(type(String(repeating: "a", count: 10_000)).0.utf8.count == HiddenLine.most)
    }

    @Test("a file with a secret that others may read is warned about", arguments: [0o600, 0o640, 0o604])
    func worldReadable(permissions: Int) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(CommandProbe.adminKey, to: "admin.key", permissions: permissions)
        try await FakeServer.run { _, _ in
            .json(Samples.list([]))
        } _: { server in
            var probe = CommandProbe(server)
            probe.environment["LANYARD_ADMIN_KEY"] = nil
            probe.environment["LANYARD_ADMIN_KEY_FILE"] = file
            let outcome = await probe.run("nodes")
            #expect(outcome.status == 0)
            #expect(outcome.errors.contains("chmod 600") == (permissions != 0o600))
            #expect(server.requests.first?.header("Authorization") == "Bearer \(CommandProbe.adminKey)")
        }
    }

    @Test("where none is named, the admin key is the one that a server started in this folder has written")
    func standardAdminKey() async throws {
        let folder = try TemporaryFolder()
        try folder.write(CommandProbe.adminKey + "\n", to: "lanyard-admin.key")
        try await FakeServer.run { _, _ in
            .problem("revoked_key", status: 401)
        } _: { server in
            var probe = CommandProbe(server)
            probe.environment["LANYARD_ADMIN_KEY"] = nil
            probe.folder = folder.path
            let outcome = await probe.run("nodes")
            #expect(server.requests.first?.header("Authorization") == "Bearer \(CommandProbe.adminKey)")
            #expect(outcome.errors.contains("came from lanyard-admin.key in this folder"))
        }
    }

    @Test("without an admin key nothing is asked, and it is said how to give one")
    func noAdminKey() async throws {
        try await FakeServer.run { _, _ in
            .json("{}")
        } _: { server in
            var probe = CommandProbe(server)
            probe.environment["LANYARD_ADMIN_KEY"] = nil
            let outcome = await probe.run("keys", "list")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("LANYARD_ADMIN_KEY_FILE"))
            let missing = await probe.run("keys", "list", "--admin-key-file", "/nowhere/admin.key")
            #expect(missing.status == 1)
            #expect(missing.errors.contains("/nowhere/admin.key: No such file or directory"))
            #expect(server.requests.isEmpty)
        }
    }
}
