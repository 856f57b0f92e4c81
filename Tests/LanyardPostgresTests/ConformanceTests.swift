import LanyardPostgres
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@Suite("The store on PostgreSQL keeps what every store promises")
struct ConformanceTests {
    @Test("in a database of its own", arguments: StoreConformance.checks)
    func database(check: StoreCheck) async throws {
        let server = try await SharedServer.server
        try await StoreConformance {
            .postgres(try await server.makeDatabaseURL(), passwordFile: server.passwordFile, connections: 4)
        }.run(check)
    }

    @Test("shared by several nodes", arguments: SharedStoreConformance.checks)
    func shared(check: SharedStoreCheck) async throws {
        let server = try await SharedServer.server
        try await SharedStoreConformance { count in
            let database = try await server.makeDatabase()
            var stores: [any SharedStore] = []
            for _ in 0..<count { stores.append(try await Fixture.open(server, database)) }
            return stores
        }.run(check)
    }
}
