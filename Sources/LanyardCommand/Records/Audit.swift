import ArgumentParser
import LanyardManagement
import LanyardServer
import LanyardWire

/// `lanyard audit`
struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read the log of who changed what, and check that it is whole.",
        subcommands: [AuditList.self, AuditVerify.self])
}

/// `lanyard audit list`
struct AuditList: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List who changed what, the newest first.",
        usage: "lanyard audit list [<options>]",
        discussion: """
            With --json each entry shows the object before and after, without secrets.

            EXAMPLES:
              lanyard audit list --action key.revoke --last 7d
              lanyard audit list --target key_… --all --json
            """)

    @Option(help: ArgumentHelp("Only by this key, by its id.", valueName: "key"))
    var actor: String?

    @Option(help: ArgumentHelp("Only on the object with this id.", valueName: "id"))
    var target: String?

    @Option(help: ArgumentHelp("Only this action, as key.revoke.", valueName: "action"))
    var action: String?

    @OptionGroup(title: "Time") var range: TimeRange
    @OptionGroup(title: "Pages") var pages: PageOptions
    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        let filters = [("actor", actor), ("target", target), ("action", action)]
            .compactMap { name, value in value.map { (name: name, value: $0) } }
        let list = PagedList(
            path: ["v1", "audit"], query: filters + range.query(now: session.now), pages: pages,
            nothing: "There are no such entries.")
        try await list.print(
            in: session,
            columns: [
                .init("#", alignment: .right), .init("AT"), .init("BY", isFlexible: true), .init("ACTION"),
                .init("TARGET"), .init("CHANGED", isFlexible: true, isOptional: true),
                .init("REQUEST", isFlexible: true, isOptional: true),
            ],
            row: Self.row)
    }

    private static func row(_ entry: JSONValue) -> [Table.Cell] {
        let actor = entry["actor"]?.object == nil ? "the server" : entry.shown("actor", "name")
        return [
            .init(entry.shown("sequence")), .init(entry.shownTime("at")), .init(actor), .init(entry.shown("action")),
            .init(entry.shown("target")), .init(changed(entry)), .init(entry.shown("request_id")),
        ]
    }

    /// The fields that differ between before and after, where there were both.
    static func changed(_ entry: JSONValue) -> String {
        guard let before = entry["before"]?.object, let after = entry["after"]?.object else { return JSONValue.nothing }
        let names = after.members.filter { before[$0.name] != $0.value && $0.name != "updated_at" }.map(\.name)
        let gone = before.members.filter { after[$0.name] == nil }.map(\.name)
        return (names + gone).isEmpty ? JSONValue.nothing : (names + gone).joined(separator: ", ")
    }
}

/// `lanyard audit verify`
struct AuditVerify: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that no entry of the audit log was changed or taken away.",
        usage: "lanyard audit verify [<options>]",
        discussion: """
            The server reads the whole log and recomputes its chain of hashes. With --database this command does so \
            itself, on a database that no server has open. Exits with 1 if the chain is broken.

            EXAMPLES:
              lanyard audit verify
              lanyard audit verify --database sqlite:/backup/lanyard.sqlite
            """)

    @Option(
        help: ArgumentHelp(
            "Check this database instead of asking a server.", valueName: "sqlite:path|postgres://user@host/database"))
    var database: String?

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard let database else { return try await ask() }
        let console = Console.current
        let location = try ServerConfiguration.offline([.database: [database]], console: console).database
        let found: AuditVerification
        do {
            found = try await OfflineStore.verifyAuditLog(of: location)
        } catch {
            throw CommandFailure(error)
        }
        let json = found.json
        if output.json { try Session.print(json, console: console) }
        try Self.report(json, printsText: !output.json, console: console)
    }

    func run(in session: Session) async throws(CommandFailure) {
        let answer = try await session.client.send(.get(["v1", "audit", "verify"]))
        if session.printsJSON { try session.printJSON(answer) }
        try Self.report(answer.json, printsText: !session.printsJSON, console: session.console)
    }

    /// - Throws: ``CommandFailure/denied`` if the chain is broken.
    private static func report(_ json: JSONValue, printsText: Bool, console: Console) throws(CommandFailure) {
        let isIntact = json["intact"]?.bool == true
        if printsText, isIntact {
            try console.print(
                console.style.inked("intact", .good) + TextWidth.printable(": \(json.shown("entries")) entries"))
        } else if printsText {
            let sequence = json.shown("first_bad_sequence")
            try console.print(
                console.style.inked("broken", .bad)
                    + TextWidth.printable(": entry \(sequence) is the first that was changed or taken away"))
        }
        if !isIntact { throw .denied }
    }
}

extension AuditVerification {
    /// As the server answers it.
    fileprivate var json: JSONValue {
        var members = [
            JSONObject.Member("intact", .bool(isIntact)), JSONObject.Member("entries", .number(JSONNumber(entries))),
        ]
        if let firstBadSequence { members.append(.init("first_bad_sequence", .number(JSONNumber(firstBadSequence)))) }
        return .object(JSONObject(members))
    }
}
