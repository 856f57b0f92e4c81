import Foundation

/// A file into which a new secret goes: readable for its owner alone, and there whole or not at all.
///
/// It is opened before the secret is made, so that a folder that doesn't exist, or a file that does, is found out while
/// nothing is lost. What is written goes to a file beside it that takes its name at the end.
struct SecretFile: ~Copyable {
    let path: String
    private let draft: String
    private let replaces: Bool
    private let descriptor: Int32

    /// - Parameter replaces: whether a file that exists may be replaced; it may hold another key's only secret.
    init(path: String, replaces: Bool) throws(CommandFailure) {
        guard replaces || access(path, F_OK) != 0 else { throw Self.exists(path) }
        let draft = "\(path).\(UInt32.random(in: .min ... .max)).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .local("\(path) can't be written: \(SystemError.text(errno)).", fix: nil)
        }
        self.path = path
        self.draft = draft
        self.replaces = replaces
        self.descriptor = descriptor
    }

    /// Takes the draft away, where it has not become the file.
    deinit {
        close(descriptor)
        unlink(draft)
    }

    /// Writes the secret and a newline, and sees them onto the disk.
    borrowing func write(_ secret: String) throws(CommandFailure) {
        try DescriptorSink(descriptor: descriptor).write(Array((secret + "\n").utf8))
        guard fsync(descriptor) == 0 else { throw failure() }
        // `link` refuses where another program has made the file meanwhile; `rename` would replace it.
        let code = replaces ? rename(draft, path) : link(draft, path)
        guard code == 0 else { throw errno == EEXIST ? Self.exists(path) : failure() }
    }

    private borrowing func failure() -> CommandFailure {
        .local("\(path) can't be written: \(SystemError.text(errno)).", fix: nil)
    }

    private static func exists(_ path: String) -> CommandFailure {
        .local("\(path) exists already.", fix: "Name another file, or give --replace if what it holds may go.")
    }
}
