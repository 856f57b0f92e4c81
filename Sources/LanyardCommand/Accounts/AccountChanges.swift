import ArgumentParser
import LanyardCore
import LanyardWire

/// What an account is given, when it is created and later.
struct AccountFields: ParsableArguments {
    @Option(help: ArgumentHelp("Your own id for it; unique.", valueName: "id"))
    var externalID: String?

    @Option(help: ArgumentHelp("The day of the month on which its billing month begins, 1 to 28.", valueName: "day"))
    var billingDay: Int64?

    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "A limit that its keys share: \(LimitArgument.form). Repeatable.", valueName: LimitArgument.valueName),
        transform: LimitArgument.init)
    var limits: [LimitArgument] = []

    @Option(
        name: .customLong("quota"),
        help: ArgumentHelp(
            "A quota that its keys share: \(QuotaArgument.form). Repeatable.",
            valueName: QuotaArgument.valueName),
        transform: QuotaArgument.init)
    var quotas: [QuotaArgument] = []

    @Option(
        help: ArgumentHelp("Your own data about it: \(MetadataArgument.form). Repeatable.", valueName: "data"),
        transform: MetadataArgument.members)
    var metadata: [[JSONObject.Member]] = []

    func validate() throws {
        if let billingDay, !RecordBounds.billingDays.contains(Int(clamping: billingDay)) {
            throw ValidationError("--billing-day must be 1 to 28.")
        }
        try LimitArgument.validate(limits)
        try QuotaArgument.validate(quotas)
        try MetadataArgument.validate(metadata)
    }

    func add(to body: inout RequestBody) {
        body.set("external_id", externalID)
        body.set("billing_day", billingDay)
        body.set("limits", limits)
        body.set("quotas", quotas)
        body.set("metadata", MetadataArgument.json(metadata))
    }
}

/// `lanyard accounts create`
struct AccountsCreate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create an account.",
        usage: "lanyard accounts create --name <name> [<options>]",
        discussion: """
            EXAMPLES:
              lanyard accounts create --name 'Acme Ltd' --external-id cus_481 \\
                --limit 1000/60s
            """)

    @Option(help: ArgumentHelp("What people call it; need not be unique.", valueName: "name"))
    var name: String

    @OptionGroup var fields: AccountFields
    @Flag(name: .shortAndLong, help: "Print its id alone.") var quiet = false
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        fields.add(to: &body)
        try await session.create(AccountResource.self, body, printsID: quiet)
    }
}

/// `lanyard accounts update`
struct AccountsUpdate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change an account.",
        usage: "lanyard accounts update <account> [<options>]",
        discussion: """
            What isn't named stays as it is; limits, quotas and metadata are replaced whole.

            EXAMPLES:
              lanyard accounts update cus_481 --limit 2000/60s --billing-day 15
            """)

    /// What can be emptied.
    enum Field: String, ClearableField {
        case externalID = "external-id"
        case limits, quotas, metadata

        var member: String {
            switch self {
            case .externalID: "external_id"
            case .limits, .quotas, .metadata: rawValue
            }
        }

        var emptied: Emptied {
            switch self {
            case .externalID: .null
            case .limits, .quotas: .noElements
            case .metadata: .noMembers
            }
        }

        static func help(for field: Field) -> ArgumentHelp? {
            switch field {
            case .externalID: "Take its external id away."
            case .limits: "Take all its limits away."
            case .quotas: "Take all its quotas away."
            case .metadata: "Empty its metadata."
            }
        }
    }

    @Argument(help: "Its id, external id or name.") var account: String

    @Option(help: ArgumentHelp("What people call it.", valueName: "name"))
    var name: String?

    @OptionGroup var fields: AccountFields
    @Flag var clear: [Field] = []
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        fields.add(to: &body)
        try body.clear(clear)
        try await session.update(AccountResource.self, account, body)
    }
}
