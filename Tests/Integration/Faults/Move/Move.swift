import Foundation
import LanyardCore
import NIOHTTP1
import TestSupport
import Testing

// # A move from SQLite to PostgreSQL
//
// A server on a file, a PostgreSQL of the test's own, and the command that copies from one to the other, as three processes.

/// A store that is moved, and where it goes.
final class Move: Sendable {
    let installation: Installation
    let postgres: PostgresServer
    let database: String

    init() async throws {
        installation = try Installation()
        postgres = try await PostgresServer.start()
        database = try await postgres.makeDatabase()
    }

    var target: String { postgres.url(database) }

    /// What a server or a command is told to use PostgreSQL; the last of two equal flags counts.
    var onPostgres: [String] { ["--database", target, "--database-password-file", postgres.passwordFile] }

    /// `lanyard store copy`.
    func copyCommand(_ more: [String] = [], from path: String? = nil, to url: String? = nil) -> [String] {
        [
            BuiltProgram.lanyard, "store", "copy", "--from", "sqlite:\(path ?? installation.database)", "--to",
            url ?? target, "--database-password-file", postgres.passwordFile,
        ] + more
    }

    func copy(_ more: [String] = [], from path: String? = nil, to url: String? = nil) async throws -> FinishedCommand {
        try await FinishedCommand.run(copyCommand(more, from: path, to: url), in: installation)
    }

    /// Starts the copying, and kills it some time after it has begun to write.
    /// - Returns: How it has ended: it may have been faster.
    func copyAndKill(_ more: [String] = [], after time: Duration) async throws -> ServerProcess.End {
        let process = try ServerProcess(
            copyCommand(more), in: installation.folder, log: installation.file("copy-\(UUID().uuidString).log"))
        try await eventually("the copy has begun", log: { process.log }) {
            if process.endedAlready != nil { return true }
            return try await isBegun()
        }
        try await Task.sleep(for: time)
        process.send(SIGKILL)
        return await process.ended
    }

    private func isBegun() async throws -> Bool {
        let schema = try await postgres.run("SELECT to_regclass('lanyard.markers') IS NOT NULL", in: database)
        guard schema.hasPrefix("t") else { return false }
        return try await postgres.run("SELECT count(*) FROM lanyard.markers WHERE name = 'copy'", in: database)
            .hasPrefix("1")
    }

    /// A server that is expected to refuse its start.
    func refusedStart(_ more: [String] = []) async throws -> (end: ServerProcess.End, log: String) {
        let process = try installation.launch(more)
        let end = await process.ended
        return (end, process.log)
    }

    func number(_ sql: String) async throws -> Int64 {
        let text = try await postgres.run(sql, in: database).trimmingCharacters(in: .whitespacesAndNewlines)
        return try #require(Int64(text), "\(sql): \(text)")
    }
}

/// Keys of another system, known by their digests alone: quick to make by the thousand.
struct ImportedKeys: Sendable {
    let count: Int
    let seed: UInt64

    private static let linesTogether = 20_000

    /// The text that a client presents.
    func text(_ number: Int) -> String { "imported-key-\(seed)-\(number)" }

    func importAll(_ client: ServerClient) async throws {
        for start in stride(from: 0, to: count, by: Self.linesTogether) {
            let lines = (start..<min(start + Self.linesTogether, count)).map { number in
                let digest = Array(text(number).utf8).withUnsafeBytes { SecretDigest(hashing: $0) }
                return #"{"digest":"\#(digest.sha256Text)","name":"imported \#(number)","scopes":["a:b"]}"#
            }
            let answer = try await client.send(
                .admin, .POST, "/v1/keys/import", json: lines.joined(separator: "\n") + "\n",
                mediaType: "application/x-ndjson")
            try #require(answer.status == 200 && !answer.text.contains(#""problem""#), "\(answer.text.prefix(400))")
        }
    }
}
