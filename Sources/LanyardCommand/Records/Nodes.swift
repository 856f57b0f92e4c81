import ArgumentParser
import LanyardWire

/// `lanyard nodes`
struct Nodes: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes",
        abstract: "List the nodes that share the store, and whether each lives.",
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
            .init("ID"), .init("STATUS"), .init("HOST", isFlexible: true), .init("EPOCH", alignment: .right),
            .init("BEHIND", alignment: .right), .init("SILENT", alignment: .right), .init("VERSION", isOptional: true),
            .init("STARTED", isOptional: true),
        ])
        let rows = (answer.json["data"]?.array ?? []).map { node -> [Table.Cell] in
            let status = node.shown("status")
            let silence = node["silent_ms"]?.number.flatMap { Int64($0.text) }
            return [
                .init(node.shown("id")), .init(status, status == "live" ? .good : .bad), .init(node.shown("host")),
                .init(node.shown("epoch")), .init(node.shown("behind")),
                .init(silence.map { "\($0 / 1000).\($0 % 1000 / 100) s" } ?? ""), .init(node.shown("version")),
                .init(node.shownTime("started_at")),
            ]
        }
        try session.console.print(table.lines(rows))
    }
}
