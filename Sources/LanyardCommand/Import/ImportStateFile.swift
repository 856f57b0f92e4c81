import Foundation
import LanyardWire

/// Keeps the progress of an import beside the file, so that a run that was cut off can go on.
struct ImportStateFile: Sendable {
    let path: String

    /// Nil where there is none.
    func load() throws(CommandFailure) -> ImportProgress? {
        guard access(path, F_OK) == 0 else { return nil }
        let bytes = try SmallFile.read(path)
        guard let json = try? JSONParser.parse(bytes), let progress = ImportProgress(json) else {
            throw .local(
                "\(path) is no progress of an import that this version can read.",
                fix: "Take it away, or give --restart, to begin with the first line.")
        }
        return progress
    }

    /// Replaces it whole: a reader finds the old state or the new one.
    func save(_ progress: ImportProgress) throws(CommandFailure) {
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        try DescriptorSink(descriptor: descriptor).write(progress.json.bytes() + [UInt8(ascii: "\n")])
        guard rename(draft, path) == 0 else { throw failure() }
    }

    func remove() {
        unlink(path)
    }

    private func failure() -> CommandFailure {
        .local("\(path) can't be written: \(SystemError.text(errno)).", fix: "Name another file with --resume.")
    }
}
