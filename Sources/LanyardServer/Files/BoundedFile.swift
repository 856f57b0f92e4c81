#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the system said when a file could not be used: a clause such as "no such file or directory".
struct FileProblem: Error, Hashable, CustomStringConvertible {
    let code: Int32
    let description: String

    /// What the last failed call has left.
    static var last: FileProblem { FileProblem(code: errno) }

    init(code: Int32) {
        self.code = code
        description = String(cString: strerror(code)).lowercased()
    }

    init(_ description: String) {
        code = 0
        self.description = description
    }
}

package enum BoundedFile {
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The content of a regular file.
    static func read(_ path: String, atMost limit: Int) throws(FileProblem) -> [UInt8] {
        // Without O_NONBLOCK a named pipe would hold the start up for as long as nobody writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileProblem("it is no file") }
        guard status.st_size <= limit else {
            throw FileProblem("the file is larger than \(ByteCount(bytes: limit))")
        }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let chunk = try readChunk(descriptor, atMost: min(64 << 10, limit + 1 - bytes.count))
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
        throw FileProblem("the file is larger than \(ByteCount(bytes: limit))")
    }

    private static func readChunk(_ descriptor: Int32, atMost limit: Int) throws(FileProblem) -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: limit)
        while true {
            let count = systemRead(descriptor, &chunk, limit)
            if count >= 0 { return Array(chunk[..<count]) }
            guard errno == EINTR else { throw .last }
        }
    }
}

/// `read(2)`, which a method of the same name would hide.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
