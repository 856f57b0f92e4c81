import Foundation

/// Files that hold secrets.
enum PrivateFile {
    /// The bytes of a small file. Others than its owner who may read it are warned about.
    static func read(_ path: String, what: String, console: Console) throws(CommandFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .local("\(what) can't be read from \(path): \(SystemError.text(errno)).", fix: nil)
        }
        defer { close(descriptor) }
        warnIfOthersMayRead(descriptor, path: path, console: console)
        return try SmallFile.read(descriptor, path: path)
    }

    /// Pipes and devices, as `<(pass show lanyard)` makes them, have no permissions worth a word.
    private static func warnIfOthersMayRead(_ descriptor: Int32, path: String, console: Console) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_mode & (S_IRGRP | S_IROTH) != 0
        else { return }
        console.note(
            console.errorStyle.inked("warning:", .warning)
                + " others may read \(path), which holds a secret: chmod 600 it.")
    }
}
