import Dispatch
import LanyardCore
package import LanyardEngine
import LanyardPostgres
import LanyardSQLite
import LanyardStorage

// # Moving a store, and keeping copies of it
//
// A copy is one loop that blocks on both stores, so it runs on a thread of its own. The end of a move has the source's lock
// from its beginning to its end: what a server would count or change meanwhile would stay behind.

/// What an operator does to whole stores.
package enum StoreMove {
    /// Where something is copied from and to.
    package struct Ends: Sendable {
        let path: String
        let target: PostgresLocation
        let passwordFile: String?

        /// Reads two addresses, as `--database` has them; `passwordFile` is that of the second.
        package init(from source: String, to target: String, passwordFile: String?) throws(ConfigurationError) {
            guard case .sqlite(let path) = try Self.location(source, "--from") else {
                throw Self.problem("--from", "a store is copied out of a SQLite file: expected sqlite:PATH")
            }
            guard case .postgres(let location, passwordFile: _) = try Self.location(target, "--to") else {
                throw Self.problem("--to", "a store is copied into PostgreSQL: expected \(PostgresLocation.form)")
            }
            self.path = path
            self.target = location
            self.passwordFile = passwordFile
        }

        private static func location(_ text: String, _ option: String) throws(ConfigurationError) -> DatabaseLocation {
            do throws(InvalidSetting) {
                return try DatabaseLocation(parsing: text)
            } catch {
                throw problem(option, error.detail)
            }
        }

        private static func problem(_ option: String, _ detail: String) -> ConfigurationError {
            ConfigurationError([ConfigurationProblem(option, detail)])
        }

        package var source: DatabaseLocation { .sqlite(path: path) }
        package var destination: DatabaseLocation { .postgres(target, passwordFile: passwordFile) }

        func openTarget() throws -> PostgresCopyTarget {
            var settings = PostgresSettings()
            settings.passwordFile = passwordFile
            return try PostgresCopyTarget(target, settings: settings)
        }
    }

    /// Copies while the source may be served, until little is left to copy.
    package static func approach(
        _ ends: Ends, progress: @escaping @Sendable (CopyProgress) -> Void
    ) async throws(StartFailure) -> CopyReport {
        try await explaining(ends) {
            try await onThread {
                let source = try SQLiteCopySource(path: ends.path)
                defer { try? source.close() }  // It has only read.
                let target = try ends.openTarget()
                return try StoreCopier(from: source, to: target, progress: progress).approach()
            }
        }
    }

    /// Copies the rest while nobody serves the source, closes that, and opens the target to servers.
    package static func finish(
        _ ends: Ends, progress: @escaping @Sendable (CopyProgress) -> Void
    ) async throws(StartFailure) -> CopyReport {
        try await explaining(ends) {
            guard BoundedFile.exists(ends.path) else {
                throw StoreError(.cannotOpen, "there is no file \(ends.path)")
            }
            // With its lock: no server has it open until this is over.
            let store = try await SQLiteStore.open(path: ends.path)
            do {
                let report = try await finish(ends, store, progress: progress)
                try await store.close()
                return report
            } catch {
                try? await store.close()  // The first error is the one to tell.
                throw error
            }
        }
    }

    private static func finish(
        _ ends: Ends, _ store: SQLiteStore, progress: @escaping @Sendable (CopyProgress) -> Void
    ) async throws -> CopyReport {
        try await settle(store)
        let before = try await store.read { try $0.marker(.movedTo).flatMap(StoreRelocation.init) }
        let report: CopyReport
        do {
            report = try await onThread {
                let source = try SQLiteCopySource(path: ends.path)
                defer { try? source.close() }  // It has only read.
                return try StoreCopier(from: source, to: try ends.openTarget(), progress: progress).finish()
            }
        } catch CopyRefusal.targetComplete(let record) where record.id == before?.copy {
            // Finished before: perhaps whoever asked was cut off from the answer.
            return CopyReport(record: record, passes: [])
        }
        let move = StoreRelocation(copy: report.record.id, address: ends.target.description)
        // From here on neither is served, until the target is.
        try await store.write { try $0.setMarker(.movedTo, to: move.text) }
        try await onThread { try ends.openTarget().complete(report.record) }
        return report
    }

    /// Puts into the tables what waits for that elsewhere, as the next start of a server would do.
    private static func settle(_ store: SQLiteStore) async throws {
        while try await store.write({ try $0.settle(limit: rowsTogether) }) {}
        // Whoever held these leases is gone: nobody else can have the store open.
        let nobody = NodeID(high: 0, low: 0)
        let time = SystemTimeSource().now().wall
        while try await store.ledger({ store in
            try store.reapLeases(of: .everyNodeBut(nobody), localTime: time, limit: rowsTogether)
        }) == rowsTogether {}
    }

    private static let rowsTogether = 5_000

}

// MARK: - Backup

extension StoreMove {
    /// Copies a SQLite store to a new file, while a server may have it open.
    package static func backUp(_ database: DatabaseLocation, to file: String) async throws(StartFailure) {
        let path = try sqlitePath(database, "pg_dump --schema=lanyard, or a base backup")
        try await explainingFiles { try await onThread { try SQLiteBackup.write(from: path, to: file) } }
    }

    /// Puts a backup where no store is.
    package static func restore(_ file: String, to database: DatabaseLocation) async throws(StartFailure) {
        let path = try sqlitePath(database, "pg_restore")
        try await explainingFiles { try await onThread { try SQLiteBackup.restore(from: file, to: path) } }
    }

    /// Lets a store be served again whose content has moved elsewhere.
    /// - Returns: Where it had moved to; `nil` where it had not.
    package static func reopen(_ database: DatabaseLocation) async throws(StartFailure) -> String? {
        let path = try sqlitePath(database, "the tools of PostgreSQL")
        return try await explaining(database) {
            guard BoundedFile.exists(path) else { throw StoreError(.cannotOpen, "there is no file \(path)") }
            let store = try await SQLiteStore.open(path: path)
            do {
                let address = try await store.write { store -> String? in
                    let move = try store.marker(.movedTo).flatMap(StoreRelocation.init)
                    if move != nil { try store.setMarker(.movedTo, to: "") }
                    return move?.address
                }
                try await store.close()
                return address
            } catch {
                try? await store.close()  // The first error is the one to tell.
                throw error
            }
        }
    }

    private static func sqlitePath(
        _ database: DatabaseLocation, _ instead: String
    ) throws(StartFailure) -> String {
        guard case .sqlite(let path) = database else {
            throw StartFailure(
                "This is done to SQLite files, and \(database) is none.",
                fix: "A PostgreSQL server has its own means: \(instead).")
        }
        return path
    }
}

// MARK: - Failures

extension StoreMove {
    private static func explaining<Result>(
        _ ends: Ends, _ body: () async throws -> Result
    ) async throws(StartFailure) -> Result {
        do {
            return try await body()
        } catch let refusal as CopyRefusal {
            throw StartFailure(refusal, ends)
        } catch let error as StoreError {
            throw .copy(from: ends.source, to: ends.destination, error)
        } catch {
            throw .unexpected(error)
        }
    }

    private static func explaining<Result>(
        _ database: DatabaseLocation, _ body: () async throws -> Result
    ) async throws(StartFailure) -> Result {
        do {
            return try await body()
        } catch let error as StoreError {
            throw .database(database, error)
        } catch {
            throw .unexpected(error)
        }
    }

    /// What failed names its file, of which there are two.
    private static func explainingFiles(_ body: () async throws -> Void) async throws(StartFailure) {
        do {
            try await body()
        } catch let error as StoreError {
            let fix = error.code.isOfThisFile ? nil : error.code.fix
            throw StartFailure("It was not done: \(error.context).", fix: fix)
        } catch {
            throw .unexpected(error)
        }
    }

    /// Runs what blocks on a thread that may block.
    private static func onThread<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { caller in
            DispatchQueue.global().async { caller.resume(with: Swift.Result(catching: body)) }
        }
    }
}

extension StartFailure {
    fileprivate init(_ refusal: CopyRefusal, _ ends: StoreMove.Ends) {
        let (source, target) = (ends.source, ends.destination)
        switch refusal {
        case .sourceUnused:
            self.init(
                "There is nothing in \(source) to copy: it was never used.",
                fix: "Start a server on \(target) with --database.")
        case .sourceMoved(let move):
            self.init(
                "The content of \(source) has moved to \(move.address) already.",
                fix: "Serve that one. If it is lost: lanyard store reopen --database \(source), and copy again.")
        case .targetInUse:
            self.init(
                "\(target) is no empty store: a server has been started on it, or something was written to it.",
                fix: "Name an empty database, or empty this one: DROP SCHEMA lanyard CASCADE.")
        case .targetOfAnother:
            self.init(
                "In \(target) there is a copy of another store than \(source).",
                fix: "Name the same two stores as before, or an empty database.")
        case .targetComplete(_):
            self.init(
                "The copy into \(target) is finished: it can be served, and nothing more is copied into it.",
                fix: "Start the servers with --database \(target).")
        case .sourceWentBack:
            self.init(
                "\(target) holds changes that \(source) knows nothing of: that was put back to an earlier state, and going "
                    + "on would undo them.",
                fix: "To copy what there is now, empty the target: DROP SCHEMA lanyard CASCADE.")
        case .notSettling:
            self.init(
                "The two stores still differ after everything was copied: something else writes to one of them.",
                fix: "End whatever else uses \(target), and finish again.")
        }
    }

    /// A failure of one of two stores: its text says of which.
    fileprivate static func copy(
        from source: DatabaseLocation, to target: DatabaseLocation, _ error: StoreError
    ) -> StartFailure {
        switch error.code {
        case .locked:
            StartFailure(
                "The last part can't be copied while \(source) is served: \(error.context).",
                fix: "End that server, and finish then. What has been copied stays.")
        case .unavailable:
            StartFailure(
                "The copy was interrupted: \(error.context).",
                fix: "Run the same command again: it goes on where this one ended.")
        default:
            // What the code alone would advise is about one file, and here there are two stores.
            StartFailure("The copy failed: \(error.context).", fix: error.code.isOfThisFile ? nil : error.code.fix)
        }
    }
}
