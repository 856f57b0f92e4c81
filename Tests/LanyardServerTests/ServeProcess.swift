import Foundation
import LanyardServer
import Synchronization
import Testing

/// `lanyard serve` as a process of its own.
final class ServeProcess: Sendable {
    /// Where the build has put the program: beside the tests.
    static var program: URL {
        #if os(macOS)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
            let folder = bundle.bundleURL.deletingLastPathComponent()
        #else
            let folder = Bundle.main.bundleURL
        #endif
        // The target's name where only the target was built, the product's where that was.
        let names = ["lanyard", "LanyardCommand"].map { folder.appendingPathComponent($0) }
        return names.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? names[0]
    }

    private let process = Process()
    private let log = Pipe()
    private let said = Mutex("")
    private let ended = Mutex<(status: Int32?, waiters: [CheckedContinuation<Int32, Never>])>((nil, []))

    init(_ arguments: [String], in folder: TemporaryDirectory, environment: [String: String] = [:]) throws {
        process.executableURL = Self.program
        process.arguments = ["serve"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardError = log
        process.terminationHandler = { [weak self] process in self?.end(process.terminationStatus) }
        log.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let text = String(decoding: handle.availableData, as: UTF8.self)
            if text.isEmpty { handle.readabilityHandler = nil }
            self?.said.withLock { $0 += text }
        }
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    private func end(_ status: Int32) {
        let waiters = ended.withLock { ended in
            defer { ended.waiters = [] }
            ended.status = status
            return ended.waiters
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }

    /// The process's id.
    var id: Int32 { process.processIdentifier }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Nobody reads what it logs any more.
    func stopReading() throws {
        log.fileHandleForReading.readabilityHandler = nil
        try log.fileHandleForReading.close()
    }

    /// What it has logged.
    var text: String { said.withLock { $0 } }

    /// The exit status, once it has ended.
    var status: Int32 {
        get async {
            await withCheckedContinuation { waiter in
                let status = ended.withLock { ended in
                    if ended.status == nil { ended.waiters.append(waiter) }
                    return ended.status
                }
                if let status { waiter.resume(returning: status) }
            }
        }
    }

    func waitUntilLogged(_ part: String) async throws {
        for _ in 0..<1_000 where !text.contains(part) { try await Task.sleep(for: .milliseconds(10)) }
        try #require(text.contains(part), "\(text)")
    }

    /// The addresses in the ready file, once it is there.
    static func addresses(in path: String) async throws -> (data: String, admin: String) {
        for _ in 0..<1_000 {
            if let content = try? Data(contentsOf: URL(fileURLWithPath: path)),
                let addresses = try? JSONDecoder().decode([String: String].self, from: content)
            {
                return (try #require(addresses["data"]), try #require(addresses["admin"]))
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw CancellationError()
    }
}
