import LanyardSQLite
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@Suite("The store on SQLite keeps what every store promises")
struct ConformanceTests {
    @Test("in a file", arguments: StoreConformance.checks)
    func file(check: StoreCheck) async throws {
        let folder = try TemporaryFolder()
        try await StoreConformance { .sqlite(folder.file("lanyard.db")) }.run(check)
    }

    @Test("in memory", arguments: StoreConformance.checks)
    func memory(check: StoreCheck) async throws {
        try await StoreConformance { .inMemory }.run(check)
    }
}
