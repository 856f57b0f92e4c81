import TestSupport

/// One server for all tests that leave it as it was; each has a database of its own.
enum SharedServer {
    private static let starting = Task { try await PostgresServer.start() }

    static var server: PostgresServer {
        get async throws { try await starting.value }
    }
}
