import LanyardCore
import Synchronization

@testable import LanyardCommand

/// Runs a whole command line against a made-up process, and keeps what came out.
struct CommandProbe {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
        /// How long was waited before something was tried again.
        let waits: [Duration]
    }

    /// A secret of the right form that nobody has.
    static let adminKey = "lyd_live_EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE0000000"

    var environment: [String: String] = ["LANYARD_ADMIN_KEY": adminKey, "LANG": "C.UTF-8"]
    /// Nowhere, unless a test has one.
    var folder = "/nonexistent"
    var input = ""
    var isInputTerminal = false
    var isOutputTerminal = false
    var isErrorTerminal = false
    var width: Int?
    var now = Timestamp(milliseconds: 1_772_357_400_000)

    /// One that asks a server of the tests.
    init(_ server: FakeServer? = nil) {
        if let server {
            environment["LANYARD_URL"] = server.url
            environment["LANYARD_DATA_URL"] = server.url
        }
    }

    func run(_ arguments: String...) async -> Outcome {
        await run(arguments)
    }

    func run(_ arguments: [String]) async -> Outcome {
        let output = CapturedText()
        let errors = CapturedText()
        // It stands still, so that nothing is told for having taken long.
        let start = ContinuousClock.now
        let waits = Mutex<[Duration]>([])
        let console = Console(
            environment: environment, folder: folder, input: ScriptedInput(input, isTerminal: isInputTerminal),
            output: output,
            errors: errors, isOutputTerminal: isOutputTerminal, isErrorTerminal: isErrorTerminal, width: width,
            now: { now }, instant: { start },
            sleep: { duration in waits.withLock { $0.append(duration) } })
        let status = await CommandRun.run(arguments, console: console)
        return Outcome(status: status, output: output.text, errors: errors.text, waits: waits.withLock { $0 })
    }
}

/// Keeps what is written.
final class CapturedText: TextSink {
    private let bytes = Mutex<[UInt8]>([])

    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        self.bytes.withLock { $0 += bytes }
    }
}

/// Gives out a text, in pieces as they are asked for.
final class ScriptedInput: ConsoleInput {
    let isTerminal: Bool
    private let rest: Mutex<ArraySlice<UInt8>>

    init(_ text: String, isTerminal: Bool = false) {
        self.isTerminal = isTerminal
        rest = Mutex(Array(text.utf8)[...])
    }

    func read(upTo count: Int) async throws(CommandFailure) -> [UInt8] {
        rest.withLock { rest in
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }

    func readHiddenLine(ask: () -> Void) async throws(CommandFailure) -> [UInt8] {
        ask()
        return rest.withLock { rest in
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest.dropFirst(line.count + 1)
            return Array(line)
        }
    }

    func readLine() async throws(CommandFailure) -> String {
        String(decoding: try await readHiddenLine {}, as: UTF8.self)
    }
}
