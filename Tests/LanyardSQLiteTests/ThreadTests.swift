import LanyardStorage
import TestSupport
import Testing

@testable import LanyardSQLite

@Suite("Where bodies run")
struct ThreadTests {
    @Test("bodies run where blocking is allowed: on no task's thread", arguments: [true, false])
    func noTask(inMemory: Bool) async throws {
        let folder = try TemporaryFolder()
        let store =
            inMemory ? try await SQLiteStore.openInMemory() : try await SQLiteStore.open(path: folder.file("a.db"))
        #expect(try await store.read { _ in withUnsafeCurrentTask { $0 == nil } })
        #expect(try await store.write { _ in withUnsafeCurrentTask { $0 == nil } })
        try await store.close()
    }

    @Test("what a cancelled task asked for is answered: others may wait for it too", arguments: [true, false])
    func cancelled(inMemory: Bool) async throws {
        let folder = try TemporaryFolder()
        let store =
            inMemory ? try await SQLiteStore.openInMemory() : try await SQLiteStore.open(path: folder.file("a.db"))
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await store.write { try $0.insert(Fixture.role(1)) }
            return try await store.read { try $0.roles(page: Page()).count }
        }
        task.cancel()
        #expect(try await task.value == 1)
        try await store.close()
    }
}
