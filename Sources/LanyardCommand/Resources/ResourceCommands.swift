import ArgumentParser
import LanyardWire

/// `lanyard keys list`, and so for every kind.
struct ListCommand<Resource: ManagedResource>: ClientCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: "List \(Resource.plural), the newest first.",
            usage: "lanyard \(Resource.plural) list [<options>]",
            discussion: """
                EXAMPLES:
                  lanyard \(Resource.plural) list
                  lanyard \(Resource.plural) list --all --json
                """)
    }

    @OptionGroup(title: "Filters") var filters: Resource.Filters
    @OptionGroup(title: "Pages") var pages: PageOptions
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        let list = PagedList(
            path: Resource.path, query: filters.query, pages: pages, nothing: "There are no such \(Resource.plural).")
        try await list.print(in: session, columns: Resource.columns, row: Resource.row)
    }
}

/// `lanyard keys show`, and so for every kind.
struct ShowCommand<Resource: ManagedResource>: ClientCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "show",
            abstract: "Show one \(Resource.singular) in full.",
            usage: "lanyard \(Resource.plural) show <\(Resource.singular)> [<options>]",
            discussion: """
                EXAMPLES:
                  lanyard \(Resource.plural) show \(Resource.reference)
                """)
    }

    @Argument(help: ArgumentHelp("Its id or name.", valueName: Resource.singular)) var reference: String
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        let id = try await session.id(of: reference, Resource.self)
        let answer = try await session.client.send(.get(Resource.path + [id]))
        if session.printsJSON { return try session.printJSON(answer) }
        let object = answer.json[Resource.singular] ?? .null
        try session.console.print(Resource.details(object).lines(style: session.style))
        try session.console.print(QuotaView.lines(answer.json, in: session))
    }
}

/// `lanyard roles delete`, and so for every kind.
struct DeleteCommand<Resource: ManagedResource>: ClientCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "delete",
            abstract: "Delete one \(Resource.singular).",
            usage: "lanyard \(Resource.plural) delete <\(Resource.singular)> [<options>]",
            discussion: """
                \(Resource.deletion)

                EXAMPLES:
                  lanyard \(Resource.plural) delete \(Resource.reference)
                """)
    }

    @Argument(help: ArgumentHelp("Its id or name.", valueName: Resource.singular)) var reference: String
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        let id = try await session.id(of: reference, Resource.self)
        let answer = try await session.client.send(.delete(Resource.path + [id]))
        if session.printsJSON { return try session.printJSON(answer) }
        try session.console.print("Deleted \(Resource.singular) \(TextWidth.printable(id)).")
    }
}
