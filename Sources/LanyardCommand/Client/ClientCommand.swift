import ArgumentParser
import LanyardCore
import LanyardWire

/// A command that asks a server.
protocol ClientCommand: AsyncParsableCommand {
    associatedtype Server: ServerOptions
    var server: Server { get }
    var output: OutputOptions { get }

    /// What the command does, once it knows whom to ask.
    func run(in session: Session) async throws(CommandFailure)
}

extension ClientCommand {
    func run() async throws { try await ask() }

    /// Asks the server.
    func ask() async throws {
        let console = Console.current
        do {
            let endpoint = try server.endpoint(console: console)
            let configuration = try server.transport.configuration(for: endpoint, console: console)
            let client = APIClient(configuration, console: console)
            do {
                try await run(in: Session(client: client, console: console, printsJSON: output.json))
            } catch {
                await client.close()
                throw error
            }
            await client.close()
        } catch {
            guard output.json, let failure = error as? CommandFailure, case .problem(let problem) = failure else {
                throw error
            }
            // A program reads the refusal where it would have read the answer.
            try Session.print(problem.json, console: console)
            throw CommandFailure.incomplete
        }
    }
}

/// What a command has at hand while it runs.
struct Session: Sendable {
    let client: APIClient
    let console: Console
    let printsJSON: Bool

    var style: Style { console.style }

    var now: Timestamp { console.now() }

    /// Prints an answer as the server wrote it: indented for people, byte for byte for programs.
    func printJSON(_ answer: APIAnswer) throws(CommandFailure) {
        guard !answer.bytes.isEmpty else { return }
        if console.isOutputTerminal {
            try Self.print(answer.json, console: console)
        } else {
            try console.output.write(answer.bytes + [UInt8(ascii: "\n")])
        }
    }

    static func print(_ json: JSONValue, console: Console) throws(CommandFailure) {
        guard console.isOutputTerminal else {
            return try console.output.write(json.bytes() + [UInt8(ascii: "\n")])
        }
        for line in JSONIndented.text(json).split(separator: "\n", omittingEmptySubsequences: false) {
            try console.print(TextWidth.printable(String(line)))
        }
    }

    /// A table for standard output.
    func table(_ columns: [Table.Column]) -> Table {
        Table(columns, width: console.width, style: style)
    }

    func warn(_ text: String) {
        console.note(console.errorStyle.inked("warning:", .warning) + " " + TextWidth.printable(text))
    }

    /// Asks the person at the terminal. Where nobody sits there, the answer is yes: a script has said what it wants.
    func confirm(_ question: String, assumesYes: Bool) async throws(CommandFailure) {
        guard !assumesYes, console.input.isTerminal, console.isErrorTerminal else { return }
        try? console.errors.write(Array((TextWidth.printable(question) + " [y/N] ").utf8))
        let answer = try await console.input.readLine().lowercased()
        guard ["y", "yes"].contains(answer.trimmingPrefix(while: \.isWhitespace)) else {
            throw .local("Nothing was done.", fix: nil)
        }
    }
}

extension Session {
    /// Where a change holds already, and where not yet.
    func printApplied(_ json: JSONValue, _ what: String) throws(CommandFailure) {
        let nodes = json["acknowledged_by"]?.array?.count ?? 0
        let time = json["elapsed_ms"]?.number.map { " in \($0.text) ms" } ?? ""
        let confirmed = nodes > 0 ? ", confirmed by \(nodes) node\(nodes == 1 ? "" : "s")\(time)" : ""
        try console.print(TextWidth.printable("\(what)\(confirmed)."))
        warnAboutPending(json)
    }

    func warnAboutPending(_ json: JSONValue) {
        let pending = (json["pending"]?.array ?? []).map(\.shown)
        guard !pending.isEmpty else { return }
        warn(
            "not yet confirmed by \(pending.joined(separator: ", ")): such a node stops admitting once its staleness "
                + "bound has passed.")
    }
}
