import Foundation

/// Files that fit into memory.
enum SmallFile {
    /// More than any key, certificate or state file has.
    static let most = 1 << 20

    static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .local("\(path) can't be read: \(SystemError.text(errno)).", fix: nil) }
        defer { close(descriptor) }
        return try read(descriptor, path: path)
    }

    static func read(_ descriptor: Int32, path: String) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= most {
            var code: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, initialized in
                let got = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
                if got < 0 { code = errno }
                initialized = max(0, got)
            }
            guard code == 0 || code == EINTR else {
                throw .local("\(path) can't be read: \(SystemError.text(code)).", fix: nil)
            }
            if chunk.isEmpty, code == 0 { return bytes }
            bytes += chunk
        }
        throw .local("\(path) is larger than \(most) bytes.", fix: nil)
    }
}
