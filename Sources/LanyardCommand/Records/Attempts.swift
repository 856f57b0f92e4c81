import ArgumentParser
import LanyardWire

/// `lanyard attempts`
struct Attempts: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "attempts",
        abstract: "Show which addresses try keys that they may not use.",
        usage: "lanyard attempts [<options>]",
        discussion: """
            Counts refusals of malformed, unknown, revoked, expired and rotated keys by the client's address (IPv6 by \
            its /64), the busiest first. The server keeps them in memory: each node since it started, an address for \
            a day after its last attempt. KEYS are the revoked, expired or rotated ones: somebody still has them.

            EXAMPLES:
              lanyard attempts
              lanyard attempts --code revoked_key --limit 200
            """)

    @Option(help: ArgumentHelp("Only addresses refused with this code, as revoked_key.", valueName: "code"))
    var code: String?

    @Option(help: ArgumentHelp("The most addresses, 1 to 200.", valueName: "number"))
    var limit = 50

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...200).contains(limit) else { throw ValidationError("--limit takes 1 to 200.") }
    }

    func run(in session: Session) async throws(CommandFailure) {
        var query = [(name: "limit", value: "\(limit)")]
        if let code { query.append(("code", code)) }
        let answer = try await session.client.send(.get(["v1", "attempts"], query: query))
        if session.printsJSON { return try session.printJSON(answer) }
        let rows = answer.json["data"]?.array ?? []
        let unnamed = Self.counts(answer.json["without_address"])
        guard !rows.isEmpty || !unnamed.isEmpty else {
            return session.console.note("There were none since \(answer.json.shownTime("since")).")
        }
        if !rows.isEmpty { try print(rows, in: session) }
        if !unnamed.isEmpty {
            session.console.note(TextWidth.printable("Without an address (verify without ip): \(unnamed)"))
        }
        if answer.json["displaced"]?.number?.int64 ?? 0 > 0 {
            session.console.note("More addresses tried than are remembered: the least busy ones are missing.")
        }
    }

    private func print(_ rows: [JSONValue], in session: Session) throws(CommandFailure) {
        var table = session.table([
            .init("ADDRESS"), .init("ATTEMPTS", alignment: .right), .init("CODES", isFlexible: true),
            .init("LAST SEEN"), .init("FIRST SEEN", isOptional: true),
            .init("KEYS", isFlexible: true, isOptional: true),
        ])
        try session.console.print(
            table.lines(
                rows.map { row in
                    [
                        .init(row.shown("address")), .init(row.shown("attempts")), .init(Self.counts(row["codes"])),
                        .init(row.shownTime("last_seen_at")), .init(row.shownTime("first_seen_at")),
                        .init(row.shown("key_ids")),
                    ]
                }))
    }

    /// The most frequent first: `unknown_key 12, revoked_key 1`.
    private static func counts(_ json: JSONValue?) -> String {
        (json?.object?.members ?? [])
            .compactMap { member in member.value.number?.int64.map { (code: member.name, count: $0) } }
            .sorted { ($1.count, $0.code) < ($0.count, $1.code) }
            .map { "\($0.code) \($0.count)" }.joined(separator: ", ")
    }
}
