import Foundation
import TestSupport

/// A command that ran to its end.
struct FinishedCommand: Sendable {
    let end: ServerProcess.End
    let output: String

    /// Runs a command; `output` is what it wrote to both of its outputs.
    static func run(_ command: [String], in installation: Installation) async throws -> FinishedCommand {
        let log = installation.file("command-\(UUID().uuidString).log")
        let process = try ServerProcess(command, in: installation.folder, log: log)
        let end = await process.ended
        return FinishedCommand(end: end, output: process.log)
    }
}
