import Foundation
import LanyardWire
import TestSupport

/// A place for a database that can be filled up and emptied again while a server runs.
///
/// Where the system lets a test mount, it is a file system of some megabytes, in a mount namespace of its own that a
/// process holds open. Elsewhere the server's own files may not grow past where they are (`RLIMIT_FSIZE`).
final class SmallDisk: Sendable {
    enum Kind: Sendable {
        /// No space is left on a file system.
        case fileSystem
        /// No file may grow.
        case fileSize
    }

    let kind: Kind
    private let installation: Installation
    private let holder: ServerProcess?

    /// - Parameter kind: what is wanted; where no mount is permitted it is ``Kind/fileSize`` in any case.
    init(_ wanted: Kind, in installation: Installation) async throws {
        self.installation = installation
        let folder = installation.file("disk")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard wanted == .fileSystem else {
            (kind, holder) = (.fileSize, nil)
            return
        }
        let script = "mount -t tmpfs -o size=6m,mode=700 lanyard \"$0\" && echo mounted && exec sleep 3600"
        let user = geteuid() == 0 ? ["unshare", "-m"] : ["unshare", "-r", "-m"]
        let process = try ServerProcess(
            user + ["sh", "-c", script, folder], in: installation.folder, log: installation.file("mount.log"))
        try await eventually("the disk is mounted, or refused") {
            process.log.contains("mounted\n") || process.endedAlready != nil
        }
        let isMounted = process.endedAlready == nil
        (kind, holder) = isMounted ? (.fileSystem, process) : (.fileSize, nil)
    }

    deinit { holder?.send(SIGKILL) }

    /// Where the server finds its database.
    var database: String { installation.file("disk/lanyard.sqlite") }

    /// Where this process finds what lies there.
    private func file(_ name: String) -> String {
        let folder = installation.file("disk")
        return holder.map { "/proc/\($0.id)/root\(folder)/\(name)" } ?? "\(folder)/\(name)"
    }

    /// What a server is started behind, so that it sees this disk.
    var wrapper: [String] {
        // Whoever runs the tests may have left the signal of a limit ignored; a service manager does not.
        guard let holder else { return ["env", "--default-signal=XFSZ"] }
        let user = geteuid() == 0 ? [] : ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", "\(holder.id)", "--mount"] + user + ["--wd=\(installation.folder)"]
    }

    /// Leaves no room for another page.
    func fill(_ server: ServerProcess) async throws {
        switch kind {
        case .fileSystem:
            try Data().write(to: URL(fileURLWithPath: file("filler")))
            let filler = try FileHandle(forWritingTo: URL(fileURLWithPath: file("filler")))
            for size in [1 << 16, 1 << 12] {
                while (try? filler.write(contentsOf: Data(count: size))) != nil {}
            }
            try filler.close()
        case .fileSize:
            // Not below what the server logs.
            let size = FileManager.default.contents(atPath: file("lanyard.sqlite-wal"))?.count ?? 0
            try await limitFileSize(of: server, "\(max(size, 1 << 16))")
        }
    }

    /// Makes room again.
    func empty(_ server: ServerProcess) async throws {
        switch kind {
        case .fileSystem: try FileManager.default.removeItem(atPath: file("filler"))
        case .fileSize: try await limitFileSize(of: server, "unlimited")
        }
    }

    private func limitFileSize(of server: ServerProcess, _ limit: String) async throws {
        let done = try await FinishedCommand.run(
            ["prlimit", "--pid", "\(server.id)", "--fsize=\(limit):unlimited"], in: installation)
        guard done.end == .exit(0) else { throw Unfulfilled(description: "prlimit: \(done.output)") }
    }
}
