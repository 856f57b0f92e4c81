import Foundation
import LanyardCore
import LanyardEngine
import LanyardPostgres
import LanyardWire
import Logging
import NIOHTTP1
import TestSupport
import Testing

@Suite("Nodes of two versions on one store")
struct OtherVersionTests {
    @Test("after a move a server and a node that calls itself another version serve side by side, until that leaves")
    func afterMove() async throws {
        let move = try await Move()
        let file = try await move.installation.start()
        let kept = try await file.client.createKey("kept")
        let revoked = try await file.client.createKey("revoked")
        _ = try await file.client.revoke(revoked)
        #expect(await file.stop() == .exit(0))
        let copied = try await move.copy(["--finish"])
        #expect(copied.end == .exit(0), "\(copied.output)")

        let server = try await move.installation.start(move.onPostgres)
        var configuration = EngineConfiguration()
        configuration.version = "0.0.1-earlier"
        let earlier = try await KeyEngine(
            .postgres(move.target, passwordFile: move.postgres.passwordFile), configuration: configuration,
            logger: Logger(label: "earlier"))
        let running = Task { try await earlier.run() }
        let versions = try await Self.versions(server.client)
        #expect(versions.count == 2 && versions.contains("0.0.1-earlier"), "\(versions)")
        for (key, code) in [(kept, "ok"), (revoked, "revoked_key")] {
            #expect(try await server.client.verify([key.secret]) == [code])
            #expect(try await Self.code(earlier, key) == code)
        }
        // What the one makes the other knows, and it confirms what the one revokes.
        let made = try await server.client.createKey("made")
        #expect(try await Self.code(earlier, made) == "ok")
        for key in [made, kept] {
            let revocation = try await server.client.revoke(key)
            #expect(revocation.acknowledgedBy.count == 2 && revocation.pending.isEmpty, "\(revocation)")
            #expect(try await Self.code(earlier, key) == "revoked_key")
        }
        running.cancel()
        try await running.value
        try await earlier.shutDown()
        let left = try await Self.versions(server.client)
        #expect(left.count == 1 && !left.contains("0.0.1-earlier"), "\(left)")
        #expect(await server.stop() == .exit(0))
    }

    private static func code(_ engine: KeyEngine, _ key: ServerClient.IssuedKey) async throws -> String {
        switch try await engine.verify(key.secret) {
        case .grant: "ok"
        case .deny(let denial): denial.code.text
        }
    }

    private static func versions(_ client: ServerClient) async throws -> [String] {
        let answer = try await client.send(.admin, .GET, "/v1/nodes")
        return (answer["data"]?.array ?? []).compactMap { $0["version"]?.string }
    }
}
