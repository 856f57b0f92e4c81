import LanyardStorage

// # Comparing two tables
//
// Both sides come in the order of the primary key. Whichever head has the lesser key has no counterpart: in the source it
// is to be inserted, in the target deleted. Heads with the same key are equal byte by byte, or the target's is to be
// replaced. So one reading of each side finds every difference, and holds no more than a page of each.
//
// The target may be written to between two steps: a step only tells of rows up to a key that both sides have been read to,
// and the target is never read again before that key.

/// What a step has found.
struct RowDifferences {
    /// Rows of the source that the target has not.
    var missing = CopiedRows()
    /// Rows of the source whose counterparts in the target differ.
    var changed = CopiedRows()
    /// Rows of the target that the source has not.
    var surplus = CopiedRows()

    var isEmpty: Bool { missing.isEmpty && changed.isEmpty && surplus.isEmpty }
}

/// Walks through a table on both sides at once.
struct RowMerge {
    private let table: CopiedTable
    private(set) var source: RowStream
    private(set) var target: RowStream

    init(
        _ table: CopiedTable, source: any CopiedReading, target: any CopiedReading, sourcePage: Int, targetPage: Int
    ) {
        self.table = table
        self.source = RowStream(source, table, pageRows: sourcePage)
        self.target = RowStream(target, table, pageRows: targetPage)
    }

    /// Goes on until one side has to be read further; `nil` when both are over.
    mutating func step() throws -> RowDifferences? {
        try source.fill()
        try target.fill()
        guard !source.isOver || !target.isOver else { return nil }
        var found = RowDifferences()
        while !source.mustRead, !target.mustRead {
            switch (source.head, target.head) {
            case (nil, nil): return found
            case (let row?, nil): takeMissing(row, &found)
            case (nil, let row?): takeSurplus(row, &found)
            case (let new?, let old?):
                let order = table.order(new, old)
                if order < 0 {
                    takeMissing(new, &found)
                } else if order > 0 {
                    takeSurplus(old, &found)
                } else {
                    if !new.elementsAreEqual(to: old) { found.changed.append(new) }
                    source.advance()
                    target.advance()
                }
            }
        }
        return found
    }

    private mutating func takeMissing(_ row: ArraySlice<UInt8>, _ found: inout RowDifferences) {
        found.missing.append(row)
        source.advance()
    }

    private mutating func takeSurplus(_ row: ArraySlice<UInt8>, _ found: inout RowDifferences) {
        found.surplus.append(row)
        target.advance()
    }
}

extension ArraySlice<UInt8> {
    /// As `==`, in one comparison of memory: most rows of most passes are equal, and this is all that happens to them.
    fileprivate func elementsAreEqual(to other: ArraySlice<UInt8>) -> Bool {
        guard count == other.count else { return false }
        return withUnsafeBytes { left in
            other.withUnsafeBytes { right in left.elementsEqual(right) }
        }
    }
}
