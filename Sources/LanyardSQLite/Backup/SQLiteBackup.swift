#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import Foundation
import GRDB
import LanyardStorage

// # Backup and restoration
//
// SQLite copies a database's pages while somebody else writes to it, in one reading transaction: the copy is one state, the
// last that was committed when it began. It goes into a file of another name that only its owner can read, is read through
// once for damage, reaches the disk, and then takes its name. Whoever finds that name finds a whole database.
//
// The copy is taken out of WAL mode, so that it is one file, and can be read where nothing can be written.

/// Copies a store's file, and puts a copy back.
package enum SQLiteBackup {
    /// Copies the database at `path`, which a server may have open, to a new file.
    /// - Throws: ``StoreError``: `cannotOpen` where that file exists, `corrupted` where what was read is damaged.
    package static func write(from path: String, to file: String) throws {
        let source = try StoreReader.open(path, label: "lanyard.backup")
        try mapping("copying \(path)") {
            try source.read { try Schema.expectKnown($0) }
            try copy(source, toNew: StoreFile(file))
            try source.close()
        }
    }

    /// Copies a backup to where no database is, so that it can be served.
    /// - Throws: ``StoreError``: `cannotOpen` where a database stands already, or is no database of Lanyard's.
    package static func restore(from file: String, to path: String) throws {
        let target = try StoreFile(path)
        let lock = try StoreLock(target)
        defer { lock.release() }
        // A log of writes that belongs to another database would be read into this one.
        for name in [target.path, target.path + "-wal", target.path + "-shm"] where exists(name) {
            throw StoreError(.cannotOpen, "\(name) exists: move it and what stands beside it away first")
        }
        let source = try StoreReader.open(file, label: "lanyard.restore")
        try mapping("restoring \(file)") {
            try source.read { try Schema.expectKnown($0) }
            try copy(source, toNew: target)
            try source.close()
        }
    }

    private static func mapping(_ doing: String, _ body: () throws -> Void) throws {
        do { try body() } catch { throw StoreError.from(error, while: doing) }
    }

    private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private static func copy(_ source: DatabaseQueue, toNew file: StoreFile) throws {
        guard !exists(file.path) else { throw StoreError(.cannotOpen, "\(file.path) exists already") }
        let draft = "\(file.path).\(String(UInt64.random(in: .min ... .max), radix: 36)).new"
        let descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreFile.error(errno, "making \(draft)") }
        close(descriptor)
        do {
            try fill(draft, from: source)
            try sync(draft, O_RDONLY)
            // A link, and no renaming, which would replace what somebody else has put there meanwhile.
            guard link(draft, file.path) == 0 else { throw StoreFile.error(errno, "naming \(file.path)") }
            unlink(draft)
            try sync(URL(fileURLWithPath: file.path).deletingLastPathComponent().path, O_RDONLY)
        } catch {
            for suffix in ["", "-journal", "-wal", "-shm"] { unlink(draft + suffix) }
            throw error
        }
    }

    private static func fill(_ draft: String, from source: DatabaseQueue) throws {
        var configuration = Configuration()
        configuration.label = "lanyard.backup"
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
        let copy = try DatabaseQueue(path: draft, configuration: configuration)
        // All pages in one step: after a pause SQLite would begin anew whenever another process has written.
        try source.backup(to: copy)
        try copy.writeWithoutTransaction { database in
            _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
            let damage = try String.fetchAll(database, sql: "PRAGMA quick_check(1)").filter { $0 != "ok" }
            guard damage.isEmpty else { throw StoreError(.corrupted, "the database that was copied is damaged") }
        }
        try copy.close()
    }

    private static func sync(_ path: String, _ flags: CInt) throws {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreFile.error(errno, "opening \(path)") }
        defer { close(descriptor) }
        // Not every file system can sync a folder.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw StoreFile.error(errno, "syncing \(path)") }
    }
}
