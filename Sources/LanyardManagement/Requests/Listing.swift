import LanyardStorage

/// A piece of a list, and where the next begins.
package struct Listing<Item: Sendable, Cursor: Sendable>: Sendable {
    package let items: [Item]
    /// What to ask for next; `nil` at the end. There may be a next piece though this one is not full.
    package let next: Cursor?

    package init(items: [Item], next: Cursor?) {
        self.items = items
        self.next = next
    }

    /// The whole of a list that has one item at the most: what a name finds.
    init(_ item: Item?, where isWanted: (Item) -> Bool = { _ in true }) {
        self.init(items: [item].compactMap { $0 }.filter(isWanted), next: nil)
    }

    package func map<Other: Sendable>(_ transform: (Item) throws -> Other) rethrows -> Listing<Other, Cursor> {
        Listing<Other, Cursor>(items: try items.map(transform), next: next)
    }
}

/// How much of a list one call gives.
package enum ListingBounds {
    /// Items asked for at once.
    package static let limit = 1...200
    /// Rows that are read for one call, where a condition is one that the store's indexes don't know. Then the page is
    /// handed out as it is, with a cursor to go on from: a search through millions of rows is many short reads.
    static let rowsRead = 10_000
    /// Rows read at a time for such a condition.
    static let chunk = 200
}

extension Page {
    /// - Throws: ``ManagementError/invalid(_:)`` for a limit out of bounds.
    func checked() throws(ManagementError) -> Self {
        guard ListingBounds.limit.contains(limit) else {
            throw .invalid("?limit", "expected \(ListingBounds.limit.lowerBound) to \(ListingBounds.limit.upperBound)")
        }
        return self
    }

    /// Reads rows until the page is full of those that `keep` wants, the list ends, or enough was read.
    func fill<Row: Sendable>(
        id: (Row) -> ID, keep: ((Row) -> Bool)? = nil, read: (Page) throws -> [Row]
    ) throws -> Listing<Row, ID> {
        let page = try checked()
        // One more than is wanted tells whether anything follows.
        let chunk = keep == nil ? page.limit + 1 : max(page.limit + 1, ListingBounds.chunk)
        var kept: [Row] = []
        var last = page.after
        var rowsRead = 0
        while rowsRead < ListingBounds.rowsRead {
            let rows = try read(Page(after: last, limit: chunk))
            for row in rows {
                if keep?(row) ?? true {
                    if kept.count == page.limit { return Listing(items: kept, next: last) }
                    kept.append(row)
                }
                last = id(row)
            }
            if rows.count < chunk { return Listing(items: kept, next: nil) }
            rowsRead += rows.count
        }
        return Listing(items: kept, next: last)
    }
}
