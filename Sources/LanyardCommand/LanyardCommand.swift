import ArgumentParser
import Foundation

/// `lanyard`: the server, and a client of it.
@main
struct LanyardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lanyard",
        abstract: "Issue, verify, limit, meter, rotate and revoke API keys.",
        discussion: """
            `lanyard serve` runs the server; every other command asks a running one. They find it at LANYARD_URL (the \
            admin listener, http://127.0.0.1:8081 unless set) and present the secret in the file that \
            LANYARD_ADMIN_KEY_FILE names, or in LANYARD_ADMIN_KEY; without both the one in ./lanyard-admin.key, where \
            `lanyard serve` puts it.

            FIRST STEPS:
              lanyard keys create --name 'billing cron' --limit 100/60s
              lanyard keys list
              lanyard verify < client.key
              lanyard keys revoke 'billing cron'

            No command takes a secret as an argument: it is read from a file, the environment or standard input. With \
            --json every command prints what the server answered. Exit status: 0 done, 1 denied or failed, 2 not \
            understood.

            Shell completion: lanyard --generate-completion-script bash (or zsh, fish).
            """,
        version: Version.line,
        groupedSubcommands: [
            CommandGroup(
                name: "Key",
                subcommands: [Keys.self, Verify.self, Explain.self, Usage.self]),
            CommandGroup(
                name: "Catalogue",
                subcommands: [Accounts.self, Projects.self, Plans.self, Roles.self, Policies.self]),
            CommandGroup(
                name: "Operation",
                subcommands: [
                    Serve.self, Audit.self, Attempts.self, Nodes.self, Stores.self, Admin.self, Version.self,
                ]),
        ])

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        Foundation.exit(await CommandRun.run(arguments, console: .process))
    }
}
