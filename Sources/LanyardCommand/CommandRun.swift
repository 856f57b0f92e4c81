import ArgumentParser
import LanyardCore

/// One run of the command, from its arguments to its exit status.
enum CommandRun {
    /// The status for a command line that can't be understood.
    static let usageStatus: Int32 = 2

    /// Runs what the arguments say, and returns the status to exit with.
    static func run(_ arguments: [String], console: Console) async -> Int32 {
        await Console.$current.withValue(console) {
            do {
                var command = try await LanyardCommand.asyncParseAsRoot(arguments)
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
                return 0
            } catch let failure as CommandFailure {
                for line in failure.lines(style: console.errorStyle) { console.note(line) }
                return failure.exitCode
            } catch {
                return report(error, arguments: arguments, console: console)
            }
        }
    }

    /// What the argument parser has to say: help is output, everything else an error.
    private static func report(_ error: any Error, arguments: [String], console: Console) -> Int32 {
        let code = LanyardCommand.exitCode(for: error)
        let text = LanyardCommand.fullMessage(for: error, columns: nil)
        guard code != .success else {
            if !text.isEmpty { try? console.print(text) }
            return 0
        }
        let isUsage = code == .validationFailure
        if !text.isEmpty {
            let text = withoutSecrets(text, arguments: arguments)
            // All errors of this command begin alike.
            let rest = text.hasPrefix("Error: ") ? " " + text.dropFirst("Error: ".count) : " " + text
            console.note(console.errorStyle.inked("error:", .bad) + rest)
        }
        return isUsage ? usageStatus : code.rawValue
    }

    /// The parser quotes what it doesn't understand. A secret that somebody gave as an argument is not quoted back at
    /// them, but they are told what that means.
    static func withoutSecrets(_ text: String, arguments: [String]) -> String {
        let secrets = arguments.flatMap { $0.split(separator: "=") }.filter(isSecret)
        guard !secrets.isEmpty else { return text }
        let redacted = secrets.reduce(text) { $0.replacing($1, with: "<REDACTED>") }
        return redacted + "\nA secret was given as an argument. Other processes and your shell's history have seen it: "
            + "rotate its key, and give secrets by standard input, a file or the environment."
    }

    private static func isSecret(_ argument: Substring) -> Bool {
        switch Array(argument.utf8).withUnsafeBytes({ SecretShape.inspect($0) }) {
        case .native, .wrongChecksum: true
        case .foreign, .malformed: false
        }
    }
}
