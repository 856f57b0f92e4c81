import Foundation

/// The program under test.
enum LanyardProgram {
    /// What `LANYARD_BINARY` names, or what the build has put beside the tests.
    static let path: String = {
        if let named = ProcessInfo.processInfo.environment["LANYARD_BINARY"] { return named }
        #if os(macOS)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
            let folder = bundle.bundleURL.deletingLastPathComponent()
        #else
            let folder = Bundle.main.bundleURL
        #endif
        // The target's name where only the target was built, the product's where that was.
        let names = ["lanyard", "LanyardCommand"].map { folder.appendingPathComponent($0).path }
        return names.first(where: FileManager.default.isExecutableFile(atPath:)) ?? names[0]
    }()

    /// Whether the long forms of tests run.
    static let isLong = ProcessInfo.processInfo.environment["LANYARD_LONG"] == "1"

    /// What all random choices come from: `LANYARD_SEED`, or another in each run. A test prints it.
    static let seed: UInt64 =
        ProcessInfo.processInfo.environment["LANYARD_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000)
}

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
