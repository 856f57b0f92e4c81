import Foundation
import Synchronization

/// A server as a process of its own. What it says goes to a file, so that it never waits for a reader.
final class ServerProcess: Sendable {
    private let process = Process()
    private let log: URL

    init(_ program: URL, _ arguments: [String], in folder: URL, log name: String) throws {
        log = folder.appending(path: name)
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        // Nothing that this machine has set may lead a server elsewhere; Caddy keeps its state by HOME.
        let kept = ["PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"].compactMap { name in
            ProcessInfo.processInfo.environment[name].map { (name, $0) }
        }
        process.environment = Dictionary(uniqueKeysWithValues: kept + [("HOME", folder.path)])
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var isRunning: Bool { process.isRunning }

    /// What it has said.
    var text: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Ends it at once: nothing here has to be kept.
    func end() async {
        kill(process.processIdentifier, SIGKILL)
        while process.isRunning { try? await Task.sleep(for: .milliseconds(5)) }
    }
}

/// A folder for one stand, removed with it.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "lanyard-proxies-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func folder(_ name: String) throws -> URL {
        let folder = url.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
