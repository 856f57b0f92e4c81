import Foundation
import Lanyard
import Testing

@Suite("Lanyard embedded in a service")
struct EmbeddingTests {
    /// The snippet of the documentation, as it stands there.
    private func snippet(_ path: String, _ presented: (String) -> String) async throws -> (String, KeyEngine) {
        var said = ""
        func print(_ items: Any...) { said = items.map { "\($0)" }.joined(separator: " ") }

        let keys = try await KeyEngine(.sqlite(path))
        let new = try await keys.create(
            name: "cron", scopes: ["invoices:read"], limits: [.requests(100, per: .seconds(60))])
        let presented = presented(new.secret.reveal())
        switch try await keys.verify(presented, scope: "invoices:read") {
        case .grant(let grant): print(grant.key.name)
        case .deny(let denial): print(denial.code, denial.fix)
        }

        return (said, keys)
    }

    private func withFile(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("lanyard-\(UUID()).sqlite").path
        defer {
            for suffix in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        }
        try await body(path)
    }

    @Test("the snippet of the documentation grants its own key")
    func granted() async throws {
        try await withFile { path in
            let (said, keys) = try await snippet(path) { $0 }
            #expect(said == "cron")
            try await keys.shutDown()
        }
    }

    @Test("the snippet of the documentation denies another, and says what would fix it")
    func denied() async throws {
        try await withFile { path in
            let (said, keys) = try await snippet(path) { _ in "not-a-key" }
            #expect(said == "malformed_key Copy the whole key, from its first character to its last.")
            try await keys.shutDown()
        }
    }

    @Test("a key made in memory is limited, rotated with grace, and revoked at once")
    func life() async throws {
        let keys = try await KeyEngine(.inMemory)
        let new = try await keys.create(name: "agent", limits: [.requests(3, per: .seconds(60))])
        func code(_ secret: Secret) async throws -> DenialCode? {
            switch try await keys.verify(secret.reveal()) {
            case .grant: nil
            case .deny(let denial): denial.code
            }
        }
        #expect(try await code(new.secret) == nil)
        let rotated = try await keys.rotate(new.key.id, grace: .seconds(3600))
        #expect(try await code(new.secret) == nil, "the older secret lives on")
        #expect(try await code(rotated.secret) == nil)
        #expect(try await code(rotated.secret) == .rateLimited, "both draw on one limit")
        #expect(try await code(new.secret) == .rateLimited)
        let acknowledgement = try await keys.revoke(new.key.id)
        #expect(acknowledgement.pending.isEmpty && !acknowledgement.acknowledgedBy.isEmpty)
        #expect(try await code(new.secret) == .revokedKey)
        #expect(try await code(rotated.secret) == .revokedKey)
        #expect(try await keys.key(new.key.id)?.revokedAt != nil)
        try await keys.shutDown()
    }

    @Test("a grant tells the key, its scopes, its account's absence and how its limits stand")
    func grant() async throws {
        let keys = try await KeyEngine(.inMemory)
        let new = try await keys.create(
            name: "reader", scopes: ["invoices:*"], limits: [.requests(5, per: .seconds(10), name: "burst")])
        guard
            case .grant(let grant) = try await keys.verify(
                new.secret.reveal(), scope: "invoices:read and invoices:list")
        else {
            Issue.record("denied")
            return
        }
        #expect(grant.key.id == new.key.id)
        #expect(grant.key.scopes.scopes.map(\.description) == ["invoices:*"])
        #expect(grant.key.account == nil)
        #expect(grant.limits.map(\.remaining) == [4])
        #expect(grant.limits.first?.definition.name == "burst")
        try await keys.shutDown()
    }

    @Test("a service may set how long usage is kept and what is warned about, or leave it", arguments: [false, true])
    func configured(isSet: Bool) async throws {
        var configuration = EngineConfiguration()
        #expect(configuration.usageByMinute == .seconds(14 * 86_400))
        #expect(configuration.usageRetention == .seconds(400 * 86_400))
        #expect(configuration.attemptWarning == 100)
        configuration.usageByMinute = .seconds(86_400)
        configuration.usageRetention = .seconds(30 * 86_400)
        configuration.attemptWarning = 0
        let keys =
            isSet
            ? try await KeyEngine(.inMemory, configuration: configuration)
            : try await KeyEngine(.inMemory)
        let new = try await keys.create(name: "cron")
        guard case .grant = try await keys.verify(new.secret.reveal()) else {
            Issue.record("denied")
            return
        }
        try await keys.shutDown()
    }

    @Test("what is wrong with a new key is named field by field, and a scope that is none is an error")
    func invalid() async throws {
        let keys = try await KeyEngine(.inMemory)
        await #expect(throws: ManagementError.self) {
            try await keys.create(name: "", scopes: ["not a scope"], paths: ["no-slash"])
        }
        await #expect(throws: (any Error).self) { try await keys.verify("x", scope: "a and") }
        try await keys.shutDown()
    }
}
