import Foundation

/// What the operating system calls its errors.
enum SystemError {
    /// - Parameter code: as `errno` has it, read right behind the call that failed.
    static func text(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
