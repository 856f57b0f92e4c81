import LanyardWire
import Synchronization
import TestSupport
import Testing

@testable import LanyardCommand

@Suite("Importing keys")
struct ImportCommandTests {
    /// Runs `body` with a fake server that imports as `server` does.
    private func run(_ server: ImportServer, _ body: (FakeServer) async throws -> Void) async throws {
        try await FakeServer.run(importing: { try await server.answer($0, &$1) }, body)
    }

    @Test("every line is imported, and the file's progress is gone in the end")
    func whole() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a\nb\n\nc", to: "keys.ndjson")
        let server = ImportServer()
        try await run(server) { fake in
            let outcome = await CommandProbe(fake).run("keys", "import", file)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output == "Imported 3, refused 0.\n")
            #expect(outcome.errors.isEmpty)
            #expect(server.requests == [["a", "b", "c"]])
            #expect(fake.requests.first?.header("Content-Type") == "application/x-ndjson")
            #expect(folder.names == ["keys.ndjson"])
        }
    }

    @Test("refused lines are named by their number in the file, shown, reported, and make the status 1")
    func refused() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "a\n\nbad\na\n" + String(repeating: "x", count: 70_000) + "\nb\n", to: "keys.ndjson")
        try await run(ImportServer()) { fake in
            let outcome = await CommandProbe(fake).run("keys", "import", file, "--report", folder.file("refused"))
            #expect(outcome.status == 1)
            #expect(outcome.output == "Imported 2, refused 3.\n")
            #expect(
                outcome.errors == """
                    line 3: invalid_request: No.
                    line 4: digest_exists: A key with this digest exists. (key_a)
                    line 5: too_large: The line is longer than 65536 bytes.

                    """)
            let report = try (folder.read("refused") ?? "").split(separator: "\n").map {
                try LanyardCommandJSON.parse(String($0))
            }
            #expect(report.map { $0["line"]?.number?.int64 } == [3, 4, 5])
            #expect(report.map { $0["problem"]?["code"]?.string } == ["invalid_request", "digest_exists", "too_large"])
        }
    }

    @Test("only the first twenty refused lines are shown; the report has all")
    func manyRefused() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(String(repeating: "bad\n", count: 25), to: "keys.ndjson")
        try await run(ImportServer()) { fake in
            let outcome = await CommandProbe(fake).run("keys", "import", file, "--report", folder.file("refused"))
            #expect(outcome.errors.split(separator: "\n").count == 21)
            #expect(outcome.errors.hasSuffix("and 5 more: see \(folder.file("refused"))\n"))
            #expect(folder.read("refused")?.split(separator: "\n").count == 25)
        }
    }

    @Test("with --json each line's outcome is a line, then the counts")
    func json() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("\na\nbad\n", to: "keys.ndjson")
        try await run(ImportServer()) { fake in
            let outcome = await CommandProbe(fake).run("keys", "import", file, "--json")
            #expect(outcome.status == 1)
            let lines = outcome.output.split(separator: "\n")
            #expect(lines[0] == #"{"line":2,"id":"key_a"}"#)
            #expect(lines[1].hasPrefix(#"{"line":3,"problem":{"#))
            #expect(lines[2] == #"{"summary":{"imported":1,"already_there":0,"refused":1}}"#)
        }
    }

    @Test("standard input is imported too, and leaves no file behind")
    func standardInput() async throws {
        let server = ImportServer()
        try await run(server) { fake in
            var probe = CommandProbe(fake)
            probe.input = "a\nb\n"
            let outcome = await probe.run("keys", "import", "-")
            #expect(outcome.status == 0)
            #expect(outcome.output == "Imported 2, refused 0.\n")
            #expect(server.digests == ["a", "b"])
        }
    }

    @Test("after a lost connection only what is not settled is sent again, and what had arrived is already there")
    func reconnects() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write((1...10).map { "k\($0)\n" }.joined(), to: "keys.ndjson")
        let server = ImportServer(cuts: [1: 4, 2: 0], importsUnanswered: 2)
        try await run(server) { fake in
            let outcome = await CommandProbe(fake).run("keys", "import", file)
            #expect(outcome.status == 0, "\(outcome.errors)")
            // The answers to lines 5 and 6 were never written; others may have been lost with the connection.
            let counts = outcome.output.matches(of: /[0-9]+/).compactMap { Int($0.output) }
            #expect(counts.count == 3 && counts[0] + counts[1] == 10 && (2...6).contains(counts[1]) && counts[2] == 0)
            #expect(server.requests.count == 3)
            #expect(server.requests[1].first == "k\(7 - counts[1])")
            #expect(server.requests[2] == (7 - counts[1]...10).map { "k\($0)" })
            #expect(server.digests.count == 10)
            #expect(outcome.waits.count == 2)
            #expect(outcome.errors.contains("was cut before the answer was complete. Trying again."))
        }
    }

    @Test("a server that says from where to go on is asked again, unless it would refuse again")
    func interrupted() async throws {
        for (code, status, goesOn) in [("unavailable", 503, true), ("revoked_key", 401, false)] {
            let folder = try TemporaryFolder()
            let file = try folder.write("k1\nk2\nk3\nk4\n", to: "keys.ndjson")
            let problem = #"{"title":"A title","status":\#(status),"code":"\#(code)","detail":"No."}"#
            let server = ImportServer(
                cuts: [1: 2], cutsGently: true, lastWords: #"{"resume_from_line":3,"problem":\#(problem)}"#)
            try await run(server) { fake in
                let outcome = await CommandProbe(fake).run("keys", "import", file)
                #expect(outcome.status == (goesOn ? 0 : 1), "\(outcome.errors)")
                #expect(server.requests.count == (goesOn ? 2 : 1))
                #expect(outcome.errors.contains(goesOn ? "Trying again" : "error: A title (\(code), \(status))"))
                if !goesOn { #expect(outcome.errors.contains("Settled up to line 2. Give the same command again")) }
            }
        }
    }

    @Test("an import that was given up goes on behind the last settled line when the command is given again")
    func resumes() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("k1\nbad\n\nk4\nk5\nk6\n", to: "keys.ndjson")
        let cuts = Dictionary(uniqueKeysWithValues: (1...Backoff.importing.attempts).map { ($0, $0 == 1 ? 3 : 0) })
        let server = ImportServer(cuts: cuts, cutsGently: true, importsUnanswered: 1)
        try await run(server) { fake in
            let report = folder.file("refused")
            let first = await CommandProbe(fake).run("keys", "import", file, "--report", report)
            #expect(first.status == 1)
            #expect(first.errors.contains("Settled up to line 4. Give the same command again to go on"))
            #expect(folder.exists("keys.ndjson.progress"))

            let second = await CommandProbe(fake).run("keys", "import", file, "--report", report)
            #expect(second.errors.hasPrefix("Going on behind line 4.\n"), "\(second.errors)")
            #expect(server.requests.last == ["k5", "k6"])
            #expect(second.output == "Imported 3, already there 1, refused 1.\n")
            #expect(second.status == 1, "line 2 is still refused")
            #expect(folder.read("refused")?.split(separator: "\n").count == 1)
            #expect(!folder.exists("keys.ndjson.progress"))
        }
    }

    @Test("a pipe can be resumed with a state file: what was settled is read over")
    func resumesPipe() async throws {
        let folder = try TemporaryFolder()
        let cuts = Dictionary(uniqueKeysWithValues: (1...Backoff.importing.attempts).map { ($0, $0 == 1 ? 2 : 0) })
        let server = ImportServer(cuts: cuts, cutsGently: true, importsUnanswered: 1)
        try await run(server) { fake in
            var probe = CommandProbe(fake)
            probe.input = "k1\nk2\nk3\nk4\n"
            let state = folder.file("state")
            #expect(await probe.run("keys", "import", "-", "--resume", state).status == 1)
            let second = await probe.run("keys", "import", "-", "--resume", state)
            #expect(second.status == 0, "\(second.errors)")
            #expect(server.requests.last == ["k3", "k4"])
            #expect(!folder.exists("state"))
        }
    }

    @Test("a file that changed is not gone on with; --restart begins again")
    func changed() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a\nb\nc\n", to: "keys.ndjson")
        let progress = ImportProgress(
            lines: 2, start: 2, end: 4, fingerprint: LineFingerprint.of("b".utf8), imported: 2)
        let state = ImportStateFile(path: file + ".progress")
        try state.save(progress)
        let server = ImportServer()
        try await run(server) { fake in
            for text in ["a\nB\nc\n", "a\n"] {
                try folder.write(text, to: "keys.ndjson")
                let outcome = await CommandProbe(fake).run("keys", "import", file)
                #expect(outcome.status == 1)
                #expect(outcome.errors.contains("is not what it was"), "\(outcome.errors)")
            }
            #expect(server.requests.isEmpty)
            let restarted = await CommandProbe(fake).run("keys", "import", file, "--restart")
            #expect(restarted.status == 0)
            #expect(restarted.output == "Imported 1, refused 0.\n")
            #expect(!folder.exists("keys.ndjson.progress"))
        }
    }

    @Test("lines that came to the file meanwhile are imported too")
    func grown() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a\nb\nc\n", to: "keys.ndjson")
        let progress = ImportProgress(
            lines: 2, start: 2, end: 4, fingerprint: LineFingerprint.of("b".utf8), imported: 2)
        try ImportStateFile(path: file + ".progress").save(progress)
        let server = ImportServer()
        try await run(server) { fake in
            let outcome = await CommandProbe(fake).run("keys", "import", file)
            #expect(outcome.output == "Imported 3, refused 0.\n")
            #expect(server.requests == [["c"]])
        }
    }

    @Test("a state file that is none is not overwritten")
    func foreignState() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a\n", to: "keys.ndjson")
        try folder.write("my notes", to: "keys.ndjson.progress")
        try await run(ImportServer()) { fake in
            let outcome = await CommandProbe(fake).run("keys", "import", file)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("no progress of an import"))
            #expect(folder.read("keys.ndjson.progress") == "my notes")
        }
    }

    @Test("a file of many lines is imported in batches, each line once")
    func many() async throws {
        let folder = try TemporaryFolder()
        let count = 30_000
        let file = try folder.write((1...count).map { "key number \($0)\n" }.joined(), to: "keys.ndjson")
        let server = ImportServer(batch: 1_000)
        try await run(server) { fake in
            let outcome = await CommandProbe(fake).run("keys", "import", file)
            #expect(outcome.output == "Imported \(count), refused 0.\n")
            #expect(server.requests.count == 1)
            #expect(server.digests.count == count)
        }
    }

    @Test("a bar is drawn over at a terminal and gone in the end")
    func bar() {
        let errors = CapturedText()
        var console = Console.process
        console.errors = errors
        console.isErrorTerminal = true
        console.environment = ["LANG": "C.UTF-8"]
        console.width = 60
        let start = ContinuousClock.now
        console.instant = { start }
        let display = ImportDisplay(console: console)
        display.draw(.init(progress: ImportProgress(lines: 5, end: 50), size: 100))
        #expect(errors.text == "\r[████████████░░░░░░░░░░░░]   50 %  5 lines\u{1B}[K")
        display.clear()
        #expect(errors.text.hasSuffix("\r\u{1B}[K"))
    }

    @Test("elsewhere than at a terminal a line is written now and then")
    func lines() {
        let errors = CapturedText()
        let seconds = Mutex(0)
        let start = ContinuousClock.now
        var console = Console.process
        console.errors = errors
        console.isErrorTerminal = false
        console.environment = ["LANG": "C.UTF-8"]
        console.instant = { start + .seconds(seconds.withLock { $0 }) }
        let display = ImportDisplay(console: console)
        for second in 0...25 {
            seconds.withLock { $0 = second }
            display.draw(.init(progress: ImportProgress(lines: Int64(second) * 10), size: nil))
        }
        display.clear()
        #expect(errors.text == "100 lines  10/s\n200 lines  10/s\n")
    }

    @Test("what the server refuses as a whole is shown, and not tried again")
    func refusedWhole() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a\n", to: "keys.ndjson")
        try await FakeServer.run { _, _ in
            .problem("insufficient_scope", status: 403)
        } _: { fake in
            let outcome = await CommandProbe(fake).run("keys", "import", file)
            #expect(outcome.status == 1)
            #expect(outcome.errors.hasPrefix("error: A title (insufficient_scope, 403)"))
            #expect(fake.requests.count == 1)
            #expect(folder.names == ["keys.ndjson"])
        }
    }

    @Test("an answer that fits no line that was sent ends the import")
    func nonsense() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a\n", to: "keys.ndjson")
        for text in [#"{"line":7,"id":"key_x"}"#, "hello", #"{"summary":{"imported":5,"refused":0}}"#] {
            try await FakeServer.run { _, _ in
                .init(type: "application/x-ndjson", body: text + "\n")
            } _: { fake in
                let outcome = await CommandProbe(fake).run("keys", "import", file)
                #expect(outcome.status == 1)
                #expect(outcome.errors.contains("answered 200, "), "\(outcome.errors)")
                #expect(fake.requests.count == 1)
            }
        }
    }
}
