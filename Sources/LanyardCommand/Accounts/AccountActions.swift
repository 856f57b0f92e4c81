import ArgumentParser
import LanyardWire

/// `lanyard accounts suspend`
struct AccountsSuspend: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Shut all keys of an account until it is resumed.",
        usage: "lanyard accounts suspend <account> [<options>]",
        discussion: """
            EXAMPLES:
              lanyard accounts suspend cus_481 --reason 'invoice overdue'
            """)

    @Argument(help: "Its id, external id or name.") var account: String

    @Option(help: ArgumentHelp("Why, for the audit log and the account's record.", valueName: "text"))
    var reason: String?

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        try await session.act(AccountResource.self, account, "suspend", verb: "Suspended", reason: reason)
    }
}

/// `lanyard accounts resume`
struct AccountsResume: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Open a suspended account.",
        usage: "lanyard accounts resume <account> [<options>]",
        discussion: """
            EXAMPLES:
              lanyard accounts resume cus_481
            """)

    @Argument(help: "Its id, external id or name.") var account: String
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        try await session.act(AccountResource.self, account, "resume", verb: "Resumed")
    }
}

/// `lanyard accounts revoke-keys`
struct AccountsRevokeKeys: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke-keys",
        abstract: "Revoke every key of an account, in every project.",
        usage: "lanyard accounts revoke-keys <account> [<options>]",
        discussion: """
            It can't be undone. At a terminal you are asked first.

            EXAMPLES:
              lanyard accounts revoke-keys cus_481 --reason 'contract ended'
            """)

    @Argument(help: "Its id, external id or name.") var account: String

    @Option(help: ArgumentHelp("Why, for the audit log and the keys' records.", valueName: "text"))
    var reason: String?

    @Flag(help: "Don't ask.") var yes = false

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        try await session.confirm("Revoke all keys of \(account)? It can't be undone.", assumesYes: yes)
        let id = try await session.id(of: account, AccountResource.self)
        var body = RequestBody()
        body.set("reason", reason)
        // Repeated it would say that it revoked none, where the first time it revoked them all.
        let answer = try await session.client.send(
            .act(
                AccountResource.path + [id, "revoke-keys"], body: body.isEmpty ? nil : body.json, isRepeatable: false))
        if session.printsJSON { return try session.printJSON(answer) }
        let title = AccountResource.title(answer.json["account"] ?? .null)
        try session.printApplied(answer.json, "Revoked \(answer.json.shown("revoked")) keys of \(title)")
    }
}
