import GRDB
import LanyardStorage

extension SQLiteStore {
    /// Opens the database at a path, making it where there is none, and brings its schema up to date.
    package static func open(path: String, limits: WriteLimits = WriteLimits()) async throws -> SQLiteStore {
        let metrics = StoreMetrics()
        return try await onThread { Result { try openFile(path, limits, metrics) } }.get()
    }

    /// Makes a database in memory, which is gone when the store is.
    package static func openInMemory(limits: WriteLimits = WriteLimits()) async throws -> SQLiteStore {
        let metrics = StoreMetrics()
        return try await onThread {
            Result {
                try mapping("opening a database in memory") {
                    let queue = try DatabaseQueue(configuration: configuration)
                    try Schema.prepare(queue)
                    return SQLiteStore(queue, lock: nil, files: nil, limits: limits, metrics: metrics)
                }
            }
        }.get()
    }

    private static func openFile(
        _ path: String, _ limits: WriteLimits, _ metrics: StoreMetrics
    ) throws -> SQLiteStore {
        let file = try StoreFile(path)
        let lock = try StoreLock(file)
        return try mapping("opening \(file.path)") {
            try file.prepare()
            // Opening reads the header and the schema: enough to tell a file that is no database, or cut short.
            let pool = try DatabasePool(path: file.path, configuration: configuration)
            try pool.writeWithoutTransaction { try makeDurable($0) }
            try Schema.prepare(pool)
            return SQLiteStore(pool, lock: lock, files: OpenedFiles(file), limits: limits, metrics: metrics)
        }
    }

    private static func mapping<Result>(_ doing: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch { throw StoreError.from(error, while: doing) }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "lanyard"
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 4
        // Nobody of Lanyard's waits for another's lock; this is for a person who looks at the file with SQLite's shell.
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // Functions and virtual tables that a damaged or forged schema names are not run.
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            // Digests are random: each insert touches another page, and what does not fit is written twice.
            try database.execute(sql: "PRAGMA cache_size = -\(database.configuration.readonly ? 16_384 : 65_536)")
        }
        return configuration
    }

    /// Makes a commit reach the disk before it returns, and reads back that it is so. It must come after the pool's own
    /// setting, which is `synchronous = NORMAL`: fast, and the last commits are lost with the power.
    private static func makeDurable(_ database: Database) throws {
        try database.execute(sql: "PRAGMA synchronous = FULL")
        // The log of writes may grow to 16 MB before it goes into the database, and what a bulk write made of it is cut
        // back to 64 MB.
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        try expect("synchronous", "2", database)
        try expect("journal_mode", "wal", database)
        try expect("foreign_keys", "1", database)
    }

    private static func expect(_ pragma: String, _ value: String, _ database: Database) throws {
        let actual = try String.fetchOne(database, sql: "PRAGMA \(pragma)")
        guard actual == value else {
            throw StoreError(.cannotOpen, "PRAGMA \(pragma) is \(actual ?? "unknown") where it must be \(value)")
        }
    }
}
