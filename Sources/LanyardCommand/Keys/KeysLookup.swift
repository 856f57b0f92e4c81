import ArgumentParser
import LanyardCore
import LanyardWire

/// `lanyard keys lookup`
struct KeysLookup: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "lookup",
        abstract: "Find whose secret this is.",
        usage: "lanyard keys lookup [<options>]",
        discussion: """
            For a secret that turned up in a log or a repository. It is read from --secret-file, the environment \
            variable LANYARD_SECRET or standard input, never from an argument; at a terminal you are asked for it. \
            Only its SHA-256 digest is sent. Nothing is charged.

            EXAMPLES:
              lanyard keys lookup < found.txt
              lanyard keys lookup --digest sha256:9f86d081884c7d65…
            """)

    @OptionGroup(title: "Secret") var secret: SecretInputOptions

    @Option(
        help: ArgumentHelp("The secret's digest instead: sha256: and hexadecimal or base64.", valueName: "digest"),
        transform: { text in
            guard let digest = SecretDigest(sha256Text: text) else {
                throw ValidationError("expected sha256: and 64 hexadecimal digits, or base64")
            }
            return digest
        })
    var digest: SecretDigest?

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if digest != nil, secret.secretFile != nil {
            throw ValidationError("Give --digest or --secret-file, not both.")
        }
    }

    func run(in session: Session) async throws(CommandFailure) {
        let text: String
        if let digest {
            text = digest.sha256Text
        } else {
            text = try await secret.secret(console: session.console).digest.sha256Text
        }
        var body = RequestBody()
        body.set("digest", text)
        let answer = try await session.client.send(.ask(KeyResource.path + ["lookup"], body: body.json))
        if session.printsJSON { return try session.printJSON(answer) }
        let details = KeyResource.details(answer.json["key"] ?? .null)
        try session.console.print(details.lines(style: session.style))
    }
}
