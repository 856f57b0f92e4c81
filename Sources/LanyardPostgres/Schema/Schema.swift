import LanyardStorage

// # The schema
//
// Lanyard's tables stand in a schema of their own, so that a service can keep its keys in the database that it has. A
// schema of this name that something else has made is refused.
//
// A migration that was published is never changed: each later one begins where it ended. All that are missing are carried
// out in one transaction under a lock of their own, so that nodes that start together migrate once.
//
// Nodes are updated one after the other, so an older one meets a newer schema. Each version says which is the oldest one
// that can go on beside it: a version that only adds what older ones neither read nor have to fill keeps its predecessor's
// oldest reader; one that changes or removes what they use names itself.

/// The schema's versions.
enum Schema {
    static let name = "lanyard"

    /// The locks of this program, apart from those of others that use the database: the first of two numbers.
    static let lockSpace = 0x4C59_4431
    /// The first number of the locks that balances are counted under.
    static let balanceLockSpace = 0x4C59_4432
    /// The first number of the locks that places in flight are counted under.
    static let placeLockSpace = 0x4C59_4433

    /// The second number of a lock.
    enum Lock: Int {
        /// Held by whoever migrates.
        case migration = 1
        /// Held by the one transaction that writes.
        case writing = 2
        /// Held by whoever copies another store into this one, for as long as its connection lasts.
        case copying = 3

        /// Takes the lock until the transaction ends.
        var sql: String { "SELECT pg_advisory_xact_lock(\(Schema.lockSpace), \(rawValue))" }
    }

    /// What brings a database from one version to the next.
    struct Version {
        let statements: String
        /// The oldest version whose programs can use the schema afterwards; never less than its predecessor's.
        let oldestReader: Int
    }

    /// The first is version 1.
    static let versions = [Version(statements: version1, oldestReader: 1)]

    /// What a database is, before anything is done to it.
    private enum Content: Equatable {
        case nothing
        case version(Int)
    }

    /// Brings a database up to date.
    /// - Throws: ``StoreError/Code/schemaTooNew`` for one that a newer, incompatible version has written, and
    ///   ``StoreError/Code/cannotOpen`` where another program has made a schema of this name.
    static func prepare(_ connection: PostgresConnection) throws {
        do {
            if try isUpToDate(connection) { return }
            try connection.run("BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
            do {
                try connection.run(Lock.migration.sql, timeout: longestMigration)
                try migrate(connection)
                try connection.run("COMMIT", timeout: longestMigration)
            } catch {
                // It can fail only where the connection is lost, and then the server undoes everything by itself.
                _ = try? connection.run("ROLLBACK")
                throw error
            }
        } catch {
            throw StoreError.from(error, while: "bringing the schema up to date")
        }
    }

    private static let longestMigration = Duration.seconds(3600)

    private static func migrate(_ connection: PostgresConnection) throws {
        var next = 0
        switch try content(connection) {
        case .nothing:
            // One that an administrator has made needs no right to make one.
            let found = try connection.run("SELECT to_regnamespace('\(name)') IS NULL").last
            if found?.text(0, 0) == "t" { try connection.run("CREATE SCHEMA \(name)") }
        case .version(let version): next = version
        }
        for (index, version) in versions.enumerated().dropFirst(next) {
            try connection.run(version.statements, timeout: longestMigration)
            try connection.run(
                "INSERT INTO schema_versions (version, oldest_reader) VALUES (\(index + 1), \(version.oldestReader))")
        }
    }

    /// Whether nothing has to be done: it is this version's, or a newer one's that this one can use.
    private static func isUpToDate(_ connection: PostgresConnection) throws -> Bool {
        switch try content(connection) {
        case .nothing: false
        case .version(let version): version >= versions.count
        }
    }

    /// Refuses a database that this version can't work with, without changing anything.
    static func check(_ connection: PostgresConnection) throws {
        guard try isUpToDate(connection) else {
            throw StoreError(
                .cannotOpen, "the database is not the one that was opened: its schema is another version's")
        }
    }

    private static func content(_ connection: PostgresConnection) throws -> Content {
        let rows = try connection.run(
            """
            SELECT count(*), count(*) FILTER (WHERE relname IN ('store', 'schema_versions'))
            FROM pg_class WHERE relnamespace = to_regnamespace('\(name)')
            """
        ).last
        if rows?.text(0, 0) == "0" { return .nothing }
        guard rows?.text(0, 1) == "2" else {
            throw StoreError(.cannotOpen, "the schema \(name) of this database is another program's")
        }
        let found = try connection.run(
            """
            SELECT (SELECT application FROM store), max(version), max(oldest_reader) FROM schema_versions
            """
        ).last
        guard found?.text(0, 0) == application, let version = found?.text(0, 1).flatMap({ Int($0) }),
            let oldestReader = found?.text(0, 2).flatMap({ Int($0) })
        else {
            throw StoreError(.cannotOpen, "the schema \(name) of this database is another program's")
        }
        guard oldestReader <= versions.count else {
            throw StoreError(
                .schemaTooNew,
                """
                a newer version of Lanyard has written this database: its schema is version \(version), which programs of \
                version \(oldestReader) and later can use, and this one's is version \(versions.count)
                """)
        }
        return .version(version)
    }

    /// Tells Lanyard's schema from any other program's.
    static let application = "lanyard store 1"
}
