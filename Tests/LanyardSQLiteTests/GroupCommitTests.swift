import GRDB
import LanyardCore
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardSQLite

@Suite("Several writes share one commit")
struct GroupCommitTests {
    private struct Stop: Error {}

    /// Bounds that a slow machine does not reach before the test means to.
    private static var unhurried: WriteLimits {
        var limits = WriteLimits()
        limits.longestBatchNanoseconds = 600_000_000_000
        return limits
    }

    private func openStore(_ folder: TemporaryFolder) async throws -> SQLiteStore {
        try await SQLiteStore.open(path: folder.file("lanyard.db"), limits: Self.unhurried)
    }

    /// Runs bodies that all wait when the first of them begins; whether each succeeded, in their order.
    private func together(
        _ store: SQLiteStore, _ bodies: [@Sendable (any StoreWriting) throws -> Void]
    ) async throws -> [Result<Void, any Error>] {
        let gate = await Gate(store)
        var tasks: [Task<Void, any Error>] = []
        for (index, body) in bodies.enumerated() {
            tasks.append(Task { try await store.write(body) })
            // One after the other, so that the order in which they run is known.
            while store.waitingWriteCount <= index { await Task.yield() }
        }
        try await gate.open(when: bodies.count, waitIn: store)
        var results: [Result<Void, any Error>] = []
        for task in tasks { results.append(await task.result) }
        return results
    }

    @Test("200 writes that wait together need one commit")
    func sharedCommit() async throws {
        let folder = try TemporaryFolder()
        let store = try await openStore(folder)
        let before = store.commitCount
        let results = try await together(store, (1...200).map { number in { try $0.insert(Fixture.role(number)) } })
        #expect(results.allSatisfy { if case .success = $0 { true } else { false } })
        // The gate's own, and the one of all the others.
        #expect(store.commitCount - before == 2)
        #expect(try await Fixture.roleNames(store).count == 200)
        try await store.close()
    }

    @Test("a batch holds a bounded number of writes")
    func boundedBatch() async throws {
        let store = try await SQLiteStore.openInMemory(limits: Self.unhurried)
        let before = store.commitCount
        let count = 2 * Self.unhurried.mostTogether + 1
        _ = try await together(store, (1...count).map { number in { try $0.insert(Fixture.role(number)) } })
        #expect(store.commitCount - before == 4)
        try await store.close()
    }

    @Test("bodies that take long are not all held back for one commit")
    func boundedTime() async throws {
        var limits = WriteLimits()
        limits.longestBatchNanoseconds = 0
        let store = try await SQLiteStore.openInMemory(limits: limits)
        let before = store.commitCount
        let slow: @Sendable (any StoreWriting) throws -> Void = { store in
            _ = try store.recordChange(.imports([]))
        }
        _ = try await together(store, [slow, slow, slow])
        #expect(store.commitCount - before == 4)
        #expect(try await store.read { try $0.epoch() } == 3)
        try await store.close()
    }

    @Test("one body that fails leaves the others of its batch alone")
    func failingBody() async throws {
        let folder = try TemporaryFolder()
        let store = try await openStore(folder)
        let before = store.commitCount
        let results = try await together(
            store,
            (1...9).map { number in
                { store in
                    try store.insert(Fixture.role(number))
                    _ = try store.recordChange(.role(Fixture.role(number).id))
                    if number % 3 == 0 { throw Stop() }
                }
            })
        for (index, result) in results.enumerated() {
            if (index + 1) % 3 == 0 {
                #expect(throws: Stop.self) { try result.get() }
            } else {
                #expect(throws: Never.self) { try result.get() }
            }
        }
        #expect(store.commitCount - before == 2)
        #expect(try await Fixture.roleNames(store) == Set([1, 2, 4, 5, 7, 8].map { "role \($0)" }))
        #expect(try await store.read { try $0.epoch() } == 6)
        try await store.close()
    }

    @Test("a commit that fails is told to every caller of the batch, and nothing of it lasts")
    func failingCommit() async throws {
        let folder = try TemporaryFolder()
        let store = try await openStore(folder)
        let before = store.commitCount
        let results = try await together(
            store,
            [
                { try $0.insert(Fixture.role(1)) },
                { store in
                    // Checked at the commit, and not before.
                    try Fixture.connection(store).execute(sql: "PRAGMA defer_foreign_keys = ON")
                    _ = try store.insert(Fixture.key(1), secret: Fixture.secret(1))
                },
                { store in
                    try store.insert(Fixture.role(2))
                    throw Stop()
                },
                { try $0.insert(Fixture.role(3)) },
            ])
        for result in results {
            #expect(throws: StoreError(.constraint, "")) { try result.get() }
        }
        // The gate's alone.
        #expect(store.commitCount - before == 1)
        #expect(try await Fixture.roleNames(store).isEmpty)
        try await store.write { try $0.insert(Fixture.role(4)) }
        #expect(try await Fixture.roleNames(store) == ["role 4"])
        try await store.close()
    }

    @Test("where SQLite rolls back the batch, only the body that met it fails; the others run again")
    func lostTransaction() async throws {
        let folder = try TemporaryFolder()
        let store = try await openStore(folder)
        let results = try await together(
            store,
            [
                { try $0.insert(Fixture.role(1)) },
                { store in
                    try store.insert(Fixture.role(2))
                    throw Stop()
                },
                { store in
                    try store.insert(Fixture.role(3))
                    try Fixture.connection(store).execute(sql: "ROLLBACK")
                },
                { try $0.insert(Fixture.role(4)) },
            ])
        #expect(throws: Never.self) { try results[0].get() }
        #expect(throws: Stop.self) { try results[1].get() }
        #expect(throws: StoreError(.inputOutput, "")) { try results[2].get() }
        #expect(throws: Never.self) { try results[3].get() }
        #expect(try await Fixture.roleNames(store) == ["role 1", "role 4"])
        try await store.close()
    }

    @Test("beyond the bound a write is refused as unavailable, and those that wait are not")
    func boundedQueue() async throws {
        let store = try await SQLiteStore.openInMemory()
        let gate = await Gate(store)
        let waiting = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<WriteLimits().mostWaiting {
                    group.addTask { try await store.write { _ = try $0.recordChange(.imports([])) } }
                }
                try await group.waitForAll()
            }
        }
        while store.waitingWriteCount < WriteLimits().mostWaiting { await Task.yield() }
        #expect(try await storeErrorCode { try await store.write { _ in } } == .unavailable)
        try await gate.open(when: WriteLimits().mostWaiting, waitIn: store)
        try await waiting.value
        #expect(try await store.read { try $0.epoch() } == Int64(WriteLimits().mostWaiting))
        try await store.close()
    }

    @Test("a body that swallows a failure of the disk's has failed all the same")
    func swallowedFailure() async throws {
        let store = try await SQLiteStore.openInMemory()
        let code = try await storeErrorCode {
            try await store.write { store in
                try Fixture.connection(store).execute(sql: "PRAGMA query_only = ON")
                try? store.insert(Fixture.role(1))
            }
        }
        #expect(code == .readOnly)
        try await store.withWriter { try $0.execute(sql: "PRAGMA query_only = OFF") }
        try await store.write { try $0.insert(Fixture.role(2)) }
        #expect(try await Fixture.roleNames(store) == ["role 2"])
        try await store.close()
    }
}
