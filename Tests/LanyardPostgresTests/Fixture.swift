import LanyardCore
import LanyardStorage
import Logging
import TestSupport
import Testing

@testable import LanyardPostgres

/// Stores and rows for the tests.
enum Fixture {
    static func role(_ number: Int) -> RoleRecord {
        RoleRecord(
            id: RoleID(high: UInt64(number), low: UInt64(number)), name: "role \(number)", scopes: [],
            createdAt: Timestamp(milliseconds: 1))
    }

    static func node(_ number: UInt64) -> NodeDescription {
        NodeDescription(
            id: NodeID(high: number, low: number), host: "host \(number)", version: "1.2.3",
            startedAt: Timestamp(milliseconds: 5), stalenessBoundMilliseconds: 30_000)
    }

    static func roleCount(_ store: any Store) async throws -> Int {
        try await store.read { try $0.roles(page: Page(limit: 100_000)).count }
    }

    /// Opens a store; `port` is a proxy's, if there is one between.
    static func open(
        _ server: PostgresServer, _ database: String, port: Int? = nil, parameters: String = "",
        _ change: (inout PostgresSettings) -> Void = { _ in }
    ) async throws -> PostgresStore {
        var settings = PostgresSettings()
        settings.passwordFile = server.passwordFile
        settings.connections = 4
        change(&settings)
        let url = "postgres://\(PostgresServer.user)@127.0.0.1:\(port ?? server.port)/\(database)\(parameters)"
        return try await PostgresStore.open(
            PostgresLocation(parsing: url), settings: settings,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The code of the store's error that a body throws; any other error is the test's failure.
    static func code(_ body: () async throws -> Void) async throws -> StoreError.Code? {
        do {
            try await body()
            return nil
        } catch let error as StoreError {
            return error.code
        }
    }

    /// Waits until `condition` holds; two minutes at most, which only something that hangs takes.
    static func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(120) {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("waited in vain until \(what)")
    }
}
