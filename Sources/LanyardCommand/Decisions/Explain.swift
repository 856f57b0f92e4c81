import ArgumentParser
import LanyardCore
import LanyardWire

/// `lanyard explain`
struct Explain: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show step by step why a request would be granted or denied. Nothing is spent.",
        usage: "lanyard explain [<key>] [<options>]",
        discussion: """
            Name the key by its id or name, or leave it out and give the secret: by --secret-file, the environment \
            variable LANYARD_SECRET or standard input, never as an argument. Without a secret, the steps that need one \
            are not applicable. Exits with 0 if it would be granted and 1 if it would be denied.

            EXAMPLES:
              lanyard explain 'billing cron' --scope invoices:write
              lanyard explain --policy invoices --method GET \\
                --path /v1/invoices/42 < client.key
            """)

    /// The proof to be assumed.
    enum Proof: String, ExpressibleByArgument, CaseIterable {
        case bearer, signature, certificate
    }

    @Argument(help: "The key's id or name. Without it the secret is read.") var key: String?
    @OptionGroup(title: "Secret") var secret: SecretInputOptions
    @OptionGroup(title: "Request") var facts: RequestFacts

    @Option(help: ArgumentHelp("Judge by this policy; options given beside it go before it.", valueName: "policy"))
    var policy: String?

    @Option(help: ArgumentHelp("How possession is shown (default: bearer).", valueName: "proof"))
    var proof: Proof?

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if key != nil, secret.secretFile != nil {
            throw ValidationError("Name the key or give --secret-file, not both.")
        }
    }

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        if let key {
            body.set("key_id", try await session.id(of: key, KeyResource.self))
        } else {
            body.set("secret", try await secret.secret(console: session.console).reveal())
        }
        facts.add(to: &body)
        body.set("policy", policy)
        body.set("proof", proof?.rawValue)
        let answer = try await session.client.send(.ask(["v1", "explain"], body: body.json))
        let decision = answer.json["decision"] ?? .null
        if session.printsJSON {
            try session.printJSON(answer)
        } else {
            try session.console.print(DecisionView.verdict(decision, style: session.style))
            try session.console.print("")
            try session.console.print(DecisionView.steps(answer.json, in: session))
            try session.console.print(DecisionView.allowances(answer.json, in: session))
        }
        if decision["valid"]?.bool != true { throw .denied }
    }
}
