import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@Suite("The example service")
struct ExampleTests {
    private struct Started {
        let process: Process
        let output: FileHandle
        /// Where Hummingbird logs, its address among the first.
        let log: FileHandle
    }

    private func start(_ arguments: [String], in folder: URL) throws -> Started {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: BuiltProgram.path("HummingbirdService"))
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = BuiltProgram.environment(adding: ["PORT": "0"])
        let (output, log) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = log
        try process.run()
        return Started(process: process, output: output.fileHandleForReading, log: log.fileHandleForReading)
    }

    @Test("it makes a key, serves, lets the key in and nobody else, and ends when asked to")
    func runs() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("example-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let maker = try start(["new-key"], in: folder)
        let made = String(decoding: maker.output.readDataToEndOfFile(), as: UTF8.self)
        maker.process.waitUntilExit()
        let secret = made.trimmingCharacters(in: .newlines)
        #expect(secret.hasPrefix("lyd_live_"))

        let started = try start([], in: folder)
        let server = started.process
        defer { if server.isRunning { server.terminate() } }
        let address = /listening on 127\.0\.0\.1:([0-9]+)/
        var said = ""
        while said.firstMatch(of: address) == nil, server.isRunning {
            said += String(decoding: started.log.availableData, as: UTF8.self)
        }
        let port = try #require(said.firstMatch(of: address)?.1)
        func status(_ fields: [(String, String)]) async throws -> UInt {
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/invoices")
            for (name, value) in fields { request.headers.add(name: name, value: value) }
            return try await HTTPClient.shared.execute(request, timeout: .seconds(TestRun.seconds(10))).status.code
        }
        #expect(try await status([("Authorization", "Bearer \(secret)")]) == 200)
        #expect(try await status([]) == 401)
        server.terminate()
        server.waitUntilExit()
        #expect(server.terminationStatus == 0)
    }
}
