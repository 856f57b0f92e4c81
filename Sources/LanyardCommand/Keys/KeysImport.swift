import ArgumentParser
import LanyardWire

/// `lanyard keys import`
struct KeysImport: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take keys of another system over by their digests.",
        usage: "lanyard keys import <file> [<options>]",
        discussion: """
            The file holds a JSON object a line: the SHA-256 digest of a key's text, a name, and a key's other fields \
            as the API takes them. It is streamed, so it may have millions of lines. Clients go on using the keys that \
            they have.

              {"digest":"sha256:9f86d0…","name":"legacy 1","scopes":["invoices:read"]}

            Refused lines are reported by number, and the rest is imported; the exit status is then 1. An import that \
            was cut off goes on where it stopped when the same command is given again: what is settled is kept in \
            FILE.progress. With --json the outcome of each line is printed.

            EXAMPLES:
              lanyard keys import legacy.ndjson --report refused.ndjson
              zcat legacy.ndjson.gz | lanyard keys import - --resume legacy.progress
            """)

    @Argument(help: "The file, or - for standard input.", completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp("Write each refused line's number and problem to this file, as NDJSON.", valueName: "path"),
        completion: .file())
    var report: String?

    @Option(
        help: ArgumentHelp(
            "Keep the progress in this file (default: FILE.progress; none for standard input).", valueName: "path"),
        completion: .file())
    var resume: String?

    @Flag(help: "Begin with the first line, whatever an earlier run has done.")
    var restart = false

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func run(in session: Session) async throws(CommandFailure) {
        let console = session.console
        let state = (resume ?? (file == "-" ? nil : file + ".progress")).map(ImportStateFile.init)
        let earlier = restart ? nil : try state?.load()
        if let earlier { console.note("Going on behind line \(earlier.lines).") }
        let input = try await ImportInput.open(file, behind: earlier, console: console)
        let courier = ImportCourier(
            input: input, resuming: earlier,
            report: try report.map { path throws(CommandFailure) in
                try RefusalReport(path: path, continues: earlier != nil)
            },
            state: state, outcomes: output.json ? console.output : nil)
        let display = ImportDisplay(console: console)
        // A client of its own: between two lines of standard input there may be any silence.
        let client = APIClient(session.client.configuration, console: console, isStreaming: true)
        do {
            try await KeyImporter(client: client, courier: courier, display: display).run()
        } catch {
            await client.close()
            display.clear()
            try await stop(courier, state: state, because: error, in: session)
        }
        await client.close()
        display.clear()
        await courier.forget()
        try await finish(courier, in: session)
    }

    /// Says how far it has come, and how to go on.
    private func stop(
        _ courier: ImportCourier, state: ImportStateFile?, because failure: CommandFailure, in session: Session
    ) async throws(CommandFailure) -> Never {
        await showRefused(courier, in: session)
        let lines = await courier.status.progress.lines
        guard let state, lines > 0 else { throw failure }
        try await courier.save()
        for line in failure.lines(style: session.console.errorStyle) { session.console.note(line) }
        session.console.note("Settled up to line \(lines). Give the same command again to go on (\(state.path)).")
        throw .incomplete
    }

    private func finish(_ courier: ImportCourier, in session: Session) async throws(CommandFailure) {
        await showRefused(courier, in: session)
        let progress = await courier.status.progress
        if output.json {
            try Session.printLine(progress.summary, console: session.console)
        } else {
            var parts = ["Imported \(progress.imported)"]
            if progress.alreadyThere > 0 { parts.append("already there \(progress.alreadyThere)") }
            parts.append("refused \(progress.refused)")
            try session.console.print(parts.joined(separator: ", ") + ".")
        }
        if progress.refused > 0 { throw .incomplete }
    }

    /// The first refused lines, and how to see the others.
    private func showRefused(_ courier: ImportCourier, in session: Session) async {
        let refused = await courier.status.progress.refused
        let shown = await courier.shown
        for line in shown { session.console.note(line) }
        guard refused > Int64(shown.count) else { return }
        let more = refused - Int64(shown.count)
        session.console.note(
            report.map { "and \(more) more: see \($0)" } ?? "and \(more) more: --report writes them to a file")
    }
}

extension Session {
    /// A value on a line of its own, at a terminal too.
    fileprivate static func printLine(_ json: JSONValue, console: Console) throws(CommandFailure) {
        try console.output.write(json.bytes() + [UInt8(ascii: "\n")])
    }
}

extension ImportProgress {
    /// The last line of `--json`.
    fileprivate var summary: JSONValue {
        func number(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }
        let counts = JSONObject([
            .init("imported", number(imported)), .init("already_there", number(alreadyThere)),
            .init("refused", number(refused)),
        ])
        return .object(JSONObject([.init("summary", .object(counts))]))
    }
}
