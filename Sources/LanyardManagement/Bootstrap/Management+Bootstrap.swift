package import LanyardCore
import LanyardEngine
import LanyardStorage

// # The first administrator
//
// A new store gets one key that holds everything, and its secret is written to a file, once. Two things may not happen,
// wherever the process is killed: that the store believes the secret to be written while no file has it (nobody could
// administer it), and that there are two such keys (one of them known to nobody, and all-powerful).
//
//   1  Is the marker set? Then all of this has been done: end.
//   2  Make a secret, in memory.
//   3  Write it to the file, durably: a temporary file, fsync, rename over the old, fsync of the folder.
//   4  In one transaction: the key with the secret's digest, the marker, the entry in the audit log.
//
// Killed before 3 has ended: neither file nor key; the next start begins anew. Killed between 3 and 4: the file holds a
// secret that opens nothing; the next start finds no marker, makes another secret and replaces the file. After 4: file,
// key and marker are there together, and belong together, since the key that is inserted in 4 is the one of the file
// written in 3. There is never more than one key, because it is inserted only together with the marker, in a
// transaction that looks at the marker again. (The other order, key first, would leave a key without a file whenever it
// is killed in between.)
//
// The file must therefore be replaced if it exists, and its writer must have succeeded before it returns.

/// What became of the first administrator's secret.
package enum FirstAdministrator: Sendable, Equatable {
    /// It was made now, and is in the file.
    case written(KeyID)
    /// It was made by an earlier start.
    case existing
    /// Another node has made one at the same moment: the file that was just written opens nothing and should be
    /// removed.
    case superseded
}

extension Management {
    /// What every start does: seeds the store where it is empty, and makes the first administrator's key once.
    ///
    /// - Parameter writeAdminSecret: Writes the secret durably to its file, replacing what is there. Not called if it
    ///   was done before. If it throws, no key has been made.
    @discardableResult
    package func bootstrap(
        writeAdminSecret: @Sendable (Secret) throws -> Void
    ) async throws -> FirstAdministrator {
        try await seed()
        let isDone = try await engine.store.read { try $0.marker(.adminSecretWrittenAt) != nil }
        if isDone { return .existing }
        let secret = Secret.generate(prefix: ProjectRecord.lanyardPrefix, environment: .live)
        try writeAdminSecret(secret)
        return try await makeFirstAdministrator(openedBy: secret)
    }

    /// Step 4.
    func makeFirstAdministrator(openedBy secret: Secret) async throws -> FirstAdministrator {
        try await change(as: .lanyard, waits: false) { transaction -> FirstAdministrator in
            guard try transaction.store.marker(.adminSecretWrittenAt) == nil else { return .superseded }
            let key = try transaction.insertAdministrator(
                named: "first administrator", openedBy: secret, action: .adminCreate)
            try transaction.store.setMarker(.adminSecretWrittenAt, to: transaction.now.rfc3339)
            return .written(key.id)
        }.value
    }

    /// Makes what every store begins with, where it is missing.
    package func seed() async throws {
        _ = try await change(as: .lanyard, waits: false) { try $0.seed() }
    }

    /// Makes another administrator's key, for whoever has the store itself and no working key any more. Offline only.
    package func recoverAdmin() async throws -> IssuedKey {
        try await seed()
        return try await change(as: .operator, waits: false) { transaction in
            let secret = Secret.generate(prefix: ProjectRecord.lanyardPrefix, environment: .live)
            let key = try transaction.insertAdministrator(
                named: "recovered administrator", openedBy: secret, action: .adminRecover)
            return IssuedKey(details: try transaction.details(of: key), secret: secret)
        }.value
    }
}
