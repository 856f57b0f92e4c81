#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes small files so that whoever reads one sees all of it or nothing, wherever the process or the machine stops.
///
/// The content goes into a new file beside it, reaches the disk, and takes the name in one step; then the folder reaches the
/// disk, so that the name is there after a loss of power, too.
enum AtomicFile {
    /// Puts `content` at `path`, over what is there.
    /// - Parameter permissions: whatever the process's mask takes away.
    static func write(_ content: [UInt8], to path: String, permissions: mode_t) throws(FileProblem) {
        let draft = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).new"
        try writeDraft(content, to: draft, permissions: permissions)
        guard rename(draft, path) == 0 else {
            let problem = FileProblem.last
            unlink(draft)
            throw problem
        }
        try sync(folderOf: path)
    }

    /// Gives `draft` the name `path`, unless something has that name.
    static func rename(_ draft: String, toNew path: String) throws(FileProblem) {
        guard link(draft, path) == 0 else { throw .last }
        guard unlink(draft) == 0 else { throw .last }
        try sync(folderOf: path)
    }

    private static func rename(_ draft: String, _ path: String) -> Int32 { systemRename(draft, path) }

    private static func writeDraft(_ content: [UInt8], to draft: String, permissions: mode_t) throws(FileProblem) {
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        do throws(FileProblem) {
            // The mask that the process was started with is for others' files.
            guard fchmod(descriptor, permissions) == 0 else { throw .last }
            try write(content, to: descriptor)
            guard fsync(descriptor) == 0 else { throw .last }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func write(_ content: [UInt8], to descriptor: Int32) throws(FileProblem) {
        var rest = content[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .last
            }
        }
    }

    private static func sync(folderOf path: String) throws(FileProblem) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.isEmpty ? "." : parts.count == 1 && parts[0].isEmpty ? "/" : parts.joined(separator: "/")
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        // Some file systems can't sync a folder; there the name is as safe as they make it.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .last }
    }
}

// The system's calls, which methods of the same names would hide.

private func systemRename(_ old: String, _ new: String) -> Int32 { rename(old, new) }

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
