import Foundation

/// What is imported: a file, or standard input.
struct ImportInput: Sendable {
    let source: any ByteSource
    /// The file's size in bytes; nil where it can't be known.
    let size: UInt64?
    /// Where in the file the source stands.
    let offset: UInt64

    /// - Parameter progress: where an earlier run has come to; the source then stands behind that line.
    static func open(
        _ path: String, behind progress: ImportProgress?, console: Console
    ) async throws(CommandFailure) -> ImportInput {
        if path == "-" { return try await standardInput(behind: progress, console: console) }
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .local("\(path) can't be read: \(SystemError.text(errno)).", fix: nil) }
        let source = DescriptorSource(descriptor: descriptor, closesDescriptor: true)
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        guard isFile else {
            guard let progress else { return ImportInput(source: source, size: nil, offset: 0) }
            return try await skipping(source, behind: progress, name: path)
        }
        let size = UInt64(clamping: status.st_size)
        guard let progress, progress.lines > 0 else { return ImportInput(source: source, size: size, offset: 0) }
        try await check(source, descriptor, size: size, progress: progress, name: path)
        lseek(descriptor, off_t(progress.end), SEEK_SET)
        return ImportInput(source: source, size: size, offset: progress.end)
    }

    /// The last settled line must still be where it was.
    private static func check(
        _ source: DescriptorSource, _ descriptor: Int32, size: UInt64, progress: ImportProgress, name: String
    ) async throws(CommandFailure) {
        guard progress.end <= size else { throw changed(name) }
        lseek(descriptor, off_t(progress.start), SEEK_SET)
        let length = Int(clamping: progress.end - progress.start)
        var bytes: [UInt8] = []
        while bytes.count < min(length, LineFingerprint.length) {
            let chunk = try await source.read(upTo: min(length, LineFingerprint.length) - bytes.count)
            if chunk.isEmpty { break }
            bytes += chunk
        }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        guard LineFingerprint.of(line) == progress.fingerprint else { throw changed(name) }
    }

    private static func standardInput(
        behind progress: ImportProgress?, console: Console
    ) async throws(CommandFailure) -> ImportInput {
        guard let progress else { return ImportInput(source: console.input, size: nil, offset: 0) }
        return try await skipping(console.input, behind: progress, name: "Standard input")
    }

    /// What can't be sought in is read again up to the line.
    private static func skipping(
        _ source: any ByteSource, behind progress: ImportProgress, name: String
    ) async throws(CommandFailure) -> ImportInput {
        guard progress.lines > 0 else { return ImportInput(source: source, size: nil, offset: 0) }
        var splitter = LineSplitter(longest: ImportLedger.longestLine)
        var count: Int64 = 0
        while true {
            let chunk = try await source.read(upTo: ImportCourier.readSize)
            let lines = chunk.isEmpty ? [splitter.finish()].compactMap { $0 } : splitter.feed(chunk)
            for line in lines {
                count += 1
                guard count == progress.lines else { continue }
                guard line.end == progress.end, LineFingerprint.of(line.bytes) == progress.fingerprint else {
                    throw changed(name)
                }
                // What was read beyond the line comes first.
                let read = line.end - splitter.readBefore(chunk.count)
                let rest = chunk.dropFirst(Int(clamping: read))
                return ImportInput(
                    source: PrefixedSource(prefix: Array(rest), source: source), size: nil, offset: progress.end)
            }
            if chunk.isEmpty { throw changed(name) }
        }
    }

    private static func changed(_ name: String) -> CommandFailure {
        .local(
            "\(name) is not what it was when its import was cut off.",
            fix: "Give --restart to begin with the first line; keys that are there already are refused as such.")
    }
}

/// Bytes that were read already, then what comes behind them.
private actor PrefixedSource: ByteSource {
    private var prefix: [UInt8]
    private let source: any ByteSource

    init(prefix: [UInt8], source: any ByteSource) {
        self.prefix = prefix
        self.source = source
    }

    func read(upTo count: Int) async throws(CommandFailure) -> [UInt8] {
        guard !prefix.isEmpty else { return try await source.read(upTo: count) }
        let taken = Array(prefix.prefix(count))
        prefix.removeFirst(taken.count)
        return taken
    }
}
