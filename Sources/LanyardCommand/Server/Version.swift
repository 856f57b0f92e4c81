import ArgumentParser
import LanyardServer
import LanyardWire

/// `lanyard version`
struct Version: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Tell which Lanyard this is.")

    @Flag(help: "Print JSON instead of text for people.")
    var json = false

    /// What `lanyard version` and `lanyard --version` print.
    static let line = "lanyard \(LanyardVersion.text)"

    func run() async throws {
        let console = Console.current
        if json {
            try Session.print(
                .object(JSONObject([.init("version", .string(LanyardVersion.text))])), console: console)
        } else {
            try console.print(Self.line)
        }
    }
}
