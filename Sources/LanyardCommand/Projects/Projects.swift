import ArgumentParser
import LanyardCore
import LanyardWire

/// Projects, as these commands show them.
enum ProjectResource: ManagedResource {
    typealias Filters = NameFilter

    static let singular = "project"
    static let plural = "projects"
    static let reference = "payments"
    static let deletion = "It must have no keys and no policies. `default` and `lanyard` can't be deleted."
    static let namedBy = ["name"]

    static func isID(_ text: String) -> Bool { ProjectID(text) != nil }

    static let columns: [Table.Column] = [
        .init("ID"), .init("NAME", isFlexible: true), .init("PREFIX"), .init("ENVIRONMENTS", isFlexible: true),
        .init("CREATED", isOptional: true),
    ]

    static func row(_ json: JSONValue) -> [Table.Cell] {
        [
            .init(json.shown("id")), .init(json.shown("name")), .init(json.shown("prefix")),
            .init(json.shown("environments")), .init(json.shownTime("created_at")),
        ]
    }

    static func details(_ json: JSONValue) -> Details {
        var details = Details()
        details.add("id", json.shown("id"))
        details.add("name", json.shown("name"))
        details.add("prefix", json.shown("prefix"))
        details.add("environments", json.shown("environments"))
        details.addUnlessEmpty("created", json.shownTime("created_at"))
        details.addUnlessEmpty("updated", json.shownTime("updated_at"))
        return details
    }
}

/// `lanyard projects`
struct Projects: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "projects",
        abstract: "Manage what keys protect: your APIs and products.",
        discussion: """
            A project sets the first part of its keys' secrets and the environments that they can be for. `default` is \
            there from the start; `lanyard` is the server's own, for the keys that manage it.

            EXAMPLES:
              lanyard projects create --name payments --prefix pay
              lanyard keys create --name 'billing cron' --project payments
            """,
        subcommands: [
            ProjectsCreate.self, ListCommand<ProjectResource>.self, ShowCommand<ProjectResource>.self,
            ProjectsUpdate.self, DeleteCommand<ProjectResource>.self,
        ])
}

/// `lanyard projects create`
struct ProjectsCreate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a project.",
        usage: "lanyard projects create --name <name> [<options>]",
        discussion: """
            Its name and prefix can't be changed later: they are part of what clients hold.

            EXAMPLES:
              lanyard projects create --name payments --prefix pay
            """)

    @Option(help: ArgumentHelp("Its name: lower-case letters, digits, '_', '.' and '-'.", valueName: "name"))
    var name: String

    @Option(
        help: ArgumentHelp(
            "The first part of its secrets: lower-case letters and digits (default: lyd).", valueName: "text"))
    var prefix: String?

    @Option(
        name: .customLong("environment"),
        help: ArgumentHelp(
            "An environment that its keys can be for (default: live and test). Repeatable.", valueName: "name"))
    var environments: [String] = []

    @Flag(name: .shortAndLong, help: "Print its id alone.") var quiet = false
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        body.set("prefix", prefix)
        body.set("environments", environments)
        try await session.create(ProjectResource.self, body, printsID: quiet)
    }
}

/// `lanyard projects update`
struct ProjectsUpdate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change the environments of a project.",
        usage: "lanyard projects update <project> --environment <name> ...",
        discussion: """
            The list is replaced whole. An environment that keys still use can't be taken away.

            EXAMPLES:
              lanyard projects update payments \\
                --environment live --environment test --environment staging
            """)

    @Argument(help: "Its id or name.") var project: String

    @Option(
        name: .customLong("environment"),
        help: ArgumentHelp("An environment that its keys can be for. Repeatable.", valueName: "name"))
    var environments: [String] = []

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("environments", environments)
        try await session.update(ProjectResource.self, project, body)
    }
}
