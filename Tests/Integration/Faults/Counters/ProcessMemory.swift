import Foundation
import TestSupport

#if os(Linux)
    /// What the kernel tells of a process.
    enum ProcessMemory {
        /// The most memory that it has had at one moment, in MiB.
        static func peak(of id: Int32) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
            guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
                let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first,
                let count = Int(kibibytes)
            else { throw Unfulfilled(description: "the kernel tells how much memory \(id) has had") }
            return count / 1024
        }
    }
#endif
