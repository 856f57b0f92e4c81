import Foundation
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

@Suite("A database that goes away under a running server", .serialized)
struct LostFileTests {
    private let installation: Installation

    init() throws { installation = try Installation() }

    private static let suffixes = ["", "-wal"]

    @Test(
        "nothing is acknowledged that would go to a deleted file; the log names the file",
        arguments: suffixes)
    func deleted(suffix: String) async throws {
        let server = try await installation.start()
        let client = server.client
        let key = try await client.createKey("cached")
        #expect(try await client.verify([key.secret]) == ["ok"])
        try FileManager.default.removeItem(atPath: installation.database + suffix)
        for _ in 0..<3 {
            let refusal = try await client.send(.admin, .POST, "/v1/keys", json: #"{"name":"lost"}"#)
            #expect(refusal.status == 503 && refusal.code == "unavailable", "\(refusal.status) \(refusal.text)")
        }
        // A key that is known is still decided, as with a full disk.
        #expect(try await client.verify([key.secret]) == ["ok"])
        #expect(server.process.log.contains("\(installation.database)\(suffix) was deleted or replaced"))
        #expect(await server.stop() == .exit(1))
        #expect(server.process.log.contains("fix: "), "\(server.process.log)")
    }

    @Test("nor to one that was moved away and put back as another")
    func replaced() async throws {
        let server = try await installation.start()
        let key = try await server.client.createKey("first")
        let files = FileManager.default
        try files.copyItem(atPath: installation.database, toPath: installation.file("other.sqlite"))
        try files.removeItem(atPath: installation.database)
        try files.moveItem(atPath: installation.file("other.sqlite"), toPath: installation.database)
        let refusal = try await server.client.send(.admin, .POST, "/v1/keys/\(key.id)/revoke")
        #expect(refusal.status == 503, "\(refusal.text)")
        #expect(await server.stop() == .exit(1))
    }
}
