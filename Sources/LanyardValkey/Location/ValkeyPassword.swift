import Foundation

/// Where a server's password comes from. Its description tells nothing.
package struct ValkeyPassword: Sendable, CustomStringConvertible, CustomReflectable {
    private enum Source {
        case none
        case text(String)
        case file(String)
    }

    private let source: Source

    /// No password.
    package static let none = ValkeyPassword(source: .none)
    /// This one.
    package static func text(_ text: String) -> ValkeyPassword { ValkeyPassword(source: .text(text)) }
    /// A file that holds the password and nothing else; read at each connecting, so that it can be changed.
    package static func file(_ path: String) -> ValkeyPassword { ValkeyPassword(source: .file(path)) }

    /// The one in this file, or else in the environment, or none.
    package static func given(file: String?) -> ValkeyPassword {
        if let file { return .file(file) }
        return ProcessInfo.processInfo.environment[variable].map { .text($0) } ?? .none
    }

    /// The environment's variable that holds a password.
    package static let variable = "LANYARD_COUNTERS_PASSWORD"

    package var description: String { "a password" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    private static let mostBytes = 4096

    /// The password, without the line break at its end.
    func read() throws(ValkeyError) -> String? {
        switch source {
        case .none: return nil
        case .text(let text): return text
        case .file(let path):
            guard let file = FileHandle(forReadingAtPath: path), let bytes = try? file.read(upToCount: Self.mostBytes)
            else { throw ValkeyError(.unauthorized, "the password's file \(path) can't be read") }
            let line =
                bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false).first ?? []
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard !text.isEmpty, let password = String(validating: text, as: UTF8.self) else {
                throw ValkeyError(.unauthorized, "there is no password in \(path)")
            }
            return password
        }
    }
}
