#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import Foundation
import LanyardStorage

/// A database's file, by its one true path.
struct StoreFile: Sendable {
    /// Absolute, and without symbolic links: two names of one database must meet at one lock.
    let path: String

    /// Finds the file, or the place for a new one.
    init(_ path: String) throws {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw StoreError(.cannotOpen, "a database needs a path")
        }
        if let real = Self.realPath(path) {
            self.path = real
            return
        }
        let url = URL(fileURLWithPath: path)
        guard let folder = Self.realPath(url.deletingLastPathComponent().path) else {
            throw StoreError(.cannotOpen, "the folder of \(path) can't be found")
        }
        self.path = folder == "/" ? "/\(url.lastPathComponent)" : "\(folder)/\(url.lastPathComponent)"
    }

    /// The file that is locked while the database is open.
    var lockPath: String { path + ".lock" }

    /// Makes an empty file that only its owner can read, unless there is one. SQLite's own files beside it take over its
    /// permissions. Must come before SQLite has opened it: closing any descriptor of a file drops all of SQLite's locks.
    func prepare() throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreFile.error(errno, "opening \(path)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StoreFile.error(errno, "looking at \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError(.cannotOpen, "\(path) is not a file")
        }
        // The superuser could write it all the same; whoever took away the permission meant it.
        guard status.st_mode & 0o222 != 0 else { throw StoreError(.readOnly, "\(path) is marked as read-only") }
    }

    /// What the system's error means for a store.
    static func error(_ code: CInt, _ doing: String) -> StoreError {
        let said = "\(doing): \(String(cString: strerror(code)))"
        switch code {
        case EACCES, EPERM, EROFS: return StoreError(.readOnly, said)
        case ENOSPC, EDQUOT: return StoreError(.full, said)
        case EIO: return StoreError(.inputOutput, said)
        default: return StoreError(.cannotOpen, said)
        }
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
