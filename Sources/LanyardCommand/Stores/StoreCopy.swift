import ArgumentParser
import LanyardEngine
import LanyardServer
import LanyardStorage
import LanyardWire

/// `lanyard store copy`
struct StoreCopy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Move a store from a SQLite file into PostgreSQL.",
        usage: "lanyard store copy --from <sqlite:path> --to <postgres://…> [--finish] [<options>]",
        discussion: """
            Two steps. The first copies everything while the server goes on serving the file, and then again what has \
            changed meanwhile, until little is left; it can be interrupted and run again as often as you like, and \
            goes on where it ended. Until the move is finished no server starts on the copy.

            The second, with --finish, needs the server ended: it copies the rest, compares every row of both, and \
            compares counts and checksums. Then no server starts on the file any more, and all start on PostgreSQL. \
            Interrupted, it is run again. It takes about as long as reading both stores twice.

            Not copied: what rolling limits have counted (they begin anew, so for one window a key may be admitted up \
            to its limit once more), and alerts that nobody has been told of yet.

            EXAMPLES:
              lanyard store copy --from sqlite:lanyard.sqlite \\
                --to postgres://lanyard@db/lanyard
              lanyard store copy --from sqlite:lanyard.sqlite \\
                --to postgres://lanyard@db/lanyard --finish
            """)

    @Option(help: ArgumentHelp("The store to copy.", valueName: "sqlite:path"))
    var from: String

    @Option(
        help: ArgumentHelp(
            "An empty database, or one that a copy of the same store was begun in.",
            valueName: "postgres://user@host/database"))
    var to: String

    @Option(help: .of(.databasePasswordFile), completion: .file()) var databasePasswordFile: String?

    @Flag(help: "Copy the rest, compare everything, and hand over. No server may run on the file.")
    var finish = false

    @Flag(help: "Print JSON instead of text for people.")
    var json = false

    func run() async throws {
        let console = Console.current
        let ends: StoreMove.Ends
        do {
            ends = try StoreMove.Ends(
                from: from, to: to,
                passwordFile: databasePasswordFile
                    ?? console.variable(Setting.databasePasswordFile.environmentVariable))
        } catch {
            throw CommandFailure.usage(error.problems.map(\.description).joined(separator: "; "))
        }
        let display = CopyDisplay(console: console)
        let began = console.instant()
        let report: CopyReport
        do {
            report =
                finish
                ? try await StoreMove.finish(ends, progress: display.draw)
                : try await StoreMove.approach(ends, progress: display.draw)
        } catch {
            display.clear()
            throw CommandFailure(error)
        }
        display.clear()
        let elapsed = console.instant() - began
        if json { return try Session.print(report.json(isFinished: finish, elapsed), console: console) }
        try show(report, ends, console)
        let written = report.passes.flatMap(\.tables).reduce(0) { $0 + $1.inserted + $1.updated }
        try console.print(
            "It took \(ShownDuration.text(milliseconds: elapsed.milliseconds)); \(written) rows were written.")
    }

    private func show(_ report: CopyReport, _ ends: StoreMove.Ends, _ console: Console) throws(CommandFailure) {
        guard let last = report.passes.last else {
            return try console.print(
                TextWidth.printable(
                    "The move was finished before: start the servers with --database \(ends.destination)."))
        }
        var table = Table(
            [
                .init("TABLE"), .init("ROWS", alignment: .right), .init("WRITTEN", alignment: .right),
                .init("DELETED", alignment: .right), .init("SHA-256", isOptional: true),
            ], width: console.width, style: console.style)
        let rows = last.tables.map { last -> [Table.Cell] in
            let all = report.passes.flatMap(\.tables).filter { $0.name == last.name }
            return [
                .init(last.name), .init("\(last.rows)"), .init("\(all.reduce(0) { $0 + $1.inserted + $1.updated })"),
                .init("\(all.reduce(0) { $0 + $1.deleted })"),
                .init(String(Hexadecimal.text(last.checksum).prefix(16))),
            ]
        }
        try console.print(table.lines(rows))
        try console.print()
        for line in conclusion(report, last, ends) { try console.print(TextWidth.printable(line)) }
    }

    private func conclusion(_ report: CopyReport, _ last: CopyPassReport, _ ends: StoreMove.Ends) -> [String] {
        if finish {
            return [
                "The move is finished: all \(last.rows) rows are equal on both sides, by comparison, count and "
                    + "checksum.",
                "Start the servers with --database \(ends.destination). None starts on \(ends.source) any more.",
            ]
        }
        return [
            "Copied up to change \(last.epoch); the last of \(report.passes.count) passes has found \(last.differences) "
                + "differences.",
            "Next: end the server on \(ends.source), and run the same command with --finish.",
        ]
    }
}

extension CopyReport {
    fileprivate func json(isFinished: Bool, _ elapsed: Duration) -> JSONValue {
        func number(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }
        let tables = (passes.last?.tables ?? []).map { table in
            JSONValue.object(
                JSONObject([
                    .init("name", .string(table.name)), .init("rows", number(table.rows)),
                    .init("differences", number(table.differences)),
                    .init("sha256", .string(Hexadecimal.text(table.checksum))),
                ]))
        }
        return .object(
            JSONObject([
                .init("finished", .bool(isFinished)), .init("passes", number(passes.count)),
                .init("elapsed_ms", .number(JSONNumber(elapsed.milliseconds))),
                .init("epoch", .number(JSONNumber(record.epoch))),
                .init("rows", number(passes.last?.rows ?? 0)),
                .init("differences", number(passes.last?.differences ?? 0)), .init("tables", .array(tables)),
            ]))
    }
}

/// Bytes as people compare them.
enum Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
