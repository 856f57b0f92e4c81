import ArgumentParser
import LanyardCore
import LanyardEngine

/// What a key weighs in memory once it is cached and both of its windows count something.
struct Memory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Weighs cached keys.", discussion: "Another process has imported them: what it freed would hide much."
    )

    @Option(help: "Keys that are cached, all of those imported.") var keys = 200_000
    @Option(help: "The store's file, made by import.") var database: String

    func run() async throws {
        let fixture = try await Fixture(keys: keys, database: database, imports: false)
        // The first fifth fills what does not grow with the number of keys: the store's page caches above all.
        let first = keys / 5
        try await fixture.warm(Demand(), fixture.secrets[..<first])
        let before = residentBytes()
        try await fixture.warm(Demand(), fixture.secrets[first...])
        let bytes = (residentBytes() - before) / (keys - first)
        print("memory: \(keys) keys cached, two windows each in use: \(bytes) bytes a key resident")
        try await fixture.engine.shutDown()
    }
}
