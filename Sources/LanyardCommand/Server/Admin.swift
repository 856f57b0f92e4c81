import ArgumentParser
import LanyardCore
import LanyardServer
import LanyardWire

/// `lanyard admin`
struct Admin: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "What is done to a database while no server has it open.",
        subcommands: [AdminRecover.self])
}

/// `lanyard admin recover`
struct AdminRecover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Make a new admin key when the secret of the old one is lost.",
        usage: "lanyard admin recover [<options>]",
        discussion: """
            Works on the database itself. The server must not run that has a SQLite file open; those on PostgreSQL may. The new secret goes to a file that only you can \
            read. Older admin keys go on working: revoke what you don't know. The audit log tells that it was done.

            EXAMPLES:
              lanyard admin recover --admin-key-file recovered.key
              lanyard admin recover --database sqlite:/var/lib/lanyard/lanyard.sqlite
            """)

    @Option(help: .of(.database)) var database: String?
    @Option(help: .of(.databasePasswordFile), completion: .file()) var databasePasswordFile: String?
    @Option(help: .of(.adminKeyFile), completion: .file()) var adminKeyFile: String?

    @Flag(help: "Let --admin-key-file replace a file that exists.")
    var replace = false

    @Flag(help: "Print JSON instead of text for people; without the secret.")
    var json = false

    func run() async throws {
        let console = Console.current
        let flags: [Setting: String?] = [
            .database: database, .databasePasswordFile: databasePasswordFile, .adminKeyFile: adminKeyFile,
        ]
        let configuration = try ServerConfiguration.offline(
            flags.compactMapValues { text in text.map { [$0] } }, console: console)
        // The file is there before the secret is: what can fail has failed by then.
        let file = try SecretFile(path: configuration.adminKeyFile, replaces: replace)
        let recovered: (id: String, secret: String)
        do {
            let (id, secret) = try await OfflineStore.recoverAdministrator(of: configuration.database)
            recovered = (id.description, secret.reveal())
        } catch {
            throw CommandFailure(error)
        }
        try file.write(recovered.secret)
        if json {
            let members = [
                JSONObject.Member("id", .string(recovered.id)),
                JSONObject.Member("admin_key_file", .string(configuration.adminKeyFile)),
            ]
            try Session.print(.object(JSONObject(members)), console: console)
        } else {
            try console.print(
                TextWidth.printable(
                    "The new admin key is \(recovered.id); its secret is in \(configuration.adminKeyFile)."))
        }
    }
}

extension ServerConfiguration {
    /// What a command that asks no server works on: what `lanyard serve` would use here, unless it is named.
    static func offline(
        _ flags: [Setting: [String]], console: Console
    ) throws(CommandFailure) -> ServerConfiguration {
        do {
            return try load(flags: flags, environment: console.environment)
        } catch {
            throw .usage(error.problems.map(\.description).joined(separator: "; "))
        }
    }
}
