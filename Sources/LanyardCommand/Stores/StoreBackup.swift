import ArgumentParser
import LanyardServer

/// `lanyard store backup`
struct StoreBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a SQLite store to a file, while it is served.",
        usage: "lanyard store backup <file> [--database <sqlite:path>]",
        discussion: """
            The copy is the store as it was at one moment, in one file that only you can read. It is checked for damage \
            before it gets its name, so whoever finds the file finds a whole backup. A file that exists is not replaced.

            It holds no secrets of keys, but whoever reads it knows all that is stored of them: keep it as safe as the \
            store. PostgreSQL is backed up by pg_dump, or by a base backup.

            EXAMPLES:
              lanyard store backup /backup/monday.sqlite
              lanyard store backup monday.sqlite --database sqlite:lanyard.sqlite
            """)

    @Argument(help: "The file to make.", completion: .file()) var file: String
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let console = Console.current
        let database = try store.location(console)
        do {
            try await StoreMove.backUp(database, to: file)
        } catch {
            throw CommandFailure(error)
        }
        try console.print(TextWidth.printable("\(database) is backed up in \(file)."))
    }
}

/// `lanyard store restore`
struct StoreRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup of a SQLite store in its place.",
        usage: "lanyard store restore <file> [--database <sqlite:path>]",
        discussion: """
            No server may run on that place, and no database may stand there: move the old one away first, with what \
            stands beside it (-wal, -shm), and keep it. Nothing is replaced.

            What was changed after the backup is gone. KEYS THAT WERE REVOKED SINCE WORK AGAIN: revoke them anew before \
            anything reaches the server. If the old file can still be read, its audit log tells which.

            EXAMPLES:
              lanyard store restore /backup/monday.sqlite
              lanyard store restore monday.sqlite --database sqlite:lanyard.sqlite
            """)

    @Argument(help: "The backup.", completion: .file()) var file: String
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let console = Console.current
        let database = try store.location(console)
        do {
            try await StoreMove.restore(file, to: database)
        } catch {
            throw CommandFailure(error)
        }
        try console.print([
            TextWidth.printable("\(database) is as it was when \(file) was made."),
            "Keys that were revoked since work again: revoke them anew before you let anybody in.",
        ])
    }
}

/// `lanyard store reopen`
struct StoreReopen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen",
        abstract: "Let a SQLite store be served again that was moved to PostgreSQL.",
        usage: "lanyard store reopen [--database <sqlite:path>]",
        discussion: """
            For going back after a move. What has been changed in PostgreSQL since is not in the file: keys that were \
            made there are unknown, and KEYS THAT WERE REVOKED THERE WORK AGAIN. End the servers on PostgreSQL first; \
            two stores that are both served tell two truths.

            EXAMPLES:
              lanyard store reopen --database sqlite:lanyard.sqlite
            """)

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let console = Console.current
        let database = try store.location(console)
        let address: String?
        do {
            address = try await StoreMove.reopen(database)
        } catch {
            throw CommandFailure(error)
        }
        guard let address else {
            return try console.print(TextWidth.printable("\(database) has not moved anywhere: nothing was to be done."))
        }
        try console.print([
            TextWidth.printable("\(database) can be served again. What was changed in \(address) since is not in it."),
            "Keys that were revoked there work here: revoke them anew before you let anybody in.",
        ])
    }
}
