import Foundation
import Synchronization
import TestSupport

/// A folder with all files of one server, which is started in it again and again. Removed with its last reference.
final class Installation: Sendable {
    private let temporary: TemporaryFolder
    private let secret = Mutex<String?>(nil)
    private let starts = Atomic<Int>(0)

    enum Place {
        case disk
        /// A file system in memory where the system has one, and the disk elsewhere.
        case memory
    }

    init(on place: Place = .disk) throws {
        let memory = "/dev/shm"
        let isInMemory = place == .memory && FileManager.default.isWritableFile(atPath: memory)
        temporary = try isInMemory ? TemporaryFolder(in: memory) : TemporaryFolder()
    }

    var folder: String { temporary.path }

    func file(_ name: String) -> String { temporary.file(name) }

    var database: String { file("lanyard.sqlite") }

    /// The first administrator's, which the first start has written.
    var adminSecret: String {
        get throws {
            if let known = secret.withLock({ $0 }) { return known }
            let text = try String(contentsOfFile: file("admin.key"), encoding: .utf8).trimmingCharacters(in: .newlines)
            secret.withLock { $0 = text }
            return text
        }
    }

    /// What `lanyard serve` is told unless a test says otherwise; the last of two equal flags counts.
    private func arguments(_ more: [String]) -> [String] {
        [
            "--data", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--ready-file", file("ready.json"),
            "--database", "sqlite:\(database)", "--admin-key-file", file("admin.key"), "--threads", "2",
        ] + more
    }

    /// Starts a server without waiting for it.
    /// - Parameter wrapper: a command that becomes the one behind it, as `prlimit --fsize=1` does.
    func launch(
        _ more: [String] = [], wrapper: [String] = [], environment: [String: String] = [:]
    ) throws -> ServerProcess {
        try? FileManager.default.removeItem(atPath: file("ready.json"))
        let number = starts.add(1, ordering: .relaxed).newValue
        return try ServerProcess(
            wrapper + [BuiltProgram.lanyard, "serve"] + arguments(more), in: folder, log: file("serve-\(number).log"),
            environment: environment)
    }

    /// Starts a server, and returns when it serves.
    func start(
        _ more: [String] = [], wrapper: [String] = [], environment: [String: String] = [:]
    ) async throws -> RunningProcess {
        let process = try launch(more, wrapper: wrapper, environment: environment)
        let addresses = try await process.addresses(in: file("ready.json"))
        return RunningProcess(
            process: process,
            client: ServerClient(data: addresses.data, admin: addresses.admin, secret: try adminSecret))
    }
}

/// A server that serves, and a client of it.
struct RunningProcess: Sendable {
    let process: ServerProcess
    let client: ServerClient

    /// Ends it as a supervisor does, and returns how it has ended.
    func stop() async -> ServerProcess.End {
        process.send(SIGTERM)
        return await process.ended
    }

    /// Ends it without warning.
    func kill() async {
        await process.kill()
    }
}
