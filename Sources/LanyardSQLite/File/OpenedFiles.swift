#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import LanyardStorage

// # Still the same files
//
// A file that is deleted or replaced while it is open can still be written: the writes go to a file without a name, and
// are gone with the process. So before a commit, and again after it, before anybody hears of it, the names are looked up:
// each must still lead to the file that was opened. It costs two look-ups for a commit that waits for the disk anyway.

/// The database and its log of writes, as they were when they were opened.
struct OpenedFiles: Sendable {
    private struct Identity: Sendable, Equatable {
        let device: UInt64
        let number: UInt64

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(truncatingIfNeeded: status.st_dev)
            number = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    /// The database's.
    let path: String
    private let files: [(path: String, identity: Identity)]

    /// Must come after SQLite has made its log of writes, which stays the same file until the database is closed.
    init(_ file: StoreFile) {
        path = file.path
        files = [file.path, file.path + "-wal"].compactMap { path in Identity(path).map { (path, $0) } }
    }

    /// - Throws: ``StoreError/Code/removed``, naming the file.
    func check() throws(StoreError) {
        for file in files where Identity(file.path) != file.identity {
            throw StoreError(.removed, "\(file.path) was deleted or replaced while it was open")
        }
    }
}
