import Foundation
import GRDB
import LanyardCore
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardSQLite

@Suite("The database's file")
struct FileTests {
    @Test("a new database and the files beside it can be read by their owner alone")
    func permissions() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        let store = try await SQLiteStore.open(path: path)
        try await store.write { try $0.insert(Fixture.project) }
        for file in [path, path + "-wal", path + "-shm", path + ".lock"] {
            #expect(try Fixture.mode(file) == 0o600, "\(file)")
        }
        try await store.close()
    }

    @Test("everything is there again after closing and opening, and the file alone is whole")
    func reopening() async throws {
        let folder = try TemporaryFolder()
        let (path, copy) = (folder.file("lanyard.db"), folder.file("copy.db"))
        for round in 0..<3 {
            let store = try await SQLiteStore.open(path: path)
            #expect(try await Fixture.allKeys(store).count == round * 10)
            try await Fixture.insertKeys(round * 10 + 1...round * 10 + 10, into: store)
            try await store.close()
            #expect(try Fixture.size(path + "-wal") == 0)
        }
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let store = try await SQLiteStore.open(path: copy)
        #expect(try await Fixture.allKeys(store) == (1...30).reversed().map(Fixture.key))
        #expect(try await store.damage().isEmpty)
        try await store.close()
    }

    @Test("what was committed is there after an end without warning")
    func recovery() async throws {
        let folder = try TemporaryFolder()
        let (path, copy) = (folder.file("lanyard.db"), folder.file("copy.db"))
        let store = try await SQLiteStore.open(path: path)
        try await Fixture.insertKeys(1...500, into: store)
        // What lies on the disk while the store is open is what a killed process leaves.
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        let recovered = try await SQLiteStore.open(path: copy)
        #expect(try await Fixture.allKeys(recovered).count == 500)
        #expect(try await recovered.damage().isEmpty)
        try await recovered.close()
        try await store.close()
    }

    @Test("writes that wait when the store is closed are finished, later ones are refused, none is lost")
    func closingFinishes() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        let store = try await SQLiteStore.open(path: path)
        let gate = await Gate(store)
        let writes = (1...50).map { number in Task { try await store.write { try $0.insert(Fixture.role(number)) } } }
        while store.waitingWriteCount < 50 { await Task.yield() }
        let closing = Task { try await store.close() }
        while try await storeErrorCode({ _ = try await store.read { try $0.epoch() } }) == nil { await Task.yield() }
        try await gate.open(when: 50, waitIn: store)
        try await closing.value
        for write in writes { try await write.value }
        #expect(try await storeErrorCode { try await store.write { try $0.insert(Fixture.role(51)) } } == .closed)
        let again = try await SQLiteStore.open(path: path)
        #expect(try await Fixture.roleNames(again).count == 50)
        try await again.close()
    }

    @Test("reads in progress are finished before the store closes")
    func closingWaitsForReads() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore.open(path: folder.file("lanyard.db"))
        try await Fixture.insertKeys(1...10, into: store)
        let results = await withTaskGroup(of: Result<Int, any Error>.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    do {
                        return .success(
                            try await store.read { store in
                                try (1...10).filter { try store.key(Fixture.key($0).id) != nil }.count
                            })
                    } catch {
                        return .failure(error)
                    }
                }
            }
            group.addTask {
                do {
                    try await store.close()
                    return .success(10)
                } catch {
                    return .failure(error)
                }
            }
            var results: [Result<Int, any Error>] = []
            for await result in group { results.append(result) }
            return results
        }
        for result in results {
            switch result {
            case .success(let count): #expect(count == 10)
            case .failure(let error): #expect((error as? StoreError)?.code == .closed)
            }
        }
    }

    @Test("a place that no database can be at is refused as such")
    func impossiblePlaces() async throws {
        let folder = try TemporaryFolder()
        for path in ["", folder.path, folder.file("missing/lanyard.db")] {
            #expect(try await storeErrorCode { _ = try await SQLiteStore.open(path: path) } == .cannotOpen, "\(path)")
        }
    }

    @Test(
        "a path that SQLite would take for something else is a file like any other",
        arguments: [":memory:", "file:x?mode=memory", "größe 'x'.db"])
    func oddPaths(name: String) async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore.open(path: folder.file(name))
        try await Fixture.insertKeys(1...1, into: store)
        try await store.close()
        #expect(try Fixture.size(folder.file(name)) > 0)
    }

    @Test("a file that is marked as read-only is refused, and so is a write that meets it later")
    func readOnly() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        let store = try await SQLiteStore.open(path: path)
        try await Fixture.insertKeys(1...1, into: store)
        try await store.withWriter { try $0.execute(sql: "PRAGMA query_only = ON") }
        #expect(try await storeErrorCode { try await store.write { try $0.insert(Fixture.role(1)) } } == .readOnly)
        #expect(try await Fixture.allKeys(store).count == 1)
        try await store.withWriter { try $0.execute(sql: "PRAGMA query_only = OFF") }
        try await store.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
        #expect(try await storeErrorCode { _ = try await SQLiteStore.open(path: path) } == .readOnly)
        // The refusal has let go of the lock.
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try await SQLiteStore.open(path: path).close()
    }

    @Test("a write to a file that was deleted or replaced is refused, and none that came before is lost")
    func removed() async throws {
        for suffix in ["", "-wal"] {
            let folder = try TemporaryFolder()
            let (path, aside) = (folder.file("lanyard.db") + suffix, folder.file("aside"))
            let store = try await SQLiteStore.open(path: folder.file("lanyard.db"))
            try await Fixture.insertKeys(1...1, into: store)
            try FileManager.default.moveItem(atPath: path, toPath: aside)
            #expect(try await storeErrorCode { try await store.write { try $0.insert(Fixture.role(1)) } } == .removed)
            try FileManager.default.copyItem(atPath: aside, toPath: path)
            #expect(try await storeErrorCode { try await store.write { try $0.insert(Fixture.role(1)) } } == .removed)
            // The very file, back in its place, will do.
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.moveItem(atPath: aside, toPath: path)
            try await store.write { try $0.insert(Fixture.role(1)) }
            try await store.close()
            let again = try await SQLiteStore.open(path: folder.file("lanyard.db"))
            #expect(try await Fixture.allKeys(again).count == 1)
            #expect(try await Fixture.roleNames(again).count == 1)
            try await again.close()
        }
    }

    @Test("a write that was under way when the file went away is not acknowledged")
    func removedMeanwhile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        let store = try await SQLiteStore.open(path: path)
        let code = try await storeErrorCode {
            try await store.write { store in
                try store.insert(Fixture.role(1))
                try FileManager.default.removeItem(atPath: path)
            }
        }
        #expect(code == .removed)
        #expect(try await storeErrorCode { try await store.close() } == .removed)
    }

    @Test("a full disk is told as such, loses nothing, and is left behind when there is room again")
    func fullDisk() async throws {
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore.open(path: folder.file("lanyard.db"))
        try await Fixture.insertKeys(1...100, into: store)
        try await store.withWriter { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
        }
        #expect(try await storeErrorCode { try await Fixture.insertKeys(101...3000, into: store) } == .full)
        #expect(try await Fixture.allKeys(store).count == 100)
        // Several at once: the small ones that share a batch with one that finds no room are not lost with it.
        let small = (1...5).map { number in Task { try await store.write { try $0.insert(Fixture.role(number)) } } }
        let large = Task { try await Fixture.insertKeys(101...3000, into: store) }
        for task in small { try await task.value }
        #expect(try await storeErrorCode { try await large.value } == .full)
        #expect(try await Fixture.roleNames(store).count == 5)
        try await store.withWriter { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try await Fixture.insertKeys(101...3000, into: store)
        #expect(try await Fixture.allKeys(store).count == 3000)
        #expect(try await store.damage().isEmpty)
        try await store.close()
    }
}
