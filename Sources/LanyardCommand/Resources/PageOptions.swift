import ArgumentParser

/// How much of a list is fetched.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many entries a page holds, 1 to 200.", valueName: "number"))
    var count = 50

    @Flag(help: "Fetch all pages.")
    var all = false

    @Option(help: ArgumentHelp("Go on where a page ended.", valueName: "cursor"))
    var cursor: String?

    func validate() throws {
        guard (1...200).contains(count) else { throw ValidationError("--count must be 1 to 200.") }
    }

    /// As query parameters. All pages are fetched in as few calls as possible.
    func query(cursor: String?) -> [(name: String, value: String)] {
        [(name: "limit", value: String(all ? 200 : count))] + (cursor.map { [(name: "cursor", value: $0)] } ?? [])
    }
}
