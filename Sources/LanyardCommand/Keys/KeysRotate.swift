import ArgumentParser
import LanyardWire

/// `lanyard keys rotate`
struct KeysRotate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a key a new secret and show it, this once.",
        usage: "lanyard keys rotate <key> [<options>]",
        discussion: """
            The older secret works on until its grace is over, and both draw on the same limits. With --grace 0s it \
            ends at once. Standard output is the new secret and nothing else.

            EXAMPLES:
              lanyard keys rotate 'billing cron'
              lanyard keys rotate 'billing cron' --grace 0s --secret-file cron.key --replace
            """)

    @Argument(help: "Its id or name.") var key: String

    @Option(
        help: ArgumentHelp("How long the older secret keeps working, 0s to 30d (default: 24h).", valueName: "duration"))
    var grace: DurationArgument?

    @OptionGroup var newSecret: NewSecretOptions
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        let id = try await session.id(of: key, KeyResource.self)
        var body = RequestBody()
        body.set("grace", grace?.text)
        let request = APIRequest.create(
            KeyResource.path + [id, "rotate"], body: body.isEmpty ? nil : body.json, idempotencyKey: newSecret.key)
        try await newSecret.perform(request, in: session) { answer in
            [
                "Rotated \(TextWidth.printable(KeyResource.title(answer["key"] ?? .null))).",
                TextWidth.printable("The older secret works until \(answer.shownTime("previous_expires_at"))."),
            ]
        }
    }
}
