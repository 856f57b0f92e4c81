import ArgumentParser

/// `lanyard keys revoke`
struct KeysRevoke: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a key for good, with all its secrets.",
        usage: "lanyard keys revoke <key> [<options>]",
        discussion: """
            It can't be undone. When this returns, no node admits the key any longer; otherwise the nodes that have not \
            confirmed it are named.

            EXAMPLES:
              lanyard keys revoke 'billing cron' --reason 'left in a public repository'
              lanyard keys lookup < found.txt; lanyard keys revoke key_…
            """)

    @Argument(help: "Its id or name.") var key: String

    @Option(help: ArgumentHelp("Why, for the audit log and the key's record.", valueName: "text"))
    var reason: String?

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        try await session.act(KeyResource.self, key, "revoke", verb: "Revoked", reason: reason)
    }
}

/// `lanyard keys disable`
struct KeysDisable: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Shut a key until it is enabled again.",
        usage: "lanyard keys disable <key> [<options>]",
        discussion: """
            EXAMPLES:
              lanyard keys disable 'billing cron'
            """)

    @Argument(help: "Its id or name.") var key: String
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        try await session.act(KeyResource.self, key, "disable", verb: "Disabled")
    }
}

/// `lanyard keys enable`
struct KeysEnable: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Open a disabled key.",
        usage: "lanyard keys enable <key> [<options>]",
        discussion: """
            EXAMPLES:
              lanyard keys enable 'billing cron'
            """)

    @Argument(help: "Its id or name.") var key: String
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        try await session.act(KeyResource.self, key, "enable", verb: "Enabled")
    }
}
