// # The journal
//
// Each second an engine writes down what its keys used and how their windows stand: with 10,000 keys in use, 20,000 rows,
// nearly all of them the same rows as a second before. So what it writes is first put down in short form, a few rows of
// many entries each, and only later moved to the tables, where a key that was busy all the while then costs one row.
//
// **Shards.** Subjects fall into 64 shards by the random part of their ids. A row of the journal holds entries of one kind
// and one shard. *Settling* takes the shard whose entries have waited longest, merges all that the journal has of it, writes
// the sums and the last windows into their tables, and deletes those rows, in one transaction. So a use is either in the
// journal or in its table, never in both or in neither, wherever a crash falls; nothing needs to remember how far it has
// come; and each step is a 64th of the work. An engine that settles one shard after each flush comes round in 48 s.
//
// **Order.** Rows are numbered. Of several entries for a window the last one holds, in the order of rows and within a row.
// That a subject is gone (a deleted key) is an entry too: what came before it is not written any more.
//
// **Reading.** Windows and sums of usage are those of the tables with those of the journal laid over them. When a key was
// last used is noted as its shard is settled, for it stands in the key's own row, which is read far too often to look
// elsewhere too.
//
// **Bounds.** A row is cut at 256 KiB. Settling goes on beyond one shard while the journal is larger than 64 MiB; if nobody
// settles, whoever writes does when it is larger than 128 MiB.

/// The part of the journal that a subject's entries go to.
package enum JournalShard {
    package static let count = 64

    /// By the random part of the subject's id.
    package static func of(low: UInt64) -> Int {
        Int(truncatingIfNeeded: low & UInt64(count - 1))
    }
}

/// What the entries of a row of the journal are about.
package enum JournalKind: UInt8, Sendable, CaseIterable {
    case windows = 1
    case usage = 2
}

/// What bounds the journal.
package struct JournalLimits: Sendable {
    /// A row is cut when it has so many bytes.
    package var rowBytes = 256 << 10
    /// Settling goes on while the journal holds more.
    package var comfortableBytes: Int64 = 64 << 20
    /// Whoever writes settles while the journal holds more.
    package var mostBytes: Int64 = 128 << 20

    package init() {}
}
