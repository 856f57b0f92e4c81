import ArgumentParser
import LanyardServer

/// `lanyard store`
struct Stores: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Back up, restore and move whole stores.",
        subcommands: [StoreBackup.self, StoreRestore.self, StoreCopy.self, StoreReopen.self])
}

/// The store that a command is about.
struct StoreOptions: ParsableArguments {
    @Option(help: .of(.database)) var database: String?

    func location(_ console: Console) throws(CommandFailure) -> DatabaseLocation {
        let flags: [Setting: [String]] = database.map { [.database: [$0]] } ?? [:]
        return try ServerConfiguration.offline(flags, console: console).database
    }
}
