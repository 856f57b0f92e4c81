import ArgumentParser
import LanyardWire

/// `lanyard nodes`
struct Nodes: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes",
        abstract: "List the server's nodes, and whether each is current.",
        usage: "lanyard nodes [<options>]",
        discussion: """
            A node that has not confirmed being current within its staleness bound denies everything.

            EXAMPLES:
              lanyard nodes
            """)

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        let answer = try await session.client.send(.get(["v1", "nodes"]))
        if session.printsJSON { return try session.printJSON(answer) }
        var table = session.table([
            .init("ID"), .init("CURRENT"), .init("EPOCH", alignment: .right), .init("VERSION"),
            .init("DATA", isFlexible: true), .init("ADMIN", isFlexible: true, isOptional: true),
            .init("STARTED", isOptional: true), .init("CONFIRMED", isOptional: true),
        ])
        let rows = (answer.json["data"]?.array ?? []).map { node -> [Table.Cell] in
            [
                .init(node.shown("id")), .init(node.shown("current"), node["current"]?.bool == true ? .good : .bad),
                .init(node.shown("epoch")), .init(node.shown("version")), .init(node.shown("data")),
                .init(node.shown("admin")), .init(node.shownTime("started_at")),
                .init(node.shownTime("last_confirmed_at")),
            ]
        }
        try session.console.print(table.lines(rows))
    }
}
