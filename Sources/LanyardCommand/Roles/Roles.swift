import ArgumentParser
import LanyardCore
import LanyardWire

/// Roles, as these commands show them.
enum RoleResource: ManagedResource {
    typealias Filters = NameFilter

    static let singular = "role"
    static let plural = "roles"
    static let reference = "accountant"
    static let deletion = "No key may have it. The built-in roles can't be deleted."
    static let namedBy = ["name"]

    static func isID(_ text: String) -> Bool { RoleID(text) != nil }

    static let columns: [Table.Column] = [
        .init("ID"), .init("NAME", isFlexible: true), .init("BUILT IN"), .init("SCOPES", isFlexible: true),
    ]

    static func row(_ json: JSONValue) -> [Table.Cell] {
        [
            .init(json.shown("id")), .init(json.shown("name")), .init(json.shown("builtin")),
            .init(json.shown("scopes")),
        ]
    }

    static func details(_ json: JSONValue) -> Details {
        var details = Details()
        details.add("id", json.shown("id"))
        details.add("name", json.shown("name"))
        details.add("scopes", json.shown("scopes"))
        details.add("built in", json.shown("builtin"))
        details.addUnlessEmpty("created", json.shownTime("created_at"))
        details.addUnlessEmpty("updated", json.shownTime("updated_at"))
        return details
    }
}

/// `lanyard roles`
struct Roles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roles",
        abstract: "Manage named sets of scopes.",
        discussion: """
            `admin`, `developer` and `monitoring` are built in, for keys that manage the server; they can't be changed.

            EXAMPLES:
              lanyard roles create --name accountant --scope 'invoices:*'
              lanyard keys create --name 'billing cron' --role accountant
            """,
        subcommands: [
            RolesCreate.self, ListCommand<RoleResource>.self, ShowCommand<RoleResource>.self, RolesUpdate.self,
            DeleteCommand<RoleResource>.self,
        ])
}

/// `lanyard roles create`
struct RolesCreate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a role.",
        usage: "lanyard roles create --name <name> --scope <scope> ...",
        discussion: """
            EXAMPLES:
              lanyard roles create --name accountant \\
                --scope invoices:read --scope ledgers:read
            """)

    @Option(help: ArgumentHelp("Its name: lower-case letters, digits, '_', '.' and '-'.", valueName: "name"))
    var name: String

    @Option(
        name: .customLong("scope"),
        help: ArgumentHelp("A permission, as invoices:read. Repeatable.", valueName: "scope"))
    var scopes: [String]

    @Flag(name: .shortAndLong, help: "Print its id alone.") var quiet = false
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        body.set("scopes", scopes)
        try await session.create(RoleResource.self, body, printsID: quiet)
    }
}

/// `lanyard roles update`
struct RolesUpdate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change a role, and with it every key that has it.",
        usage: "lanyard roles update <role> [<options>]",
        discussion: """
            The list of scopes is replaced whole.

            EXAMPLES:
              lanyard roles update accountant --scope invoices:read
            """)

    /// What can be emptied.
    enum Field: String, ClearableField {
        case scopes

        var member: String { rawValue }
        var emptied: Emptied { .noElements }

        static func help(for field: Field) -> ArgumentHelp? { "Take all its scopes away." }
    }

    @Argument(help: "Its id or name.") var role: String

    @Option(help: ArgumentHelp("A new name.", valueName: "name"))
    var name: String?

    @Option(
        name: .customLong("scope"),
        help: ArgumentHelp("A permission, as invoices:read. Repeatable.", valueName: "scope"))
    var scopes: [String] = []

    @Flag var clear: [Field] = []
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        body.set("scopes", scopes)
        try body.clear(clear)
        try await session.update(RoleResource.self, role, body)
    }
}
