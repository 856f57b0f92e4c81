// # The two sides of a copy
//
// Both block, and belong to the thread that has opened them: a copy is one loop that reads here and writes there.

/// Reads the rows of tables in the order of their primary keys.
package protocol CopiedReading {
    /// The rows that come after a key, `limit` at most and fewer where they are long; none at the end of the table.
    func rows(of table: CopiedTable, after key: CopiedKey?, limit: Int) throws -> CopiedRows
}

/// The store that is copied. A server may go on changing it.
package protocol CopySource: CopiedReading {
    /// From here on everything is read as it stands now, whatever others write, until the next call.
    func beginSnapshot() throws -> CopySnapshot
    /// How many rows a table has, in the snapshot.
    func count(of table: CopiedTable) throws -> Int
}

/// What a source is at one moment.
package struct CopySnapshot: Sendable, Hashable {
    /// Its newest change.
    package var epoch: Int64
    /// The hash of its first audit entry, which names its history; `nil` where nothing was ever done.
    package var origin: [UInt8]?
    /// Where its content has gone, if a copy of it was finished.
    package var movedTo: StoreRelocation?

    package init(epoch: Int64, origin: [UInt8]?, movedTo: StoreRelocation?) {
        self.epoch = epoch
        self.origin = origin
        self.movedTo = movedTo
    }
}

/// The store that becomes a copy. Nobody else writes to it.
package protocol CopyTarget: CopiedReading {
    /// What it says about itself; `nil` where it is new and empty. Marks it with `record` then, so that nobody serves it.
    /// - Throws: ``CopyRefusal/targetInUse`` where it holds anything, or a server has it open.
    func claim(_ record: @autoclosure () -> CopyRecord) throws -> CopyRecord?
    /// Replaces what it says about itself.
    func note(_ record: CopyRecord) throws
    /// Adds rows that it does not have.
    func insert(_ rows: CopiedRows, into table: CopiedTable) throws
    /// Replaces rows with the same keys.
    func replace(_ rows: CopiedRows, in table: CopiedTable) throws
    /// Deletes the rows with these rows' keys, and what belongs to them.
    func delete(_ rows: CopiedRows, from table: CopiedTable) throws
    /// Takes from rows with these keys the values that no two rows may share; they are replaced or deleted later.
    func release(_ rows: CopiedRows, in table: CopiedTable) throws
    /// Makes everything last that was written.
    func commit() throws
    /// Lets the database look at what it holds, so that it can plan by it.
    func analyze() throws
    /// Makes it a store that can be served, with this epoch.
    func complete(_ record: CopyRecord) throws
}

/// Why a copy is not made: nothing was changed.
package enum CopyRefusal: Error, Hashable, Sendable {
    /// Nothing was ever done in the source.
    case sourceUnused
    /// The source was copied elsewhere, and closed for it.
    case sourceMoved(StoreRelocation)
    /// The target holds something that no copy has put there, or a server uses it.
    case targetInUse
    /// The target is a copy of another store.
    case targetOfAnother
    /// The target is a whole copy that may have been served since.
    case targetComplete(CopyRecord)
    /// The target has seen changes that the source knows nothing of: it was put back to an earlier state.
    case sourceWentBack
    /// The two still differ after everything was copied while nobody served: somebody else writes to one of them.
    case notSettling
}
