import ArgumentParser
import LanyardCore
import LanyardWire

/// Plans, as these commands show them.
enum PlanResource: ManagedResource {
    typealias Filters = NameFilter

    static let singular = "plan"
    static let plural = "plans"
    static let reference = "free"
    static let deletion = "No key may be on it."
    static let namedBy = ["name"]

    static func isID(_ text: String) -> Bool { PlanID(text) != nil }

    static let columns: [Table.Column] = [
        .init("ID"), .init("NAME", isFlexible: true), .init("SCOPES", isFlexible: true),
        .init("LIMITS", isFlexible: true), .init("IN FLIGHT", alignment: .right),
    ]

    static func row(_ json: JSONValue) -> [Table.Cell] {
        [
            .init(json.shown("id")), .init(json.shown("name")), .init(json.shown("scopes")),
            .init(json.shownLimits("limits")), .init(json.shown("in_flight")),
        ]
    }

    static func details(_ json: JSONValue) -> Details {
        var details = Details()
        details.add("id", json.shown("id"))
        details.add("name", json.shown("name"))
        details.add("scopes", json.shown("scopes"))
        details.add("limits", json.shownLimits("limits"))
        details.addUnlessEmpty("quotas", json.shownQuotas("quotas"))
        details.addUnlessEmpty("in flight", json.shown("in_flight"))
        details.addUnlessEmpty("created", json.shownTime("created_at"))
        details.addUnlessEmpty("updated", json.shownTime("updated_at"))
        return details
    }
}

/// `lanyard plans`
struct Plans: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plans",
        abstract: "Manage tiers: scopes, limits and quotas that many keys share by name.",
        discussion: """
            A plan's limits and quotas are counted for each key by itself.

            EXAMPLES:
              lanyard plans create --name free --scope invoices:read \\
                --limit 60/60s --quota 10000/month
              lanyard keys create --name 'billing cron' --plan free
            """,
        subcommands: [
            PlansCreate.self, ListCommand<PlanResource>.self, ShowCommand<PlanResource>.self, PlansUpdate.self,
            DeleteCommand<PlanResource>.self,
        ])
}

/// What a plan is given, when it is created and later.
struct PlanFields: ParsableArguments {
    @Option(
        name: .customLong("scope"),
        help: ArgumentHelp("A permission, as invoices:read. Repeatable.", valueName: "scope"))
    var scopes: [String] = []

    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "A limit of each key: \(LimitArgument.form). Repeatable.", valueName: LimitArgument.valueName),
        transform: LimitArgument.init)
    var limits: [LimitArgument] = []

    @Option(
        name: .customLong("quota"),
        help: ArgumentHelp(
            "A quota of each key: \(QuotaArgument.form). Repeatable.",
            valueName: QuotaArgument.valueName),
        transform: QuotaArgument.init)
    var quotas: [QuotaArgument] = []

    @Option(help: ArgumentHelp("How many calls each key may have open at once.", valueName: "number"))
    var inFlight: Int64?

    func validate() throws {
        try LimitArgument.validate(limits)
        try QuotaArgument.validate(quotas)
    }

    func add(to body: inout RequestBody) {
        body.set("scopes", scopes)
        body.set("limits", limits)
        body.set("quotas", quotas)
        body.set("in_flight", inFlight)
    }
}

/// `lanyard plans create`
struct PlansCreate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a plan.",
        usage: "lanyard plans create --name <name> [<options>]",
        discussion: """
            EXAMPLES:
              lanyard plans create --name free --scope invoices:read \\
                --limit 60/60s --in-flight 4
            """)

    @Option(help: ArgumentHelp("Its name: lower-case letters, digits, '_', '.' and '-'.", valueName: "name"))
    var name: String

    @OptionGroup var fields: PlanFields
    @Flag(name: .shortAndLong, help: "Print its id alone.") var quiet = false
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        fields.add(to: &body)
        try await session.create(PlanResource.self, body, printsID: quiet)
    }
}

/// `lanyard plans update`
struct PlansUpdate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change a plan, and with it every key that is on it.",
        usage: "lanyard plans update <plan> [<options>]",
        discussion: """
            What isn't named stays as it is; lists are replaced whole.

            EXAMPLES:
              lanyard plans update free --limit 120/60s
            """)

    /// What can be emptied.
    enum Field: String, ClearableField {
        case scopes, limits, quotas
        case inFlight = "in-flight"

        var member: String {
            switch self {
            case .scopes, .limits, .quotas: rawValue
            case .inFlight: "in_flight"
            }
        }

        var emptied: Emptied {
            switch self {
            case .scopes, .limits, .quotas: .noElements
            case .inFlight: .null
            }
        }

        static func help(for field: Field) -> ArgumentHelp? {
            switch field {
            case .scopes: "Take all its scopes away."
            case .limits: "Take all its limits away."
            case .quotas: "Take all its quotas away."
            case .inFlight: "Let any number of calls be open at once."
            }
        }
    }

    @Argument(help: "Its id or name.") var plan: String

    @Option(help: ArgumentHelp("A new name.", valueName: "name"))
    var name: String?

    @OptionGroup var fields: PlanFields
    @Flag var clear: [Field] = []
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        fields.add(to: &body)
        try body.clear(clear)
        try await session.update(PlanResource.self, plan, body)
    }
}
