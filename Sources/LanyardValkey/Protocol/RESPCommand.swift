import NIOCore

/// A command as a server reads it: an array of blobs.
enum RESPCommand {
    private static let newline = "\r\n"

    static func write(_ parts: [[UInt8]], into buffer: inout ByteBuffer) {
        buffer.writeString("*\(parts.count)\r\n")
        for part in parts {
            buffer.writeString("$\(part.count)\r\n")
            buffer.writeBytes(part)
            buffer.writeString(newline)
        }
    }

    /// About how many bytes ``write(_:into:)`` writes; never fewer.
    static func size(of parts: [[UInt8]]) -> Int {
        parts.reduce(32) { $0 + $1.count + 32 }
    }
}
