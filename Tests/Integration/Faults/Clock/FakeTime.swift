import Foundation
import Testing

#if os(Linux)
    /// Another civil time for a process: a library that is loaded before the system's own (libfaketime). The monotonic
    /// clocks stay as they are.
    enum FakeTime {
        static let variables = [
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DISABLE_SHM": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        ]

        /// Where Debian has put the library: below the folder of the machine's kind.
        static func library() throws -> String {
            let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")) ?? []
            let path = folders.map { "/usr/lib/\($0)/faketime/libfaketimeMT.so.1" }
                .first(where: FileManager.default.fileExists(atPath:))
            return try #require(path, "install libfaketime (scripts/setup does)")
        }

        /// For a process whose civil time is `seconds` ahead of ours.
        static func environment(ahead seconds: Double) throws -> [String: String] {
            let offset = (seconds < 0 ? "" : "+") + String(format: "%.3f", seconds)
            return variables.merging(["LD_PRELOAD": try library(), "FAKETIME": offset]) { $1 }
        }

        /// For a process whose civil time is as far ahead of ours as a file says, whenever it looks; see ``set(_:_:)``.
        static func environment(file: String) throws -> [String: String] {
            try set(0, file)
            return variables.merging(["LD_PRELOAD": try library(), "FAKETIME_TIMESTAMP_FILE": file]) { $1 }
        }

        /// The same for a process that brings an allocator of its own (Debian's Redis: jemalloc), which would read the clock
        /// before the library is ready: it gets the C library's, which is found first.
        static func withoutOtherAllocators(_ environment: [String: String]) throws -> [String: String] {
            let folder = URL(fileURLWithPath: try library()).deletingLastPathComponent().deletingLastPathComponent()
            // The linker's loader finds it in /lib, where it may not be linked to from /usr/lib.
            let machine = folder.lastPathComponent
            let paths = ["/lib/\(machine)/libc.so.6", "/usr/lib/\(machine)/libc.so.6"]
            let path = try #require(paths.first(where: FileManager.default.fileExists(atPath:)))
            return environment.merging(["LD_PRELOAD": "\(try library()) \(path)"]) { $1 }
        }

        /// Sets the clock of processes that read this file.
        static func set(_ seconds: Double, _ file: String) throws {
            let text = (seconds < 0 ? "" : "+") + String(format: "%.3f\n", seconds)
            // In one step: a process that finds half of it would see another time.
            try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        }

        /// What the library leaves behind when a process ends without warning.
        static func removeSharedMemory(of process: Int32) {
            for name in ["faketime_shm_", "sem.faketime_sem_"] { unlink("/dev/shm/\(name)\(process)") }
        }
    }
#endif
