#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import LanyardStorage
import Synchronization

// # One process at a time
//
// A node answers from its memory what it has once read; two nodes on one file would each miss the other's changes. So
// whoever opens a database first locks a file beside it. It is `flock`, which belongs to the open file and not to the
// process: a second opening within one process is refused too, and the kernel lets go when the process ends, however it
// ends. The file stays when the lock goes: removing it would let two processes lock two files of one name.

/// The lock of a database, held until it is released or the process ends.
final class StoreLock: Sendable {
    /// -1 once released.
    private let descriptor: Mutex<CInt>

    /// - Throws: ``StoreError/Code/locked``, naming the process that holds it.
    init(_ file: StoreFile) throws {
        let descriptor = open(file.lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreFile.error(errno, "opening \(file.lockPath)") }
        guard Self.lock(descriptor) else {
            defer { close(descriptor) }
            let code = errno
            guard code == EWOULDBLOCK else { throw StoreFile.error(code, "locking \(file.lockPath)") }
            let holder = Self.holder(descriptor).map { "process \($0)" } ?? "another process"
            throw StoreError(.locked, "\(holder) has \(file.path) open")
        }
        self.descriptor = Mutex(descriptor)
        Self.name(descriptor)
    }

    deinit { release() }

    /// Lets the next one in.
    func release() {
        let descriptor = descriptor.withLock { descriptor in
            defer { descriptor = -1 }
            return descriptor
        }
        if descriptor >= 0 { close(descriptor) }
    }

    private static func lock(_ descriptor: CInt) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EINTR else { return false }
        }
        return true
    }

    /// Writes down who holds the lock. It only serves a message; the lock does not depend on it.
    private static func name(_ descriptor: CInt) {
        _ = ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    private static func holder(_ descriptor: CInt) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
