import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardStorage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// # The first administrator's secret reaches its file
//
// Two things must hold. A file that is there is never replaced: it may be another store's only admin secret, which a
// server that was started with the wrong database would destroy. And wherever the process is killed, the next start either
// makes a new secret or finds the one that was made.
//
// So the secret is written to a draft, `FILE.new`, before its key is made, and the draft takes the file's name after that:
//
//   killed before the key was made: the store has no key yet; the next start makes one, and writes the draft anew
//   killed before the draft took its name: the store knows the draft's secret; the next start finishes the step
//   the file exists, and the store has no key yet: the start is refused, and nothing is touched

/// The file that receives the first administrator's secret.
struct AdminKeyFile: Sendable {
    let path: String

    private var draft: String { path + ".new" }

    /// More than any secret has.
    private static let largest = 4_096
    /// Its owner reads and writes it; nobody else anything.
    private static let permissions: mode_t = 0o600

    /// Makes the store's first administrator where there is none, and leaves the secret in the file.
    /// - Returns: Whether it was made, or its file finished, now.
    func bootstrap(_ management: Management) async throws -> Bool {
        let result = try await management.bootstrap { secret in try writeDraft(secret) }
        switch result {
        case .written:
            try finish()
            return true
        case .superseded:
            unlink(draft)
            return false
        case .existing:
            return try await finishIfInterrupted(management.engine)
        }
    }

    private func writeDraft(_ secret: Secret) throws {
        guard !BoundedFile.exists(path) else { throw StartFailure.adminKeyFileExists(path) }
        do {
            var content = secret.withUnsafeBytes { Array($0) } + [UInt8(ascii: "\n")]
            defer { for index in content.indices { content[index] = 0 } }
            try AtomicFile.write(content, to: draft, permissions: Self.permissions)
        } catch {
            throw StartFailure.adminKeyFile(path, error)
        }
    }

    private func finish() throws {
        do {
            try AtomicFile.rename(draft, toNew: path)
        } catch {
            throw StartFailure.adminKeyFile(path, error)
        }
    }

    /// Whether a draft of this store's was left, and has its name now. Another store's is left alone.
    private func finishIfInterrupted(_ engine: KeyEngine) async throws -> Bool {
        guard BoundedFile.exists(draft), !BoundedFile.exists(path),
            let content = try? BoundedFile.read(draft, atMost: Self.largest),
            let secret = Secret(text: content.prefix { $0 != UInt8(ascii: "\n") })
        else { return false }
        let digest = secret.digest
        guard try await engine.store.read({ try $0.secret(digest) }) != nil else { return false }
        try finish()
        return true
    }

    /// Whether others than its owner may read it.
    var isReadableByOthers: Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return status.st_mode & (S_IRGRP | S_IROTH) != 0
    }
}
