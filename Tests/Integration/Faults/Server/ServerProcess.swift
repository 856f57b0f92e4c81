import Foundation
import Synchronization
import Testing

/// A program that a test has started, and sends signals to.
final class ServerProcess: Sendable {
    /// How a process has ended.
    enum End: Hashable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    private let process = Process()
    private let logPath: String
    private let ending = Mutex<(end: End?, waiters: [CheckedContinuation<End, Never>])>((nil, []))

    /// Both outputs go to the file `log`: unlike a pipe, it needs no reader to keep up.
    init(_ command: [String], in folder: String, log: String, environment: [String: String] = [:]) throws {
        logPath = log
        try Data().write(to: URL(fileURLWithPath: log))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = Self.inherited.merging(environment) { $1 }
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

    /// Nothing that could configure a server by accident; what a sanitizer is told is for every program.
    private static let inherited = ProcessInfo.processInfo.environment.filter {
        ["PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key)
    }

    deinit { if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }

    private func end(_ end: End) {
        let waiters = ending.withLock { ended in
            defer { ended.waiters = [] }
            ended.end = end
            return ended.waiters
        }
        for waiter in waiters { waiter.resume(returning: end) }
    }

    var id: Int32 { process.processIdentifier }

    func send(_ signal: Int32) { Foundation.kill(process.processIdentifier, signal) }

    /// How it has ended; `nil` while it runs.
    var endedAlready: End? { ending.withLock { $0.end } }

    /// Waits for the end.
    var ended: End {
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
    var log: String {
        FileManager.default.contents(atPath: logPath).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func waitUntilLogged(_ part: String) async throws {
        try await eventually("\(part) is logged") { log.contains(part) }
    }

    /// What stands in the ready file, once it is there.
    func addresses(in path: String) async throws -> (data: String, admin: String) {
        var found: [String: String] = [:]
        try await eventually("the server serves", log: { self.log }) {
            if let end = endedAlready { throw EndedEarly(end: end, log: log) }
            guard let content = FileManager.default.contents(atPath: path) else { return false }
            found = try JSONDecoder().decode([String: String].self, from: content)
            return true
        }
        return (try #require(found["data"]), try #require(found["admin"]))
    }

    struct EndedEarly: Error, CustomStringConvertible {
        let end: End
        let log: String
        var description: String { "the server has ended, \(end): \(log)" }
    }
}

/// Waits until `condition` holds; two minutes at most, which only something that hangs takes.
func eventually(
    _ what: String, log: () -> String = { "" }, _ condition: () async throws -> Bool
) async throws {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(120) {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw Unfulfilled(description: "waited in vain until \(what) \(log())")
}

struct Unfulfilled: Error, CustomStringConvertible {
    let description: String
}
