import Foundation

/// The processors that this process may run on.
enum ProcessorMask {
    /// How many; `nil` where the system has no such mask, or does not tell. On Linux `taskset` and container runtimes set it.
    static var count: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        return count(inStatus: status)
    }

    /// Reads the line `Cpus_allowed:	3,ffffffff`, a hexadecimal mask in groups (proc_pid_status(5)).
    static func count(inStatus status: String) -> Int? {
        let name = "Cpus_allowed:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        let count = line.dropFirst(name.count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return count > 0 ? count : nil
    }
}
