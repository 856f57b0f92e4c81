import ArgumentParser
import LanyardCore
import LanyardWire

/// What is to be added to a lifetime quota, of a key or an account.
struct CreditOptions: ParsableArguments {
    @Argument(help: "How much, as 5.00 or, with --unit requests, 1000.") var amount: String

    @Option(help: ArgumentHelp("What the quota counts (default: usd).", valueName: "unit"))
    var unit: AllowanceUnit = .usd

    @Option(help: ArgumentHelp("Which quota, where the unit has more than one lifetime.", valueName: "name"))
    var quota: String?

    @Flag(help: "Take so much away instead; no more than is free.")
    var take = false

    @Option(help: ArgumentHelp("Why, for the audit log.", valueName: "text"))
    var reason: String?

    func validate() throws {
        guard try unit.amount(amount[...]) > 0 else { throw ValidationError("The amount must be more than 0.") }
    }

    /// As the API takes it. The amount was read before.
    func body() throws(CommandFailure) -> JSONValue {
        guard let amount = try? unit.amount(amount[...]) else { throw .usage("The amount can't be read.") }
        var body = RequestBody()
        body.set("unit", unit.rawValue)
        body.set("amount", unit.json(take ? -amount : amount))
        body.set("quota", quota)
        body.set("reason", reason)
        return body.json
    }
}

extension Session {
    /// Books a credit, and shows how the quota stands then.
    func credit<Resource: ManagedResource>(
        _ resource: Resource.Type, _ reference: String, _ options: CreditOptions
    ) async throws(CommandFailure) {
        let body = try options.body()
        let id = try await id(of: reference, Resource.self)
        // With its key a repetition is the same booking.
        let answer = try await client.send(
            .create(Resource.path + [id, "credits"], body: body, idempotencyKey: IdempotencyKey.random()))
        if printsJSON { return try printJSON(answer) }
        let quota = answer.json["quota"] ?? .null
        let verb = options.take ? "Took" : "Added"
        let way = options.take ? "from" : "to"
        let unit = options.unit.rawValue
        try printApplied(
            answer.json,
            "\(verb) \(options.amount) \(unit) \(way) the quota \(quota.shown("name")) of \(Resource.singular) \(id)")
        try console.print(QuotaView.lines(.object(JSONObject([.init("quotas", .array([quota]))])), in: self))
    }
}

/// `lanyard keys credit`
struct KeysCredit: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit",
        abstract: "Add to a key's lifetime quota.",
        usage: "lanyard keys credit <key> <amount> [<options>]",
        discussion: """
            The quota may be the key's own, or its plan's, which is counted for each key.

            EXAMPLES:
              lanyard keys create --name agent --quota prepaid=usd:0/lifetime
              lanyard keys credit agent 5.00 --reason 'invoice 4711'
              lanyard keys credit agent 1000 --unit requests
              lanyard keys credit agent 2.50 --take
            """)

    @Argument(help: "Its id or name.") var key: String
    @OptionGroup var options: CreditOptions
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        try await session.credit(KeyResource.self, key, options)
    }
}

/// `lanyard accounts credit`
struct AccountsCredit: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit",
        abstract: "Add to an account's lifetime quota, which its keys share.",
        usage: "lanyard accounts credit <account> <amount> [<options>]",
        discussion: """
            EXAMPLES:
              lanyard accounts credit cus_481 50.00 --reason 'invoice 4711'
              lanyard accounts credit cus_481 2.50 --take
            """)

    @Argument(help: "Its id, external id or name.") var account: String
    @OptionGroup var options: CreditOptions
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        try await session.credit(AccountResource.self, account, options)
    }
}
