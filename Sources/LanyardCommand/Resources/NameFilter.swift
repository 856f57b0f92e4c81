import ArgumentParser

/// For lists that can be narrowed to one name.
struct NameFilter: ListFilters {
    @Option(help: ArgumentHelp("Only the one with this name.", valueName: "name"))
    var name: String?

    var query: [(name: String, value: String)] { name.map { [("name", $0)] } ?? [] }
}
