import LanyardSQLite
import LanyardStorage
import LanyardTesting
import Testing

@Suite("The conformance suite notices what a store breaks")
struct StoreConformanceTests {
    @Test("each fault fails the check that is there for it", arguments: Fault.allCases)
    func fault(fault: Fault) async throws {
        let check = try #require(StoreConformance.checks.first { $0.name.hasPrefix(fault.noticedBy) })
        let store = try await StoreSource.inMemory.open()
        // The suite speaks through its own error, or passes on what the store threw where none was expected.
        do {
            try await check.run(on: FaultyStore(sound: store, fault: fault))
            Issue.record("\(check) did not notice that a store \(fault)")
        } catch let failure as ConformanceFailure {
            #expect(failure.check == check.name)
        } catch is StoreError {}
        try await store.close()
    }

    @Test("no two checks have one name")
    func names() {
        #expect(Set(StoreConformance.checks.map(\.name)).count == StoreConformance.checks.count)
    }

    @Test("the whole suite passes at once, and stops at the first failure")
    func all() async throws {
        try await StoreConformance { .inMemory }.all()
        let faulty = StoreConformance {
            StoreSource { FaultyStore(sound: try await StoreSource.inMemory.open(), fault: .skipsEpochs) }
        }
        await #expect(throws: ConformanceFailure.self) { try await faulty.all() }
    }
}
