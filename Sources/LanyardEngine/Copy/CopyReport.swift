package import LanyardStorage

/// What a pass over all tables has found, and done.
package struct CopyPassReport: Sendable {
    /// One table.
    package struct Table: Sendable {
        package let name: String
        /// How many rows the source has.
        package var rows = 0
        /// How many the target had.
        package var targetRows = 0
        package var inserted = 0
        package var updated = 0
        package var deleted = 0
        /// SHA-256 over the source's rows in the order of their keys, and over those that the target had.
        package var checksum: [UInt8] = []
        package var targetChecksum: [UInt8] = []

        package var differences: Int { inserted + updated + deleted }
        /// Whether the two had the same rows: none was found to differ, and count and checksum of each side, which were
        /// taken apart from that, agree.
        package var isEqual: Bool {
            differences == 0 && rows == targetRows && checksum == targetChecksum
        }
    }

    /// Counted from 1.
    package let number: Int
    /// The source's newest change when it began.
    package let epoch: Int64
    package var tables: [Table] = []

    package var rows: Int { tables.reduce(0) { $0 + $1.rows } }
    package var differences: Int { tables.reduce(0) { $0 + $1.differences } }
    /// Whether the target had everything that the source has, and nothing else.
    package var isEqual: Bool { tables.allSatisfy(\.isEqual) }
}

/// How far a pass has come.
package struct CopyProgress: Sendable {
    /// Of which pass.
    package let pass: Int
    /// Which table is read.
    package let table: String
    /// How many of its rows have been read, and how many there are.
    package let rows: Int
    package let tableRows: Int
    /// How many rows of all tables have been read in this pass, and how many there are.
    package let allRows: Int
    package let total: Int
}

/// What became of a copy.
package struct CopyReport: Sendable {
    /// What the target says about itself now.
    package let record: CopyRecord
    /// None where the copy was whole before.
    package let passes: [CopyPassReport]

    package init(record: CopyRecord, passes: [CopyPassReport]) {
        self.record = record
        self.passes = passes
    }
}
