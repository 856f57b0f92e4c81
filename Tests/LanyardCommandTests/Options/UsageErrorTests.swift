import Testing

@testable import LanyardCommand

@Suite("Command lines that can't be understood")
struct UsageErrorTests {
    @Test(
        "they are refused with status 2, before anything is asked",
        arguments: [
            ["keys", "creat"], ["keys", "create"], ["keys", "create", "--name", "x", "--limit", "10"],
            ["keys", "create", "--name", "x", "--expires-in", "1d", "--expires-at", "2030-01-01T00:00:00Z"],
            ["keys", "create", "--name", "x", "--in-flight", "0"],
            ["keys", "create", "--name", "x", "--proof", "none"],
            ["keys", "create", "--name", "x", "--not-before", "tomorrow"],
            ["keys", "create", "--name", "x", "--replace"],
            ["keys", "create", "--name", "x", "--idempotency-key", "a b"],
            ["keys", "create", "--name", "x", "--metadata", "a=1", "--metadata", "a=2"],
            ["keys", "update", "x"], ["keys", "update", "x", "--clear-limits", "--limit", "5/1s"],
            ["keys", "update", "x", "--clear-expiry", "--expires-in", "1d"],
            ["keys", "list", "--count", "201"], ["keys", "list", "--status", "gone"],
            ["keys", "rotate", "x", "--grace", "soon"], ["keys", "list", "--timeout", "0s"],
            ["keys", "list", "--url", "127.0.0.1:8081"], ["keys", "list", "--url", "http://user:pass@host"],
            ["keys", "list", "--client-cert", "a.pem"],
            ["accounts", "create", "--name", "x", "--billing-day", "29"], ["verify", "--cost", "1", "--cost", "2"],
            ["usage", "--csv", "--json"], ["usage", "--last", "1d", "--from", "2026-01-01T00:00:00Z"],
            ["explain", "x", "--secret-file", "y"], ["nonsense"],
        ])
    func refused(arguments: [String]) async {
        let outcome = await CommandProbe().run(arguments)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("error: "), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test(
        "a secret that was given as an argument is not quoted",
        arguments: [
            ["verify", CommandProbe.adminKey], ["keys", "lookup", "--digest", CommandProbe.adminKey],
            ["keys", "lookup", "--digest=\(CommandProbe.adminKey)"], ["verify", "--secret", CommandProbe.adminKey],
        ])
    func secretArgument(arguments: [String]) async {
        let outcome = await CommandProbe().run(arguments)
        #expect(outcome.status == 2)
        #expect(!(outcome.errors + outcome.output).contains("EXAMPLEEXAMPLE"), "\(outcome.errors)")
        #expect(outcome.errors.contains("rotate its key"))
    }

    @Test("a password in the server's URL is not quoted")
    func password() async {
        let outcome = await CommandProbe().run("keys", "list", "--url", "http://user:hunter2@host")
        #expect(!outcome.errors.contains("hunter2"))
    }
}
