import GRDBSQLite
import Synchronization

// SQLite reaches the system through a table of functions (a "VFS"), and each file has one of its own. This one is SQLite's
// own default in all but one function: what asks the system to bring a file to the disk is counted first. So a test sees
// whether a commit waits for the disk, and not only whether it is configured to.

/// Counts how often SQLite brought a file to the disk. From its first use on it watches every database that is opened.
enum SyncCounter {
    /// How often the file at this path was brought to the disk.
    static func count(_ path: String) -> Int {
        state.withLock { $0.counts[path] ?? 0 }
    }

    /// Watches the databases that are opened from now on; `false` if SQLite would not have it.
    static func start() -> Bool { isRegistered }

    private struct State {
        var paths: [UInt: String] = [:]
        var counts: [String: Int] = [:]
        /// SQLite's own functions of files, by address, and the copies that count. Few, and never freed.
        var methods: [UInt: UInt] = [:]
        var originals: [UInt: UInt] = [:]
    }

    private static let state = Mutex(State())

    private static let name: StaticString = "counting"

    private static let isRegistered: Bool = {
        guard let original = sqlite3_vfs_find(nil) else { return false }
        // SQLite keeps the pointer for as long as the process runs.
        let counting = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        counting.initialize(to: original.pointee)
        counting.pointee.zName = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        counting.pointee.xOpen = { vfs, name, file, flags, outFlags in
            SyncCounter.open(vfs, name, file, flags, outFlags)
        }
        originalOpen.withLock { $0 = original.pointee.xOpen }
        return sqlite3_vfs_register(counting, 1) == SQLITE_OK
    }()

    private typealias Open =
        @convention(c) (
            UnsafeMutablePointer<sqlite3_vfs>?, UnsafePointer<CChar>?, UnsafeMutablePointer<sqlite3_file>?, CInt,
            UnsafeMutablePointer<CInt>?
        ) -> CInt

    private static let originalOpen = Mutex<Open?>(nil)

    private static func open(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ name: UnsafePointer<CChar>?,
        _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt, _ outFlags: UnsafeMutablePointer<CInt>?
    ) -> CInt {
        guard let open = originalOpen.withLock({ $0 }) else { return SQLITE_CANTOPEN }
        let code = open(vfs, name, file, flags, outFlags)
        guard code == SQLITE_OK, let file, let name, let methods = file.pointee.pMethods else { return code }
        state.withLock { state in
            state.paths[UInt(bitPattern: file)] = String(cString: name)
            let address = UInt(bitPattern: methods)
            let copy =
                state.methods[address]
                ?? {
                    let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
                    copy.initialize(to: methods.pointee)
                    copy.pointee.xSync = { file, flags in SyncCounter.sync(file, flags) }
                    return UInt(bitPattern: copy)
                }()
            state.methods[address] = copy
            state.originals[copy] = address
            file.pointee.pMethods = UnsafePointer(bitPattern: copy)
        }
        return code
    }

    private static func sync(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt) -> CInt {
        guard let file else { return SQLITE_IOERR }
        let original = state.withLock { state in
            if let path = state.paths[UInt(bitPattern: file)] { state.counts[path, default: 0] += 1 }
            return state.originals[UInt(bitPattern: file.pointee.pMethods)] ?? 0
        }
        guard let sync = UnsafePointer<sqlite3_io_methods>(bitPattern: original)?.pointee.xSync else {
            return SQLITE_IOERR
        }
        return sync(file, flags)
    }
}
