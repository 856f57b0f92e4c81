import GRDB
import LanyardStorage

/// The schema's versions. A migration that was published is never changed: each later one begins where it ended.
enum Schema {
    /// Tells Lanyard's databases from any other program's (`PRAGMA application_id`): "LYD1".
    static let applicationID: Int64 = 0x4C59_4431

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        // No migration rebuilds a table that others refer to, and checking all references of a large store takes minutes.
        migrator.registerMigration("1 keys, usage, audit", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: version1)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
        migrator.registerMigration("2 quotas and their ledger", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: quotas)
        }
        migrator.registerMigration("3 scopes that are bound to a project", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: boundScopes)
        }
        migrator.registerMigration("4 journal", foreignKeyChecks: .immediate) { try $0.execute(sql: journal) }
        return migrator
    }()

    /// Brings a database up to date.
    /// - Throws: ``StoreError/Code/schemaTooNew`` for one that a newer version has written, and
    ///   ``StoreError/Code/cannotOpen`` for another program's.
    static func prepare(_ writer: any DatabaseWriter) throws {
        let isCurrent = try writer.writeWithoutTransaction { database -> Bool in
            try refuseForeign(database)
            if try migrator.hasBeenSuperseded(database) {
                throw StoreError(.schemaTooNew, "a newer version of Lanyard has written this database")
            }
            return try migrator.hasCompletedMigrations(database)
        }
        if !isCurrent { try migrator.migrate(writer) }
    }

    /// Refuses a database that is not Lanyard's, or that a newer version has written, without changing anything.
    static func expectKnown(_ database: Database) throws {
        guard try Int64.fetchOne(database, sql: "PRAGMA application_id") == applicationID else {
            throw StoreError(.cannotOpen, "this is no database of Lanyard's")
        }
        if try migrator.hasBeenSuperseded(database) {
            throw StoreError(.schemaTooNew, "a newer version of Lanyard has written this database")
        }
    }

    /// Refuses a database that is not exactly as this version has it, without changing anything.
    static func expectCurrent(_ database: Database) throws {
        try expectKnown(database)
        guard try migrator.hasCompletedMigrations(database) else {
            throw StoreError(
                .cannotOpen, "an older version of Lanyard has written this database: serve it once with this one")
        }
    }

    private static func refuseForeign(_ database: Database) throws {
        let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
        let id = try Int64.fetchOne(database, sql: "PRAGMA application_id")
        guard isEmpty || id == applicationID else {
            throw StoreError(.cannotOpen, "this is another program's database")
        }
    }
}
