import Foundation
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardSQLite

@Suite("One process at a time")
struct LockTests {
    @Test("a second opening is refused while the first lives, naming the process that has it")
    func secondOpening() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        let store = try await SQLiteStore.open(path: path)
        for _ in 0..<2 {
            do {
                _ = try await SQLiteStore.open(path: path)
                Issue.record("a second opening was not refused")
            } catch let error as StoreError {
                #expect(error.code == .locked)
                #expect(error.context.contains("process \(ProcessInfo.processInfo.processIdentifier) "), "\(error)")
            }
        }
        // The refused ones have neither taken the lock nor SQLite's own locks away.
        try await Fixture.insertKeys(1...3, into: store)
        try await store.close()
        let next = try await SQLiteStore.open(path: path)
        #expect(try await Fixture.allKeys(next).count == 3)
        try await next.close()
    }

    @Test("another name of the same file meets the same lock")
    func otherNames() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        let store = try await SQLiteStore.open(path: path)
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: folder.file("link.db"), withDestinationPath: path)
        try manager.createDirectory(atPath: folder.file("sub"), withIntermediateDirectories: false)
        try manager.createSymbolicLink(atPath: folder.file("sub/up"), withDestinationPath: folder.path)
        for name in ["link.db", "sub/../lanyard.db", "sub/up/lanyard.db", "./lanyard.db"] {
            #expect(
                try await storeErrorCode { _ = try await SQLiteStore.open(path: folder.file(name)) } == .locked,
                "\(name)")
        }
        try await store.close()
    }

    @Test("a store that is let go without closing lets go of its lock")
    func letGo() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        func openAndForget() async throws {
            let store = try await SQLiteStore.open(path: path)
            try await Fixture.insertKeys(1...3, into: store)
        }
        try await openAndForget()
        let store = try await SQLiteStore.open(path: path)
        #expect(try await Fixture.allKeys(store).count == 3)
        try await store.close()
    }

    @Test("an opening that fails lets go of the lock")
    func failedOpening() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        try Data([UInt8](repeating: 7, count: 5000)).write(to: URL(fileURLWithPath: path))
        for _ in 0..<2 {
            #expect(try await storeErrorCode { _ = try await SQLiteStore.open(path: path) } == .corrupted)
        }
        try FileManager.default.removeItem(atPath: path)
        try await SQLiteStore.open(path: path).close()
    }

    @Test("a lock file that somebody left is no lock")
    func leftFile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lanyard.db")
        try Data("1\n".utf8).write(to: URL(fileURLWithPath: path + ".lock"))
        try await SQLiteStore.open(path: path).close()
    }
}
