import Foundation
import TestSupport
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

        /// The same for a process that sets timers by file descriptors, as Swift's tasks do: the library takes a moment on a
        /// monotonic clock for a civil one, and moves it as if it were, so that they never fire or at the wrong time.
        static func withTimers(_ environment: [String: String]) throws -> [String: String] {
            environment.merging(["LD_PRELOAD": "\(try timers.get()) \(try library())"]) { $1 }
        }

        /// A library that hands such timers to the kernel as they are; built once, beside the tests.
        private static let timers = Result<String, any Error> {
            let source = """
                #define _GNU_SOURCE
                #include <sys/syscall.h>
                #include <sys/timerfd.h>
                #include <unistd.h>

                int timerfd_settime(int timer, int flags, const struct itimerspec *value, struct itimerspec *old) {
                    return (int)syscall(SYS_timerfd_settime, timer, flags, value, old);
                }
                """
            let library = BuiltProgram.path("lanyard-test-timers.so")
            // Another run of the tests may load it at this moment: it is put there whole.
            let own = library + ".\(ProcessInfo.processInfo.processIdentifier)"
            let text = own + ".c"
            try Data(source.utf8).write(to: URL(fileURLWithPath: text))
            defer { unlink(text) }
            let compiler = Process()
            compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            compiler.arguments = ["clang", "-shared", "-fPIC", "-O2", "-o", own, text]
            try compiler.run()
            compiler.waitUntilExit()
            guard compiler.terminationStatus == 0, rename(own, library) == 0 else {
                throw Unfulfilled(description: "clang, which comes with Swift, could not build \(library)")
            }
            return library
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
