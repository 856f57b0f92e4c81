package import Foundation
import Synchronization

/// A program that a test has started, and sends signals to. Killed with its last reference.
package final class ServerProcess: Sendable {
    /// How a process has ended.
    package enum End: Hashable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    private let process = Process()
    /// Where it writes, and a file to be removed with it.
    private let file: (path: String, isOwn: Bool)?
    private let ending = Mutex<(end: End?, waiters: [CheckedContinuation<End, Never>])>((nil, []))

    /// Both outputs go to a file: unlike a pipe, it needs no reader to keep up.
    /// - Parameter log: the file; one of its own if `nil`.
    package convenience init(
        _ command: [String], in folder: String, log: String? = nil, environment: [String: String] = [:]
    ) throws {
        let path = log ?? NSTemporaryDirectory() + "/lanyard-\(UUID().uuidString).log"
        try Data().write(to: URL(fileURLWithPath: path))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try self.init(
            command, in: folder, output: output, file: (path, isOwn: log == nil), environment: environment)
    }

    /// - Parameter output: where both outputs go; closed here.
    package convenience init(_ command: [String], in folder: String, output: FileHandle) throws {
        try self.init(command, in: folder, output: output, file: nil, environment: [:])
    }

    private init(
        _ command: [String], in folder: String, output: FileHandle, file: (path: String, isOwn: Bool)?,
        environment: [String: String]
    ) throws {
        self.file = file
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = BuiltProgram.environment(adding: environment)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        process.terminationHandler = { [weak self] process in
            let isExit = process.terminationReason == .exit
            self?.end(isExit ? .exit(process.terminationStatus) : .signal(process.terminationStatus))
        }
        try process.run()
        try output.close()
    }

    deinit {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        if let file, file.isOwn { try? FileManager.default.removeItem(atPath: file.path) }
    }

    private func end(_ end: End) {
        let waiters = ending.withLock { ended in
            defer { ended.waiters = [] }
            ended.end = end
            return ended.waiters
        }
        for waiter in waiters { waiter.resume(returning: end) }
    }

    package var id: Int32 { process.processIdentifier }

    package func send(_ signal: Int32) { Foundation.kill(process.processIdentifier, signal) }

    /// Ends it without warning.
    package func kill() async {
        send(SIGKILL)
        _ = await ended
    }

    /// How it has ended; `nil` while it runs.
    package var endedAlready: End? { ending.withLock { $0.end } }

    /// Waits for the end.
    package var ended: End {
        get async {
            await withCheckedContinuation { waiter in
                let end = ending.withLock { ended in
                    if ended.end == nil { ended.waiters.append(waiter) }
                    return ended.end
                }
                if let end { waiter.resume(returning: end) }
            }
        }
    }

    /// What it has written so far.
    package var log: String {
        let content = file.flatMap { FileManager.default.contents(atPath: $0.path) }
        return content.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    package func waitUntilLogged(_ part: String) async throws {
        try await eventually("\(part) is logged", log: { self.log }) { log.contains(part) }
    }

    /// What stands in the ready file, once it is there.
    package func addresses(in path: String) async throws -> (data: String, admin: String) {
        var found: [String: String] = [:]
        try await eventually("the server serves", log: { self.log }) {
            if let end = endedAlready { throw EndedEarly(end: end, log: log) }
            guard let content = FileManager.default.contents(atPath: path) else { return false }
            found = try JSONDecoder().decode([String: String].self, from: content)
            return true
        }
        guard let data = found["data"], let admin = found["admin"] else {
            throw Unfulfilled(description: "no addresses: \(found)")
        }
        return (data, admin)
    }

    package struct EndedEarly: Error, CustomStringConvertible {
        package let end: End
        package let log: String
        package var description: String { "the server has ended, \(end): \(log)" }
    }
}
