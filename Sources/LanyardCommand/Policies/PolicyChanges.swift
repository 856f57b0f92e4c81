import ArgumentParser
import LanyardCore
import LanyardWire

/// What a policy is given, when it is created and later.
struct PolicyFields: ParsableArguments {
    @Option(help: ArgumentHelp("Demand keys of this project, by id or name.", valueName: "project"))
    var project: String?

    @Option(help: ArgumentHelp("Demand keys of this environment.", valueName: "name"))
    var environment: String?

    @Option(
        help: ArgumentHelp("Demand this scope, or an expression as 'a:read and (b:x or b:y)'.", valueName: "expression")
    )
    var scope: String?

    @Option(
        name: .customLong("cost"),
        help: ArgumentHelp("What a call costs: \(CostArgument.form). Repeatable, once a unit.", valueName: "cost"),
        transform: CostArgument.init)
    var costs: [CostArgument] = []

    @Option(help: ArgumentHelp("Which proxy asks, and so which headers are believed.", valueName: "proxy"))
    var dialect: ProxyDialect?

    @Option(
        name: .customLong("key-from"),
        help: ArgumentHelp(
            "Where the key is read: bearer, x-api-key, basic, header:NAME or query:NAME. Repeatable, in order.",
            valueName: "place"))
    var keyFrom: [String] = []

    @Option(
        name: .customLong("method"),
        help: ArgumentHelp("Let only this method through, as GET. Repeatable.", valueName: "method"))
    var methods: [String] = []

    @Option(
        name: .customLong("path"),
        help: ArgumentHelp("Let only this path through, as '/v1/invoices/**'. Repeatable.", valueName: "pattern"))
    var paths: [String] = []

    func validate() throws {
        try CostArgument.validate(costs)
    }

    func add(to body: inout RequestBody) {
        body.set("project", project)
        body.set("environment", environment)
        body.set("scope", scope)
        body.set("costs", CostArgument.json(costs))
        body.set("dialect", dialect?.rawValue)
        body.set("key_from", keyFrom)
        body.set("methods", methods.map { $0.uppercased() })
        body.set("paths", paths)
    }

    /// A key in a query is in every log on its way.
    func warn(in session: Session) {
        guard keyFrom.contains(where: { $0.hasPrefix("query:") }) else { return }
        session.warn("a key in a query parameter ends up in access logs; a header is safer.")
    }
}

/// `lanyard policies create`
struct PoliciesCreate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a policy.",
        usage: "lanyard policies create --name <name> [<options>]",
        discussion: """
            Without options it demands a valid key of any project and environment, and no scope.

            EXAMPLES:
              lanyard policies create --name invoices --project payments \\
                --scope invoices:read --dialect nginx
              lanyard policies create --name llm --cost tokens:500 \\
                --key-from bearer --key-from header:api-key
            """)

    @Option(help: ArgumentHelp("Its name, for the path that the proxy asks.", valueName: "name"))
    var name: String

    @OptionGroup var fields: PolicyFields
    @Flag(name: .shortAndLong, help: "Print its id alone.") var quiet = false
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        fields.add(to: &body)
        fields.warn(in: session)
        try await session.create(PolicyResource.self, body, printsID: quiet)
    }
}

/// `lanyard policies update`
struct PoliciesUpdate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change a policy.",
        usage: "lanyard policies update <policy> [<options>]",
        discussion: """
            What isn't named stays as it is; costs and lists are replaced whole.

            EXAMPLES:
              lanyard policies update invoices --scope 'invoices:read or invoices:admin'
            """)

    /// What can be emptied.
    enum Field: String, ClearableField {
        case project, environment, scope, methods, paths

        var member: String { rawValue }

        var emptied: Emptied {
            switch self {
            case .project, .environment, .scope: .null
            case .methods, .paths: .noElements
            }
        }

        static func help(for field: Field) -> ArgumentHelp? {
            switch field {
            case .project: "Take keys of every project but lanyard."
            case .environment: "Take keys of every environment."
            case .scope: "Ask for no scope."
            case .methods: "Let every method through."
            case .paths: "Let every path through."
            }
        }
    }

    @Argument(help: "Its id or name.") var policy: String

    @Option(help: ArgumentHelp("A new name. Proxies that ask for the old one are answered 404.", valueName: "name"))
    var name: String?

    @OptionGroup var fields: PolicyFields
    @Flag var clear: [Field] = []
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        fields.add(to: &body)
        try body.clear(clear)
        fields.warn(in: session)
        try await session.update(PolicyResource.self, policy, body)
    }
}
