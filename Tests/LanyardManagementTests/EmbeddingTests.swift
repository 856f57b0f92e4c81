import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardSQLite
import Logging
import Testing

@Suite("Keys of an embedding service")
struct EmbeddingTests {
    /// An engine as a service makes it, but for the log.
    private func keys() async throws -> KeyEngine {
        try await KeyEngine(.inMemory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test("a key is made in a store that nothing was done to, and verified")
    func create() async throws {
        let keys = try await keys()
        let new = try await keys.create(
            name: "cron", scopes: ["invoices:read"], limits: [.requests(100, per: .seconds(60))])
        #expect(new.key.name == "cron")
        #expect(new.secret.reveal().hasPrefix("lyd_live_"))
        guard case .grant(let grant) = try await keys.verify(new.secret.reveal(), scope: "invoices:read") else {
            Issue.record("the key was denied")
            return
        }
        #expect(grant.key.name == "cron")
        #expect(!"\(new)".contains(new.secret.reveal()))
    }

    @Test("everything that does not parse is named, and nothing is made")
    func invalid() async throws {
        let keys = try await keys()
        do {
            _ = try await keys.create(
                name: "cron", scopes: ["ok", "Not OK"], ipAllowlist: ["10.0.0.1/8"], methods: ["get"], paths: ["x"])
            Issue.record("it was made")
        } catch ManagementError.invalid(let problems) {
            #expect(problems.map(\.pointer) == ["/scopes/1", "/ip_allowlist/0", "/methods/0", "/paths/0"])
        }
        #expect(try await keys.keys().isEmpty)
    }

    @Test("restrictions and notes arrive in the record")
    func restrictions() async throws {
        let keys = try await keys()
        let key = try await keys.create(
            name: "cron", environment: .test, maximumInFlight: 2, ipAllowlist: ["10.0.0.0/8"], methods: ["GET"],
            paths: ["/v1/**"], expiresIn: .seconds(60), metadata: ["team": "billing"]
        ).key
        #expect(key.environment == .test)
        #expect(key.maximumInFlight == 2)
        #expect(key.ipAllowlist.map(\.description) == ["10.0.0.0/8"])
        #expect(key.methods.map(\.description) == ["GET"])
        #expect(key.paths.map(\.description) == ["/v1/**"])
        #expect(key.expiresAt == key.createdAt.advanced(byMilliseconds: 60_000))
        #expect(key.metadata.json == #"{"team":"billing"}"#)
    }

    @Test("keys are found, rotated, disabled, enabled and revoked")
    func life() async throws {
        let keys = try await keys()
        let new = try await keys.create(name: "cron")
        let id = new.key.id
        #expect(try await keys.key(id) == new.key)
        #expect(try await keys.keys(project: "default").map(\.id) == [id])
        let rotated = try await keys.rotate(id, grace: .zero)
        #expect(try await !keys.verify(new.secret.reveal()).isGrant)
        #expect(try await keys.verify(rotated.secret.reveal()).isGrant)
        try await keys.disable(id)
        #expect(try await !keys.verify(rotated.secret.reveal()).isGrant)
        try await keys.enable(id)
        #expect(try await keys.verify(rotated.secret.reveal()).isGrant)
        #expect(try await keys.revoke(id, reason: "over").pending.isEmpty)
        #expect(try await !keys.verify(rotated.secret.reveal()).isGrant)
        #expect(try await keys.key(id)?.revokeReason == "over")
        await #expect(throws: ManagementError.notFound("key \(KeyID(high: 1, low: 1))")) {
            try await keys.revoke(KeyID(high: 1, low: 1))
        }
        #expect(try await keys.key(KeyID(high: 1, low: 1)) == nil)
    }
}
