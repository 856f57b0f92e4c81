import ArgumentParser
import LanyardWire

/// `lanyard keys create`
struct KeysCreate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a key and show its secret, this once.",
        usage: "lanyard keys create --name <name> [<options>]",
        discussion: """
            Only a name is needed: the key then belongs to the project `default` and the environment `live`, may do \
            nothing that asks for a scope, and has no limits.

            Standard output is the secret and nothing else; what is said beside it goes to standard error. If the \
            secret is lost, rotate the key.

            A limit is written \(LimitArgument.form).

            EXAMPLES:
              lanyard keys create --name 'billing cron' --scope invoices:read \\
                --limit 100/60s
              lanyard keys create --name agent --project payments --environment test \\
                --limit burst=10/1s --limit tpm=tokens:100000/60s --in-flight 8 \\
                --expires-in 90d
              lanyard keys create --name deploy --secret-file deploy.key
              secret=$(lanyard keys create --name x --quiet)
            """)

    @Option(help: ArgumentHelp("What people call it; need not be unique.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("The project that it is for, by id or name (default: default).", valueName: "project"))
    var project: String?

    @Option(help: ArgumentHelp("One of the project's environments (default: live).", valueName: "name"))
    var environment: String?

    @OptionGroup var fields: KeyFields

    @Flag(help: "Let whoever holds the secret rotate it.")
    var allowSelfRotate = false

    @OptionGroup var newSecret: NewSecretOptions
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        body.set("project", project)
        body.set("environment", environment)
        fields.add(to: &body)
        if allowSelfRotate { body.set("allow_self_rotate", true) }
        let request = APIRequest.create(KeyResource.path, body: body.json, idempotencyKey: newSecret.key)
        try await newSecret.perform(request, in: session) { answer in
            KeyResource.details(answer["key"] ?? .null).lines(style: session.console.errorStyle)
        }
    }
}
