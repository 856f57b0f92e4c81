package import LanyardCore
import LanyardEngine
package import LanyardManagement
import LanyardStorage
import Logging

/// What an operator can do with a database while no server has it open; nothing is served meanwhile.
package enum OfflineStore {
    /// Makes another administrator, for whoever has no admin secret any more. Whoever can write the database file can do
    /// this, as they could write anything else into it.
    /// - Throws: ``StartFailure``, a server having it open included.
    package static func recoverAdministrator(
        of database: DatabaseLocation
    ) async throws(StartFailure) -> (id: KeyID, secret: Secret) {
        try await withEngine(database) { engine in
            let issued = try await Management(engine: engine).recoverAdmin()
            return (issued.details.record.id, issued.secret)
        }
    }

    /// Checks the audit log's chain from its first entry to its newest.
    /// - Throws: ``StartFailure``, a server having it open included.
    package static func verifyAuditLog(of database: DatabaseLocation) async throws(StartFailure) -> AuditVerification {
        // Without an engine, which would refuse a store that has moved: its log is evidence all the same.
        try await explaining(database) {
            let store = try await database.source().open()
            do {
                let found = try await AuditVerification.verify(store)
                try await store.close()
                return found
            } catch {
                try? await store.close()  // The first error is the one to tell.
                throw error
            }
        }
    }

    private static func withEngine<Result: Sendable>(
        _ database: DatabaseLocation, _ body: (KeyEngine) async throws -> Result
    ) async throws(StartFailure) -> Result {
        try await explaining(database) {
            let engine = try await KeyEngine(database.source(), logger: Logger(label: "lanyard.offline"))
            do {
                let result = try await body(engine)
                try await engine.shutDown()
                return result
            } catch {
                try? await engine.shutDown()  // The first error is the one to tell.
                throw error
            }
        }
    }

    private static func explaining<Result: Sendable>(
        _ database: DatabaseLocation, _ body: () async throws -> Result
    ) async throws(StartFailure) -> Result {
        // A new database has nothing to recover: a mistyped path must not make one.
        if case .sqlite(let path) = database, !BoundedFile.exists(path) {
            throw .database(database, StoreError(.cannotOpen, "there is no such file"))
        }
        do {
            return try await body()
        } catch let error as StoreError {
            throw .database(database, error)
        } catch {
            throw .unexpected(error)
        }
    }
}
