import ArgumentParser
import LanyardCore
import LanyardWire

/// `lanyard verify`
struct Verify: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a secret as an API would, and charge its limits.",
        usage: "lanyard verify [<options>] < SECRET-FILE",
        discussion: """
            The secret is read from --secret-file, the environment variable LANYARD_SECRET or standard input, never \
            from an argument; at a terminal you are asked for it. Exits with 0 if it is granted and 1 if it is denied. \
            To see why without spending anything, use `lanyard explain`.

            EXAMPLES:
              lanyard verify --scope invoices:read < client.key
              echo "$SECRET" | lanyard verify --ip 203.0.113.9 \\
                --method GET --path /v1/invoices/42
              lanyard verify --secret-file client.key --cost tokens:250 --json
            """)

    @OptionGroup(title: "Secret") var secret: SecretInputOptions
    @OptionGroup(title: "Request") var facts: RequestFacts

    @Option(
        name: .customLong("tag"), help: ArgumentHelp("A label of the call. Repeatable.", valueName: "text"))
    var tags: [String] = []

    @Flag(
        help: "Keep the place among the calls in flight that the key's bound counts, instead of giving it back at once."
    )
    var hold = false

    @OptionGroup var server: DataOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("secret", try await secret.secret(console: session.console).reveal())
        facts.add(to: &body)
        body.set("tags", tags)
        // It is charged, so it must not be repeated unseen.
        let answer = try await session.client.send(.act(["v1", "verify"], body: body.json, isRepeatable: false))
        if let grant = answer.json["grant_id"]?.string, !hold {
            var finish = RequestBody()
            finish.set("grant_id", grant)
            _ = try await session.client.send(.act(["v1", "finish"], body: finish.json, isRepeatable: true))
        }
        if session.printsJSON {
            try session.printJSON(answer)
        } else {
            try print(answer.json, in: session)
        }
        if answer.json["valid"]?.bool != true { throw .denied }
    }

    private func print(_ json: JSONValue, in session: Session) throws(CommandFailure) {
        try session.console.print(DecisionView.verdict(json, style: session.style))
        if let key = json["key"], key.object != nil {
            var details = Details()
            details.add("key", "\(key.shown("id")) \"\(key.shown("name"))\"")
            details.add("project", "\(key.shownReference("project")), \(key.shown("environment"))")
            details.addUnlessEmpty("account", key.shownReference("account"))
            details.add("scopes", key.shown("scopes"))
            details.addUnlessEmpty("expires", key.shownTime("expires_at"))
            if key["metadata"]?.object?.isEmpty == false { details.add("metadata", key.shown("metadata")) }
            if hold { details.addUnlessEmpty("held open", json.shown("grant_id")) }
            try session.console.print(details.lines(style: session.style))
        }
        try session.console.print(DecisionView.allowances(json, in: session))
    }
}
