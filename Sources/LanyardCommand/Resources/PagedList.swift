import LanyardWire

/// Prints a list of the API, page by page: no more than one page is held in memory, however long the list is.
struct PagedList {
    let path: [String]
    let query: [(name: String, value: String)]
    let pages: PageOptions
    /// What is said where there is nothing.
    let nothing: String

    /// - Parameter row: one entry beneath `columns`.
    func print(
        in session: Session, columns: [Table.Column], row: (JSONValue) -> [Table.Cell]
    ) async throws(CommandFailure) {
        if session.printsJSON { return try await printJSON(in: session) }
        var table = session.table(columns)
        var cursor = pages.cursor
        var isEmpty = true
        repeat {
            let page = try await fetch(cursor, in: session).json
            let entries = page["data"]?.array ?? []
            if !entries.isEmpty { try session.console.print(table.lines(entries.map(row))) }
            isEmpty = isEmpty && entries.isEmpty
            cursor = page["next_cursor"]?.string
        } while pages.all && cursor != nil
        if isEmpty { session.console.note(nothing) }
        if let cursor { session.console.note("There are more: give --all, or --cursor \(TextWidth.printable(cursor))") }
    }

    private func printJSON(in session: Session) async throws(CommandFailure) {
        guard pages.all else { return try session.printJSON(try await fetch(pages.cursor, in: session)) }
        // The pages as one document, without holding it.
        let output = session.console.output
        var cursor = pages.cursor
        var isFirst = true
        try output.write(Array("{\"data\":[".utf8))
        repeat {
            let page = try await fetch(cursor, in: session).json
            for entry in page["data"]?.array ?? [] {
                try output.write(Array((isFirst ? "\n" : ",\n").utf8) + entry.bytes())
                isFirst = false
            }
            cursor = page["next_cursor"]?.string
        } while cursor != nil
        try output.write(Array("],\"next_cursor\":null}\n".utf8))
    }

    private func fetch(_ cursor: String?, in session: Session) async throws(CommandFailure) -> APIAnswer {
        try await session.client.send(.get(path, query: query + pages.query(cursor: cursor)))
    }
}
